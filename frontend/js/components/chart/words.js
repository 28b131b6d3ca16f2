/** A chart in words: for whoever cannot see it, and beside it. */

import { clock, momentNear, money, shares, signedMoney, signedPercent, toNumber } from "../../format.js";
import { zoneWords } from "./exchange_time.js";

const LENGTHS = { "1m": "one-minute", "5m": "five-minute", "1d": "daily" };

/** Return the summary of a chart: range, last price, change, how often it bought and sold. */
export function summaryWords(ticker, model) {
  const { bars, fills, timeframe } = model;
  if (!bars.length) return `${ticker}: no bars yet.`;
  const [first, last] = [bars[0], bars.at(-1)];
  const change = last.close - first.open;
  const high = Math.max(...bars.map((each) => each.high));
  const low = Math.min(...bars.map((each) => each.low));
  const way = Math.round(change * 100) === 0 ? "unchanged" : `${change > 0 ? "up" : "down"} ${money(Math.abs(change))}, ${signedPercent(change / first.open)}`;
  const span = `from ${barTime(first.at, timeframe)} to ${barTime(last.at, timeframe)}, ${zoneWords(last.at)}`;
  const count = (side) => fills.filter((each) => each.side === side).length;
  return (
    `${ticker}, ${bars.length} ${LENGTHS[timeframe]} bars ${span}. Between ${money(low)} and ${money(high)}, last ${money(last.close)}, ${way}. ` +
    `${counted(count("buy"), "buy", "buys")} and ${counted(count("sell"), "sell", "sells")}.`
  );
}

/** Write the moment of a bar: Nov 20, 10:31, the time alone on the day of `near`, the day alone of a daily bar. */
export function barTime(at, timeframe, near = null) {
  const words = momentNear(at * 1000, timeframe === "1d" ? null : near);
  return timeframe === "1d" ? words.split(",")[0] : words;
}

/** Write a bar's four prices. */
export function barWords({ open, high, low, close }) {
  return `open ${money(open)}, high ${money(high)}, low ${money(low)}, close ${money(close)}`;
}

/** Write a bar more shortly: close $185.90 (+$0.62), between $185.16 and $185.90. */
export function shortBarWords({ open, high, low, close }) {
  return `close ${money(close)} (${signedMoney(close - open)}), between ${money(low)} and ${money(high)}`;
}

/** Write a fill: Bought 100 shares at $185.90. */
export function fillWords({ side, shares: count, price }) {
  return `${side === "buy" ? "Bought" : "Sold"} ${shares(count)} at ${money(price)}`;
}

/** Write a wish that was not done: 10:31 buy 5 shares, denied. */
export function undoneWords({ minute, action, shares: count, outcome }) {
  const wish = toNumber(count) ? `${action} ${shares(count)}` : "turn";
  return `${clock(minute)} ${wish}, ${outcome.toLowerCase()}`;
}

function counted(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}
