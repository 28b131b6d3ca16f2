/** Orders in words: what each state means to an owner, and the moments of an order's life. */

import { money, shares } from "./format.js";

/** Every state of an order in words. Its fate is unknown until the broker has told: it is never called failed. */
export const STATES = {
  PENDING: "Waiting to be sent",
  SUBMITTED: "Sent, no answer yet",
  UNKNOWN: "Checking with broker",
  ABANDONED: "Given up",
  ACCEPTED: "Working at the broker",
  PARTIALLY_FILLED: "Partly filled",
  FILLED: "Filled",
  CANCELED: "Canceled",
  EXPIRED: "Expired",
  REJECTED: "Rejected by the broker",
  DENIED: "Denied by our rule",
};
/** Our own rules that stopped an order, by the reason it carries. */
export const RULES = {
  HALTED: "All was stopped before it was sent.",
  BROKER_REFUSES_KEYS: "The broker refuses the keys, so nothing is bought.",
  WASH_TRADE_GUARD: "An order on the other side of this symbol was still working.",
  TOO_LATE: "Its minute was over before it could be sent.",
  SEND_BUDGET: "There was no time left in its minute to send it.",
  CANCELED_BY_OWNER: "You canceled it before it was sent.",
  STOPPED_BY_OWNER: "Its algorithm was stopped before it was sent.",
};
// Where more is to be said than the state alone.
const DETAILS = {
  PARTIALLY_FILLED: ({ filled, shares: all }) => `, ${shares(filled)} of ${all}`,
  FILLED: ({ average_price: price }) => ` at ${money(price)}`,
  CANCELED: ({ filled }) => partly(filled),
  EXPIRED: ({ filled }) => partly(filled),
  REJECTED: ({ reason }) => because(reason),
  DENIED: ({ reason }) => because(RULES[reason] ?? reason),
};
const OVER = new Set(["FILLED", "CANCELED", "EXPIRED", "REJECTED", "DENIED"]);

/** Write an order: Buy 100 shares. */
export function orderTitle({ side, shares: count }) {
  return `${side === "buy" ? "Buy" : "Sell"} ${shares(count)}`;
}

/** Write what became of an order. */
export function orderState(order) {
  const words = STATES[order.status] ?? order.status;
  return `${words.charAt(0).toLowerCase()}${words.slice(1)}${DETAILS[order.status]?.(order) ?? ""}`;
}

/** Say whether nothing more can come of an order. */
export function isOver({ status }) {
  return OVER.has(status);
}

/** Return the life of an order as [moment, words], in order of time. */
export function orderSteps(order) {
  const steps = [
    [order.created_at, `Order noted: ${order.side} ${shares(order.shares)}, ${order.type} order.`],
    [order.sent_at, order.attempts > 1 ? `Sent to the broker, ${order.attempts} attempts.` : "Sent to the broker."],
    ...order.fills.map((fill) => [fill.at, `${fill.side === "buy" ? "Bought" : "Sold"} ${shares(fill.shares)} at ${money(fill.price)}.`]),
    [order.cancel_wanted_at, "Its cancellation was asked for."],
    [order.ended_at, `${capital(orderState(order))}.`],
  ];
  const known = steps.filter(([at]) => at).sort(([one], [other]) => one.localeCompare(other));
  return isOver(order) ? known : [...known, [null, `Now: ${orderState(order)}.`]];
}

function partly(filled) {
  return Number(filled) > 0 ? ` after ${shares(filled)} were filled` : "";
}

function because(reason) {
  return reason ? `: ${reason.replace(/\.$/, "")}` : "";
}

function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
