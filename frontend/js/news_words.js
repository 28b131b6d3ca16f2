/** What a screen reader is told of the news: fills and what needs attention, never prices. */

import { money, shares, toNumber } from "./format.js";

const WORDS = {
  "trade.executed": ({ symbol, side, qty, price }) => `${symbol}: ${side} ${shares(qty)} filled at ${money(price)}.`,
  "order.rejected": ({ symbol, reason }) => `${symbol} order was rejected${reason ? `: ${reason}` : ""}.`,
  "algorithm.error": ({ error, has_stopped: hasStopped }) => `An algorithm ${hasStopped ? "stopped on an" : "had an"} error: ${error}.`,
  "risk.halted": ({ kind }) => (kind === "stop_entries" ? "Buying stopped." : "All stopped."),
  "risk.resumed": () => "Trading resumed.",
};

/** Say which positions are others than before a screen was cut off: the news of their fills was missed. */
export function missedWords(before, after) {
  const held = new Map(before.algorithms.map((each) => [each.id, each.card_calculations.shares]));
  const changed = after.algorithms.filter(({ id, card_calculations: now }) => held.has(id) && toNumber(held.get(id)) !== toNumber(now.shares));
  if (!changed.length) return "";
  const words = changed.map(({ id, ticker, card_calculations: now }) => `${ticker} ${shares(now.shares)}, before ${shares(held.get(id))}`);
  return `While this screen was cut off: ${words.join("; ")}.`;
}

/** Return the sentence for an event, or nothing. */
export function newsWords({ type, data }) {
  return WORDS[type]?.(data ?? {}) ?? "";
}
