/** What an algorithm saw, as names and texts: the books' own values first, then its own. */

import { clock, money, shares, toNumber } from "./format.js";

const MOST_DIGITS = 10;

/** Return [name, text] pairs of the `saw` of a decision. */
export function sawPairs(saw) {
  const { bar, position, cash, ...own } = saw ?? {};
  const pairs = [];
  if (bar) pairs.push(["Newest bar", `${clock(bar.timestamp)}, close ${money(bar.close)}`]);
  if (position != null) pairs.push(["Position", toNumber(position) ? shares(position) : "none"]);
  if (cash != null) pairs.push(["Its cash", money(cash)]);
  return [...pairs, ...Object.entries(own).map(([name, value]) => [name.replaceAll("_", " "), valueText(value)])];
}

/** Write the values used in one line: close $185.90 · position 100 shares. */
export function sawLine(saw) {
  return sawPairs(saw)
    .map(([name, text]) => `${name.toLowerCase()} ${text}`)
    .join(" · ");
}

/** Write one value of a strategy's own. */
export function valueText(value) {
  if (value == null) return "–";
  if (typeof value === "number") return String(Number(value.toPrecision(MOST_DIGITS))).replace("-", "−");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
