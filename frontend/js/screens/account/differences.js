/** Where account and books tell different stories: the numbers, what may be behind it, and the way to settle it. */

import { mountEmpty } from "../../components/empty_state.js";
import { mountPairs } from "../../components/pairs.js";
import { h } from "../../dom.js";
import { shares, toNumber } from "../../format.js";
import { lead } from "./lead.js";
import { openSettle } from "./settle.js";

const NUMBERS = ["The account holds", "The algorithms hold", "Not the algorithms'", "Unexplained"];

/** Show the differences in a panel; again() reads them anew. */
export function showDifferences({ app, panel, body, again }) {
  if (!body.differences.length) {
    mountEmpty(panel, { text: "The account and AutoTrader's books agree." });
    return {};
  }
  lead(panel, "The broker's account and AutoTrader's books disagree. Nothing is bought in these tickers until you say what happened; AutoTrader never trades to make numbers agree.");
  panel.append(...body.differences.map((each) => card(app, each, again)));
  return {};
}

function card(app, difference, again) {
  const element = h("section", { class: "choice difference" }, h("h2", {}, difference.symbol), h("p", {}, whatIsWrong(difference)));
  const pairs = mountPairs(element, NUMBERS);
  pairs.update([shares(difference.account), shares(difference.algorithms), shares(difference.not_ours), signedShares(difference.unexplained)]);
  if (difference.causes.length) element.append(h("p", {}, "It may be:"), h("ul", { class: "causes" }, difference.causes.map((each) => h("li", {}, each))));
  if (difference.is_confirmed) {
    element.append(h("button", { type: "button", class: "button primary", onclick: () => openSettle(app, difference, again) }, `Settle ${difference.symbol}`));
  } else {
    element.append(h("p", { class: "hint" }, "Seen once so far. It is looked at again within a minute: an order on its way may explain it."));
  }
  return element;
}

function whatIsWrong({ unexplained, change }) {
  const count = toNumber(unexplained);
  if (count > 0) return `The account holds ${shares(count)} more than the books can explain.`;
  if (count < 0) return `${shares(-count)} are missing from the account.`;
  return `Orders that are not AutoTrader's sold ${shares(Math.abs(toNumber(change)))} that an algorithm holds.`;
}

function signedShares(value) {
  const count = toNumber(value);
  return count > 0 ? `+${shares(count)}` : shares(count);
}
