/** Day trades in an owner's words: how many of the window are used, and what a further one leads to. */

const MOST = 3;
const POLICIES = {
  off: "You have switched the limit off: day trades are only counted.",
  advisory: "Nothing is refused: a decision that goes beyond says so.",
  enforce: "AutoTrader holds to it: an exit beyond it waits for the next session, unless it protects.",
};

/** Return "2 of 3 day trades used". */
export function usedWords({ trades_used: used }) {
  return `${used} of ${MOST} day trades used`;
}

/** Return what is to be said of the limit: whose it is, and what it does. */
export function limitWords({ policy, limit_applies: applies }) {
  const whose = "Three day trades in five sessions is your own limit, no rule: none has asked for it since June 2026, and the broker blocks nothing.";
  if (policy !== "off" && !applies) return `${whose} Your account closed at or above the size you set for it, so it does not apply.`;
  return `${whose} ${POLICIES[policy] ?? ""}`.trim();
}

/** Return the line for Home, "" while there is nothing an owner has to think of. */
export function homeWords(dayTrades) {
  if (!dayTrades?.limit_applies || dayTrades.policy === "off") return "";
  const left = dayTrades.trades_remaining;
  if (dayTrades.policy !== "enforce" && left > 1) return "";
  const rest = left === 0 ? "none left" : `${left} left`;
  return `${usedWords(dayTrades)}, ${rest}`;
}
