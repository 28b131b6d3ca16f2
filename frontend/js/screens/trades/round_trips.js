/** Round trips: each holding from the first share bought to the last one sold, and what they come to together. */

import { mountFigure } from "../../components/figure.js";
import { mountPagedList } from "../../components/paged_list.js";
import { tableGroup, tableRow } from "../../components/table.js";
import { h, replace, setHidden } from "../../dom.js";
import { money, signedMoney, toNumber } from "../../format.js";
import { route } from "../../protocol.js";
import { mountDownload } from "./download.js";
import { followOrders } from "./live.js";
import { algorithmName, dayWords, holding, moment, stretch } from "./words.js";

const COLUMNS = [
  { id: "what", label: "Holding" },
  { id: "algorithm", label: "Algorithm" },
  { id: "entry", label: "Entry" },
  { id: "exit", label: "Exit" },
  { id: "result", label: "Result", isNumber: true },
  { id: "held", label: "Held" },
  { id: "reason", label: "Why it ended" },
];

/** Mount sums and list. filter: see filter.js. */
export function mountRoundTrips(parent, { app, filter }) {
  const sums = h("dl", { class: "figures trip-sums", hidden: true });
  parent.append(sums);
  const list = mountPagedList(parent, {
    app,
    path: (before) => route("round_trips") + filter.query({ before }),
    name: "round_trips",
    what: "The round trips",
    empty: { text: "No round trips yet. One is complete when an algorithm has sold all that it had bought." },
    groupOf: ({ exited_at: at }) => dayWords(at),
    makeGroup: (title) => tableGroup({ title, columns: COLUMNS, className: "table-trips" }),
    makeRow: (trip) => tableRow(COLUMNS, cells(app, trip)),
    onPage: ({ sums: found }) => showSums(sums, found),
  });
  const download = mountDownload(parent, { app, file: "round_trips_file", query: filter.query });
  const unfollow = followOrders(app, list.refresh);

  function refilter() {
    download.update();
    setHidden(sums, true);
    list.restart();
  }

  return { update: () => {}, refilter, destroy: () => (unfollow(), list.destroy()) };
}

function showSums(element, sums) {
  setHidden(element, !sums.count);
  const result = h("dd", {});
  mountFigure(result, { value: sums.pnl });
  const factor = toNumber(sums.profit_factor);
  replace(
    element,
    pair("Result", result, `after fees of ${money(sums.fees)}`),
    pair("Win rate", h("dd", {}, `${(100 * (toNumber(sums.win_rate) ?? 0)).toFixed(1)}%`), `${sums.wins} of ${sums.count} made money`),
    pair("Profit factor", h("dd", {}, factor == null ? "–" : factor.toFixed(2)), factor == null ? "nothing was lost yet" : "dollars won for each dollar lost; above 1 is a gain"),
    pair("Expectancy", h("dd", {}, signedMoney(sums.expectancy)), "what one round trip came to on average"),
  );
}

function pair(label, value, meaning) {
  return h("div", { class: "figures-pair" }, h("dt", {}, label), value, h("dd", { class: "hint" }, meaning));
}

function cells(app, trip) {
  const result = h("div", {});
  mountFigure(result, { value: trip.pnl, fraction: trip.return });
  return {
    what: holding(trip.symbol, trip.shares),
    algorithm: algorithmName(app, trip),
    entry: leg(trip.entry_price, trip.entered_at, trip.exited_at),
    exit: leg(trip.exit_price, trip.exited_at, trip.exited_at),
    result,
    held: stretch(trip.minutes),
    reason: trip.exit_purpose === "MANUAL" ? "You sold it." : trip.exit_reason || "no reason given",
  };
}

function leg(price, at, day) {
  const isOtherDay = dayWords(at) !== dayWords(day);
  return h("div", {}, money(price), h("span", { class: "cell-note" }, isOtherDay ? `${dayWords(at)}, ` : "", moment(at)));
}
