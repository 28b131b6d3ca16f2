/** Usual periods by one tap, counted back from the last day there are bars of. */

import { h } from "../../dom.js";
import { newYorkDay } from "./words.js";

const DAY_MS = 86_400_000;
const PERIODS = [["1 month", 30], ["3 months", 91], ["1 year", 365]];

/** Mount the keys. data: app, onPeriod(first, last). onDays(days) tells how far bars reach. */
export function mountPeriodKeys(parent, { app, onPeriod }) {
  let last = null;
  const key = (words, onTap) => h("button", { type: "button", class: "key", onclick: onTap }, words);
  const back = (days) => {
    const end = last ?? newYorkDay((app.store.marketNow() ?? Date.now()) - DAY_MS);
    onPeriod(new Date(Date.parse(end) - days * DAY_MS).toISOString().slice(0, 10), end);
  };
  const keys = [key("All there are", () => onPeriod("", "")), ...PERIODS.map(([words, days]) => key(words, () => back(days)))];
  const element = h("div", { class: "percent-keys period-keys", role: "group", "aria-label": "Period" }, keys);
  parent.append(element);
  return { element, onDays: (days) => (last = days.last), destroy: () => element.remove() };
}
