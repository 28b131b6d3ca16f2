/** Alerts in words: how much one matters, how old it is, and where its cause is looked at. */

import { asTitle, clock } from "./format.js";

/** The priorities, what matters most first, with their words; each has a shape of the same name. */
export const PRIORITIES = { critical: "Critical", high: "High", normal: "Normal", info: "Info" };

const OF_ACCOUNT = /^(account|reconcile)\./;

/** Write how long ago something was, in market time. */
export function ageWords(iso, now) {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 5400) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}

/** Write how often it was raised, nothing for once. */
export function repeatWords({ repeats, first_at: firstAt }) {
  return repeats ? `${repeats + 1} times since ${clock(firstAt)}` : "";
}

/** Return [address, name] of the screen where its cause is looked at, null when there is none. */
export function placeOf({ kind, algorithm_id: id }, store) {
  if (OF_ACCOUNT.test(kind)) return ["#/account", "Account"];
  if (kind === "signal.proposed") return ["#/signals", "Signals"];
  const algorithm = id == null ? null : store.algorithm(id);
  return algorithm ? [`#/algorithm/${id}`, `${algorithm.ticker} ${asTitle(algorithm.name)}`] : null;
}
