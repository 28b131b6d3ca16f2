/** When a price is stale: the page decides, from the age of the data (minute bars in, two intervals' patience). */

import { age } from "./format.js";

const BAR_SECONDS = 60;
const STALE_AFTER_SECONDS = 2 * BAR_SECONDS;

/** Say how fresh an algorithm's price is: {isStale, tag}. "at close" is not stale. */
export function freshness(algorithm, store, connection) {
  const level = connection.level;
  if (level === "stale" || level === "out") return { isStale: true, tag: age(connection.silence) };
  if (algorithm.card_calculations.last_price == null || !algorithm.price_at) return { isStale: false, tag: "" };
  const { market } = store.state;
  if (market.phase !== "open") return { isStale: false, tag: "at close" };
  const seconds = (store.marketNow() - Date.parse(algorithm.price_at)) / 1000 - BAR_SECONDS;
  return seconds > STALE_AFTER_SECONDS ? { isStale: true, tag: age(seconds) } : { isStale: false, tag: "" };
}
