/** A signal in words: who wants what, how sure they are, where it stands and what became of it. */

import { estimate, money, shares, toNumber } from "../../format.js";
import { moneyWord } from "../../market_words.js";
import { STATES as ORDER_STATES } from "../../order_words.js";

const SOURCES = { algorithm: "Algorithm", ai: "AI", manual: "By hand", webhook: "Webhook", analyzer: "Analyzer", coordinator: "Coordinator" };
const STATES = {
  PENDING: "Waits for you",
  APPROVED: "Approved",
  REJECTED: "Rejected",
  ORDERED: "Ordered",
  EXECUTED: "Executed",
  EXPIRED: "Expired",
  FAILED: "Not executed",
};
const MINUTE_MS = 60_000;

/** Say who wants it. */
export function sourceWords({ source }) {
  return SOURCES[source] ?? source;
}

/** Write what is wanted: Buy 10 AAPL. */
export function wishWords({ action, shares: count, symbol }) {
  const verb = action.charAt(0).toUpperCase() + action.slice(1);
  return count == null ? `${verb} ${symbol}` : `${verb} ${shares(count).split(" ")[0]} ${symbol}`;
}

/** Write how sure whoever wants it is, nothing when they did not say. */
export function confidenceWords({ confidence }) {
  return confidence == null ? "" : `confidence ${Math.round(confidence * 100)}%`;
}

/** Say where it stands; of what an algorithm ordered itself, its order says it. */
export function stateWords({ status, is_proposed: isProposed, order_status: order }) {
  if (status === "RECORDED") return order ? ORDER_STATES[order] ?? order : "Not ordered";
  return status === "REJECTED" && !isProposed ? "Denied by our rule" : STATES[status] ?? status;
}

/** Say what became of it: its fill, or why there is none. */
export function becameWords({ filled_qty: filled, average_price: average, refusal, reasons, status }) {
  if (toNumber(filled)) return `${shares(filled)} at ${money(average)}`;
  if (refusal) return refusal;
  return ["REJECTED", "EXPIRED"].includes(status) ? reasons.at(-1) ?? "" : "";
}

/** Say what approving it costs or brings, at the algorithm's last price, and of which money. */
export function costWords(proposal, algorithm, mode) {
  const figures = algorithm?.card_calculations;
  const price = figures?.last_price ?? proposal.price;
  const about = price == null ? "at the market price, which is not known now" : `about ${estimate(price * toNumber(proposal.shares))}`;
  if (proposal.action === "sell") return `It brings ${about} of ${moneyWord(mode)}; the algorithm holds ${shares(figures?.shares)}.`;
  return `It costs ${about} of ${moneyWord(mode)}; the algorithm has ${money(figures?.cash)}.`;
}

/** Say how long it still waits. */
export function leftWords({ expires_at: end }, now) {
  const minutes = Math.ceil((Date.parse(end) - now) / MINUTE_MS);
  return minutes > 0 ? `expires in ${minutes} min` : "expires now";
}
