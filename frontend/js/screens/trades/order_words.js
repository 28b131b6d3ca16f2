/** The life of an order in words. Denied is our own rule, rejected is the broker, unknown is never "failed". */

import { money, shares, toNumber } from "../../format.js";
import { RULES, STATES } from "../../order_words.js";

const EXPLAINED = {
  UNKNOWN: "Its answer was lost. AutoTrader asks for it and does not send it twice.",
  ABANDONED: "The broker does not know it. If it turns up after all, its rest is canceled.",
  EXPIRED: "It was good for the day and did not fill.",
};
const PURPOSES = { ENTRY: "opens a position", EXIT: "closes a position", MANUAL: "sold by you" };

/** Say how an order stands. */
export function stateWords({ status, is_cancel_wanted: isCancelWanted, ended_at: endedAt }) {
  if (isCancelWanted && !endedAt && status !== "UNKNOWN" && status !== "ABANDONED") return "Cancel asked for";
  return STATES[status] ?? status;
}

/** Say what there is to know about it: the rule, the broker's own words, or nothing. */
export function stateExplained({ status, refusal, is_cancel_wanted: isCancelWanted }) {
  if (status === "DENIED") return RULES[refusal] ?? refusal ?? "";
  if (status === "UNKNOWN" && isCancelWanted) return `${EXPLAINED.UNKNOWN} It is canceled as soon as it is found.`;
  return [EXPLAINED[status], status === "REJECTED" ? refusal : ""].filter(Boolean).join(" ");
}

/** Say why it exists. */
export function purposeWords({ purpose }) {
  return PURPOSES[purpose] ?? purpose;
}

/** Write how it is priced: Market, Limit $185.00, Stop $180.00 limit $179.50. */
export function priceWords({ type, limit_price: limit, stop_price: stop }) {
  const parts = [stop ? `stop ${money(stop)}` : "", limit ? `limit ${money(limit)}` : ""].filter(Boolean);
  const words = parts.length ? parts.join(", ") : type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Write how far it has filled: 60 of 100 at $185.20. */
export function filledWords({ filled_qty: filled, qty, average_price: average }) {
  if (!toNumber(filled)) return "";
  const count = filled === qty ? shares(filled) : `${[filled, qty].map((each) => shares(each).split(" ")[0]).join(" of ")}`;
  return `${count} at ${money(average)}`;
}

/** Say what came of a cancel, and whether it is one that needs reading. */
export function canceledWords(order, answer) {
  const filled = filledWords({ ...answer, qty: order.qty });
  if (answer.status === "FILLED") return { text: `It filled before it could be canceled: ${filled}.`, isDone: false };
  if (answer.status === "REJECTED" || answer.status === "EXPIRED") return { text: `There was nothing left to cancel: ${STATES[answer.status].toLowerCase()}.`, isDone: false };
  if (answer.status !== "CANCELED" && answer.status !== "DENIED") {
    return { text: "The broker has not confirmed the cancel yet. AutoTrader goes on asking; the list tells when it is done.", isDone: false };
  }
  const stays = answer.is_sale_withdrawn ? " The shares stay in your account." : "";
  return { text: `The order is canceled${filled ? `; ${filled} had filled before` : ""}.${stays}`, isDone: true };
}
