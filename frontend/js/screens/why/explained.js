/** One minute explained, in the order in which it went: seen, said, let through or stopped, done. */

import { actText } from "../../components/card.js";
import { mountPairs } from "../../components/pairs.js";
import { h } from "../../dom.js";
import { clock, momentNear, money, shares, toNumber } from "../../format.js";
import { gateWords } from "../../gate_words.js";
import { orderState, orderSteps, orderTitle } from "../../order_words.js";
import { sawPairs } from "../../saw_words.js";
import { scorePairs, verdictWords } from "./rivals.js";

const OUTCOMES = {
  HELD: () => "It held: nothing was bought or sold.",
  SUBMITTED: ({ action, shares: count }) => `It wanted to ${action} ${shares(count)}, and was let through.`,
  DENIED: ({ action, shares: count }) => `It wanted to ${action} ${shares(count)}, and AutoTrader did not let it.`,
  SKIPPED: () => "It had no turn: the minute was over before its turn came. It goes first in the next one.",
  FAILED: () => "Its turn ended in an error.",
  INTERRUPTED: () => "Its turn took too long and was ended.",
  MISSED: () => "It had no turn: AutoTrader was not running at this minute, or was late.",
};
const NO_TURN = new Set(["SKIPPED", "MISSED"]);

/** Return the explanation of what the server told of a minute. */
export function explained(body) {
  const { decision, orders, verdict } = body;
  return h(
    "div",
    { class: "why-parts" },
    h("p", { class: "why-lead" }, lead(body)),
    decision && !NO_TURN.has(decision.outcome) ? seen(body) : null,
    decision ? said(decision) : null,
    decision?.gate ? part("What stopped it", h("p", {}, gateWords(decision.gate)), verdict ? null : h("p", {}, decision.reason ?? "")) : null,
    verdict ? competed(verdict) : null,
    orders.map((order) => became(order)),
  );
}

function lead({ decision, nothing, orders }) {
  if (decision) {
    const verdict = OUTCOMES[decision.outcome]?.(decision) ?? `${decision.outcome}.`;
    return orders.length === 1 ? `${verdict} Its order: ${orderState(orders[0])}.` : verdict;
  }
  if (orders.some(({ purpose }) => purpose === "MANUAL")) return "You asked for this order yourself; the algorithm decided nothing here.";
  const at = nothing.at ? ` ${MOMENTS[nothing.kind] ?? "At"} ${momentNear(nothing.at, null)}.` : "";
  return `${nothing.sentence}${at}`;
}

const MOMENTS = { closed: "Its next session opens", not_created: "It was started", stopped: "That was", not_begun: "Its first turn was" };

function seen({ decision, bar, minute }) {
  const { bar: newest, ...rest } = decision.saw ?? {};
  const pairs = sawPairs(bar ? rest : { ...rest, bar: newest });
  const box = part("What it saw");
  const isStretch = decision.until !== decision.minute;
  if (isStretch) {
    const last = decision.until === minute ? "" : ` The values are those of ${clock(decision.until)}, the last of them.`;
    box.append(h("p", { class: "hint" }, `It said the same from ${clock(decision.minute)} to ${clock(decision.until)}.${last}`));
  }
  if (bar) box.append(h("p", {}, `Prices of the minute before: ${barText(bar)}.`));
  if (!pairs.length) box.append(h("p", { class: "muted" }, "No values were noted."));
  const list = mountPairs(box, pairs.map(([name]) => name));
  list.update(pairs.map(([, text]) => text));
  return box;
}

function said(decision) {
  const reason = decision.gate ? null : decision.reason;
  const words = toNumber(decision.shares) || decision.action !== "none" ? actText({ ...decision, outcome: null }) : "no answer";
  return part("What it said", h("p", { class: "why-act" }, words), reason ? h("p", {}, reason) : null);
}

function competed(verdict) {
  const pairs = scorePairs(verdict);
  const box = part(pairs.length ? "What it competed for" : "Beyond the limit", h("p", {}, verdictWords(verdict)));
  if (pairs.length) mountPairs(box, pairs.map(([name]) => name)).update(pairs.map(([, text]) => text));
  return box;
}

function became(order) {
  const steps = orderSteps(order).map(([at, words]) => h("li", {}, h("span", { class: "why-at" }, at ? seconds(at) : ""), h("span", {}, words)));
  return part(
    "What became of the order",
    h("p", {}, `${orderTitle(order)}: ${orderState(order)}.`),
    h("ol", { class: "why-steps" }, steps),
    h("p", { class: "hint" }, `Order ${order.client_order_id}`),
  );
}

function barText([open, high, low, close]) {
  return `open ${money(open)}, high ${money(high)}, low ${money(low)}, close ${money(close)}`;
}

const SECONDS = new Intl.DateTimeFormat("en-US", { timeZone: "America/New_York", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

function seconds(iso) {
  return SECONDS.format(new Date(iso));
}

function part(title, ...children) {
  return h("section", { class: "why-part" }, h("h2", {}, title), children);
}
