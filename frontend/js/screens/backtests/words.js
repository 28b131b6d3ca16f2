/** Backtests in words: what was asked, where a job stands, figures as the screen writes them. */

import { h } from "../../dom.js";
import { asTitle, direction, money, signedPercent, timeLeft, UNKNOWN } from "../../format.js";

const RATIO = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const DAY = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York", year: "numeric", month: "2-digit", day: "2-digit" });
const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const WRITE = {
  change: signedPercent,
  percent: (value) => `${minus(RATIO.format(value * 100))}%`,
  money: (value) => money(value),
  number: (value) => minus(RATIO.format(value)),
  count: (value) => WHOLE.format(value),
  minutes: (value) => (value < 120 ? `${Math.round(value)} min` : timeLeft(value * 60)),
};

/** Write a figure by its kind; what cannot be known is a dash. */
export function figureText(kind, value) {
  return value == null ? UNKNOWN : WRITE[kind](value);
}

/** Make a change in percent: sign and triangle for the eye, "up" or "down" for the ear. */
export function changeFigure(fraction) {
  if (fraction == null) return h("span", { class: "figure flat" }, UNKNOWN);
  const [name, shape, word] = { 1: ["gain", "▲", "up "], [-1]: ["loss", "▼", "down "], 0: ["flat", "", ""] }[direction(fraction, 0.0001)];
  return h(
    "span",
    { class: `figure ${name}` },
    h("span", { class: "triangle", "aria-hidden": "true" }, shape),
    h("span", { class: "visually-hidden" }, word),
    signedPercent(fraction),
  );
}

/** Say what was asked: SMA crossover on AAPL. */
export function askedWords(request) {
  return request ? `${asTitle(request.algorithm)} on ${request.tickers.join(", ")}` : "A backtest";
}

/** Say which days were asked for. */
export function daysWords({ from, to }) {
  if (from && to) return from === to ? from : `${from} to ${to}`;
  if (from) return `from ${from}`;
  return to ? `until ${to}` : "all days with bars";
}

/** Say where a job stands. */
export function stateWords({ state, position, fraction, at, seconds_left: left }) {
  if (state === "queued") return position === 1 ? "Waiting: next in the queue" : `Waiting: number ${position} in the queue`;
  if (state === "failed") return "Failed";
  if (state === "canceled") return "Canceled";
  if (fraction == null) return "Running: the bars are being read";
  const parts = [`${Math.floor(fraction * 100)} %`, at, left == null ? "" : leftWords(left)];
  return parts.filter(Boolean).join(", ");
}

function leftWords(seconds) {
  return seconds < 5 ? "a few seconds left" : `about ${seconds < 600 ? `${Math.round(seconds)} s` : timeLeft(seconds)} left`;
}

function minus(text) {
  return text.replace("-", "−");
}

/** Return the New York day of a moment, epoch milliseconds: 2026-11-20. */
export function newYorkDay(moment) {
  return DAY.format(new Date(moment ?? Date.now()));
}

/** Return the address of New algorithm filled in with what a backtest was asked. */
export function startAddress({ algorithm, tickers, cash, params }) {
  const query = new URLSearchParams({ algorithm, ticker: tickers[0] ?? "", cash: cash ?? "" });
  for (const [name, value] of Object.entries(params)) if (value != null) query.append(`param.${name}`, String(value));
  return `#/new?${query}`;
}
