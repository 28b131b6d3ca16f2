/** Strategies in words. */

import { ownerMoment } from "../../format.js";

/** Say of when figures are. */
export function asOfWords(iso) {
  return iso ? `Counted ${ownerMoment(iso)}; anew every five minutes of a session and at its close.` : "Counted every five minutes of a session and at its close.";
}

/** Say on what a strategy runs: AAPL, MSFT; of those that are over, how many there were. */
export function runningWords(algorithms) {
  const living = algorithms.filter(({ status }) => status !== "STOPPED").map(({ ticker }) => ticker);
  if (!living.length) return "not running";
  return living.length > 4 ? `${living.slice(0, 4).join(", ")} and ${living.length - 4} more` : living.join(", ");
}
