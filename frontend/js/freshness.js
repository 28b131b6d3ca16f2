/** When a figure is stale: the page decides, from the age of the data (minute bars in, two intervals' patience). */

import { age, clock, momentNear } from "./format.js";

const BAR_SECONDS = 60;
const STALE_AFTER_SECONDS = 2 * BAR_SECONDS;
// The broker is asked for the account each 15 seconds: three answers that did not come.
const ACCOUNT_STALE_AFTER_SECONDS = 45;

/** Say how fresh an algorithm's price is: {isStale, tag}. "at close" is not stale, where it is the close. */
export function freshness(algorithm, store, connection) {
  const level = connection.level;
  if (level === "stale" || level === "out") return { isStale: true, tag: age(connection.silence) };
  if (algorithm.card_calculations.last_price == null || !algorithm.price_at) return { isStale: false, tag: "" };
  const { market } = store.state;
  const isOpen = market.phase === "open";
  const end = isOpen ? store.marketNow() : Date.parse(market.last_close);
  const seconds = (end - Date.parse(algorithm.price_at)) / 1000 - BAR_SECONDS;
  if (seconds <= STALE_AFTER_SECONDS) return { isStale: false, tag: isOpen ? "" : "at close" };
  return { isStale: true, tag: isOpen ? age(seconds) : `at ${momentNear(algorithm.price_at, market.now)}` };
}

/** Say how fresh the account's figures are: {isStale, cause, tag}. cause: a sentence, why they are not of now. */
export function accountFreshness({ store, connection }) {
  const { account, market } = store.state;
  const cause = accountCause(store.state, connection.level);
  return { isStale: cause !== "", cause, tag: cause && account ? `at ${momentNear(account.at, market.now)}` : "" };
}

function accountCause({ account, health, market }, level) {
  if (level === "stale" || level === "out") return "Not connected. Trading continues on the appliance.";
  if (health.is_engine_late) return "AutoTrader's engine does not answer.";
  const since = health.down_since?.broker;
  if (since) return `The broker does not answer since ${clock(since)}.`;
  // Both moments are the engine's. Where an exchange owns the clock its time jumps over closed hours, between two answers.
  const seconds = account && !market.speed ? (Date.parse(market.now) - Date.parse(account.at)) / 1000 : 0;
  return seconds > ACCOUNT_STALE_AFTER_SECONDS ? "The broker tells no newer figures." : "";
}
