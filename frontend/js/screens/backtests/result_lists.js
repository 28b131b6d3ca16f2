/** The lists of a result: all figures with their meaning, returns by month or day, round trips, reasons. */

import { listRow, rowList } from "../../components/row.js";
import { h } from "../../dom.js";
import { asTitle, clock, money, shares, signedMoney } from "../../format.js";
import { changeFigure, figureText, newYorkDay } from "./words.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Return every figure beside that of buy and hold, each explained. */
export function allFigures({ figures, notes }) {
  const rows = figures.map(({ label, kind, value, is_compared: isCompared, held, words }) => {
    const beside = isCompared ? h("span", { class: "label figure-beside" }, `Buy and hold ${figureText(kind, held)}`) : null;
    return listRow({ title: label, meta: words, value: h("span", {}, figureText(kind, value), beside) });
  });
  return h("section", {}, h("h2", {}, "All figures"), notes.map((each) => h("p", { class: "muted" }, each)), rowList("All figures", rows));
}

/** Return the returns by month and year, of a short run by day. */
export function returnsByTime({ by, rows }) {
  if (!rows.length) return "";
  if (by === "day") {
    const days = rows.map(([day, fraction]) => cell(day, fraction));
    return h("section", {}, h("h2", {}, "Returns by day"), h("dl", { class: "months" }, days));
  }
  const years = rows.map(([year, months, whole]) => {
    const played = months.map((fraction, at) => [MONTHS[at], fraction]).filter(([, fraction]) => fraction != null);
    return h("section", { class: "year" }, h("h3", {}, `${year} `, changeFigure(whole)), h("dl", { class: "months" }, played.map(([name, fraction]) => cell(name, fraction))));
  });
  return h("section", {}, h("h2", {}, "Returns by month"), years);
}

function cell(name, fraction) {
  return h("div", { class: "month" }, h("dt", {}, name), h("dd", {}, changeFigure(fraction)));
}

/** Return the round trips with why they began and ended. */
export function roundTrips({ total, rows }) {
  const head = h("h2", {}, `Round trips (${total.toLocaleString("en-US")})`);
  if (!rows.length) return h("section", {}, head, h("p", {}, "None: nothing was bought."));
  const note = rows.length < total ? h("p", { class: "muted" }, `The first and the last ${rows.length / 2} of them. All are in the CSV tables.`) : null;
  return h("section", {}, head, note, rowList("Round trips", rows.map(tripRow)));
}

function tripRow(trip) {
  const isOpen = trip.exited_at == null;
  const times = `${day(trip.entered_at)} to ${isOpen ? "the end, still open" : day(trip.exited_at)}`;
  const why = [trip.enter_reason && `Bought: ${trip.enter_reason}.`, trip.exit_reason && `Sold: ${trip.exit_reason}.`].filter(Boolean).join(" ");
  return listRow({
    title: `${trip.symbol}, ${times}`,
    meta: `${shares(trip.shares)}, in at ${money(trip.entry_price)}, ${isOpen ? "now" : "out"} at ${money(trip.exit_price)}. ${why}`,
    value: h("span", {}, changeFigure(trip.return), " ", signedMoney(trip.pnl)),
  });
}

function day(iso) {
  return `${newYorkDay(Date.parse(iso))} ${clock(iso)}`;
}

/** Return what it decided, how often, and what stopped it. */
export function reasonList({ reasons, algorithms }) {
  const names = new Map(algorithms.map(({ id, name, ticker }) => [id, `${asTitle(name)} on ${ticker}`]));
  const rows = reasons.rows.map(({ algorithm_id: id, action, outcome, gate, reason, minutes }) =>
    listRow({
      title: reason || "No reason given",
      meta: [names.size > 1 ? names.get(id) : "", `${action}, ${outcome.toLowerCase()}`, gate ? `stopped by ${gate}` : ""].filter(Boolean).join(", "),
      value: `${minutes.toLocaleString("en-US")} min`,
    }),
  );
  const note = rows.length < reasons.total ? h("p", { class: "muted" }, `The ${rows.length} most frequent of ${reasons.total.toLocaleString("en-US")}.`) : null;
  return h("section", {}, h("h2", {}, "What it decided, and why"), note, rows.length ? rowList("Decisions", rows) : h("p", {}, "Nothing was decided."));
}
