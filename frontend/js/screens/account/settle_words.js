/** The four ways to settle a difference, in plain words: what each one means, and what it does. */

import { asTitle, estimate, shares, toNumber } from "../../format.js";
import { moneyWord } from "../../market_words.js";

/** Say whether a choice is about one algorithm. */
export function needsAlgorithm(choice) {
  return choice === "assign" || choice === "flatten";
}

/** Return [choice, label] for what fits the difference. hasOwner: whether an algorithm trades the ticker. */
export function choicesFor({ unexplained, change }, hasOwner) {
  const isMore = toNumber(change) > 0;
  const isOurs = toNumber(unexplained) === 0;
  const own = [
    ["adopt", isMore ? "Adopt: I bought or moved in these shares myself; they are mine, no algorithm's" : "Adopt: I sold or moved out shares of my own"],
    ["ignore", "Ignore: leave it as it is and stop asking"],
  ];
  const algorithms = [
    ["assign", isMore ? "Assign: an algorithm bought them, book them as its own" : "Assign: an algorithm's shares were sold, book that"],
    ["flatten", "Flatten: assign them, then stop that algorithm and sell what it holds"],
  ];
  return [...(isOurs ? [] : own), ...(hasOwner ? algorithms : [])];
}

/** Write what will be written down, and what money it is about. */
export function consequence({ difference, choice, owner, price, state }) {
  const count = toNumber(needsAlgorithm(choice) ? difference.change : difference.unexplained);
  const each = toNumber(price) ?? owner?.card_calculations.last_price ?? lastPrice(state, difference.symbol);
  const money = each == null ? `of ${moneyWord(state.mode)}` : `worth about ${estimate(Math.abs(count) * each)} of ${moneyWord(state.mode)}`;
  const what = `${shares(Math.abs(count))} of ${difference.symbol}, ${money},`;
  return { adopt: adopted, ignore: ignored, assign: assigned, flatten: flattened }[choice]({ what, count, owner, state });
}

function adopted({ what, count }) {
  return `${what} ${count > 0 ? "are noted as your own" : "are noted as taken out by you"}. No algorithm's figures change, and nothing is traded.`;
}

function ignored({ what }) {
  return `${what} are left out of account from now on. Nothing is traded, and this difference is not reported again.`;
}

function assigned({ what, count, owner }) {
  return `${what} are booked as ${count > 0 ? "bought" : "sold"} by ${nameOf(owner)}: its shares and its cash change. Nothing is traded.`;
}

function flattened({ what, count, owner, state }) {
  const left = Math.max(0, (toNumber(owner.card_calculations.shares) ?? 0) + count);
  const sale = left ? ` and its ${shares(left)} are sold ${state.market.is_open ? "now" : "when the market opens"} at the market price` : "; it then holds nothing to sell";
  return `${what} are booked as ${count > 0 ? "bought" : "sold"} by ${nameOf(owner)}. The algorithm is stopped for good${sale}.`;
}

function nameOf({ ticker, name, id }) {
  return `${ticker} ${asTitle(name)} (number ${id})`;
}

function lastPrice({ algorithms }, symbol) {
  return algorithms.find(({ ticker }) => ticker === symbol)?.card_calculations.last_price ?? null;
}
