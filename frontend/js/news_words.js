/** What a screen reader is told of the news: fills and what needs attention, never prices. */

import { money, shares } from "./format.js";

const WORDS = {
  "trade.executed": ({ symbol, side, qty, price }) => `${symbol}: ${side} ${shares(qty)} filled at ${money(price)}.`,
  "order.rejected": ({ symbol, reason }) => `${symbol} order was rejected${reason ? `: ${reason}` : ""}.`,
  "algorithm.error": ({ error, has_stopped: hasStopped }) => `An algorithm ${hasStopped ? "stopped on an" : "had an"} error: ${error}.`,
  "risk.halted": () => "All stopped.",
  "risk.resumed": () => "Trading resumed.",
};

/** Return the sentence for an event, or nothing. */
export function newsWords({ type, data }) {
  return WORDS[type]?.(data ?? {}) ?? "";
}
