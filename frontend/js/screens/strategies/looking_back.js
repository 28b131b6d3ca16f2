/** Looking back at a strategy: why its round trips began and ended, what came of each reason, and the newest of them. */

import { mountFigure } from "../../components/figure.js";
import { tableGroup, tableRow } from "../../components/table.js";
import { h } from "../../dom.js";
import { money } from "../../format.js";
import { figureText } from "../backtests/words.js";
import { dayWords, holding, moment, stretch } from "../trades/words.js";

const REASON_COLUMNS = [
  { id: "reason", label: "Reason" },
  { id: "count", label: "Round trips", isNumber: true },
  { id: "rate", label: "Win rate", isNumber: true },
  { id: "profit", label: "Profit", isNumber: true },
];
const TRIP_COLUMNS = [
  { id: "what", label: "Holding" },
  { id: "ended", label: "Ended" },
  { id: "prices", label: "In and out" },
  { id: "held", label: "Held" },
  { id: "result", label: "Result", isNumber: true },
];

/** Return the two tables of reasons. */
export function reasonTables({ entry, exit, of }) {
  if (!of) return [h("p", {}, "No round trip has ended yet: reasons are counted once what was bought is sold.")];
  const words = of === 1 ? "Of the one round trip that has ended." : `Of the newest ${of.toLocaleString("en-US")} round trips that have ended.`;
  return [table("Why it bought", entry), table("Why it sold", exit), h("p", { class: "hint" }, `${words} Figures inside a reason are left out, so that equal reasons are counted together.`)];
}

function table(title, rows) {
  const group = tableGroup({ title, columns: REASON_COLUMNS, className: "table-reasons" });
  group.body.append(
    ...rows.map(({ reason, count, win_rate: rate, pnl }) =>
      tableRow(REASON_COLUMNS, { reason: reason || "no reason given", count: figureText("count", count), rate: figureText("percent", rate), profit: result({ value: pnl }) }),
    ),
  );
  return group.element;
}

/** Return the newest round trips, and the way to all of them. */
export function recentTrips(app, { round_trips: trips, total }) {
  if (!trips.length) return h("p", {}, "No round trips yet. One is complete when an algorithm has sold all that it had bought.");
  const group = tableGroup({ label: "Newest round trips", columns: TRIP_COLUMNS, className: "table-strategy-trips" });
  group.body.append(...trips.map((trip) => tableRow(TRIP_COLUMNS, cells(trip))));
  const more = trips.length < total ? h("p", { class: "hint" }, `The newest ${trips.length} of ${total.toLocaleString("en-US")}.`) : "";
  return h("section", { class: "table-group" }, group.element, more, h("p", {}, h("a", { class: "button", href: "#/trades/round-trips" }, "All round trips")));
}

function cells(trip) {
  return {
    what: holding(trip.symbol, trip.shares),
    ended: h("div", {}, moment(trip.exited_at), h("span", { class: "cell-note" }, dayWords(trip.exited_at))),
    prices: `${money(trip.entry_price)}, ${money(trip.exit_price)}`,
    held: stretch(trip.minutes),
    result: result({ value: trip.pnl, fraction: trip.return }),
  };
}

function result(data) {
  const element = h("div", {});
  mountFigure(element, data);
  return element;
}
