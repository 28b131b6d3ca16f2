/** What a chart holds: at most 500 bars, the last one formed by the newest price, and what happened on them. */

import { toNumber } from "../../format.js";
import { exchangeDay } from "./exchange_time.js";

export const MOST_BARS = 500;
export const MOST_MARKS = 200;
export const TIMEFRAMES = { "1m": "1 min", "5m": "5 min", "1d": "1 day" };
const LENGTHS = { "1m": 60, "5m": 300 };
// So many bars are read again with each new one: history may correct them, and a fill may be told late.
const READ_AGAIN = 30;

export class ChartModel {
  bars = [];
  fills = [];
  decisions = [];
  #read = [];

  constructor(timeframe, answer) {
    this.timeframe = timeframe;
    this.add(answer);
  }

  /** Take an answer of the server: what it tells replaces what was there from its first bar on. */
  add({ bars, fills, decisions }) {
    const fresh = bars.map(readBar);
    const from = fresh[0]?.at ?? Infinity;
    this.#read = [...this.#read.filter(({ at }) => at < from), ...fresh].slice(-MOST_BARS);
    this.bars = this.#read;
    this.fills = joined(this.fills, fills, "at", from);
    this.decisions = joined(this.decisions, decisions, "minute", from);
  }

  /** Return the moment from which the next question asks, ISO text. */
  get since() {
    return isoMinute(this.#read.at(-READ_AGAIN)?.at ?? this.#read[0]?.at ?? 0);
  }

  /** Let the newest price form the last bar. priceAt: start of its minute, ISO text. */
  live(price, priceAt) {
    const value = toNumber(price);
    const last = this.#read.at(-1);
    if (value == null || !priceAt || !last) return;
    const at = this.#startOf(Date.parse(priceAt) / 1000, last);
    if (at < last.at) this.bars = this.#read;
    else if (at === last.at) this.bars = [...this.#read.slice(0, -1), withPrice(last, value)];
    else this.bars = [...this.#read, { at, open: value, high: value, low: value, close: value }].slice(-MOST_BARS);
  }

  /** Return the bar that begins at that second. */
  bar(at) {
    return this.bars.find((each) => each.at === at) ?? null;
  }

  /** Return the start of the bar in which a moment lies: the last one that begins no later. */
  barStart(iso) {
    const seconds = Date.parse(iso) / 1000;
    let [low, high] = [0, this.bars.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.bars[middle].at <= seconds) low = middle + 1;
      else high = middle;
    }
    return this.bars[low - 1]?.at ?? null;
  }

  #startOf(seconds, last) {
    const length = LENGTHS[this.timeframe];
    if (length) return seconds - (seconds % length);
    return exchangeDay(seconds) === exchangeDay(last.at) ? last.at : seconds;
  }
}

function readBar([at, open, high, low, close]) {
  return { at: Date.parse(at) / 1000, open, high, low, close };
}

function joined(old, fresh, name, from) {
  return [...old.filter((each) => Date.parse(each[name]) / 1000 < from), ...fresh].slice(-MOST_MARKS);
}

function withPrice(bar, price) {
  return { ...bar, high: Math.max(bar.high, price), low: Math.min(bar.low, price), close: price };
}

function isoMinute(seconds) {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
