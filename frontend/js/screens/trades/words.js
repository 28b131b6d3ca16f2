/** What the lists of Trades say the same way: days, moments, who it was for, how long. */

import { h } from "../../dom.js";
import { asTitle, clock, shares, timeLeft, toNumber } from "../../format.js";

const DAY = new Intl.DateTimeFormat("en-US", { timeZone: "America/New_York", weekday: "long", month: "short", day: "numeric", year: "numeric" });
const TEN_MINUTES = 10;

/** Write a moment's day in New York: Friday, Nov 20, 2026. */
export function dayWords(iso) {
  return DAY.format(new Date(iso));
}

/** Write a day of the calendar, 2026-11-20, the same way. */
export function calendarDayWords(day) {
  return dayWords(`${day}T17:00:00Z`);
}

/** Make a moment: its clock time, and all of it for who asks. */
export function moment(iso) {
  return h("time", { datetime: iso, title: `${dayWords(iso)}, ${clock(iso)} New York` }, clock(iso));
}

/** Make the name of an algorithm: a link while it is shown anywhere. */
export function algorithmName(app, { algorithm_id: id, algorithm }) {
  const name = algorithm ? asTitle(algorithm) : `Algorithm ${id}`;
  return app.store.algorithm(id) ? h("a", { class: "cell-link", href: `#/algorithm/${id}` }, name) : name;
}

/** Make what is held: the symbol, and how many shares of it. */
export function holding(symbol, count) {
  return h("div", {}, symbol, h("span", { class: "cell-note" }, shares(count)));
}

/** Write what was traded or is to be: Buy 100 AAPL. */
export function actWords({ side, qty, symbol }) {
  const count = shares(qty).split(" ")[0];
  return `${side === "buy" ? "Buy" : "Sell"} ${count} ${symbol}`;
}

/** Write a stretch of minutes: 45 s, 31 min, 2 h 5 min, 3 d 4 h. */
export function stretch(minutes) {
  const number = toNumber(minutes);
  if (number == null) return "";
  if (number < 1) return `${Math.round(number * 60)} s`;
  return number < TEN_MINUTES ? `${Math.round(number)} min` : timeLeft(number * 60);
}
