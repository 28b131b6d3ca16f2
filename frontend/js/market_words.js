/** The market clock in words: what it is doing, until when. */

import { clock, dayAndClock, timeLeft } from "./format.js";

/** Return what the header says about the market, `now` in epoch milliseconds. */
export function marketWords(market, now) {
  if (market.phase === "unknown") return "Starting";
  const left = (iso) => timeLeft((Date.parse(iso) - now) / 1000);
  const pace = market.speed ? ` · ${market.speed}×` : "";
  if (market.phase === "open") {
    const start = market.is_half_day ? "Half day, closes in" : "Open, closes in";
    return market.closes_at ? `${start} ${left(market.closes_at)}${pace}` : `Open${pace}`;
  }
  const opens = market.next_open ? `opens ${dayAndClock(market.next_open)} (in ${left(market.next_open)})` : "";
  const phase = { pre_market: "Pre-market", after_hours: "After-hours" }[market.phase] ?? "Closed";
  return opens ? `${phase}, ${opens}${pace}` : `${phase}${pace}`;
}

/** Return the market's time with its zone: 10:31 New York. */
export function marketTime(now) {
  return now == null ? "" : `${clock(now)} New York`;
}

/** Say what money is meant, for every confirmation. */
export function moneyWord(mode) {
  return { DEMO: "simulated money", PAPER: "paper money", LIVE: "real money" }[mode] ?? "money";
}
