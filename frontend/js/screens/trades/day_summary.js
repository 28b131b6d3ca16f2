/** The day so far: the result, by algorithm, what was filled, what it cost, and how SPY did where its price is known. */

import { mountFigure } from "../../components/figure.js";
import { openModal } from "../../components/modal.js";
import { mountReading } from "../../components/reading.js";
import { tableGroup, tableRow } from "../../components/table.js";
import { h } from "../../dom.js";
import { money, signedPercent, toNumber } from "../../format.js";
import { route } from "../../protocol.js";
import { algorithmName, dayWords } from "./words.js";

// The spelling of a calendar day, in New York.
const CALENDAR = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York", year: "numeric", month: "2-digit", day: "2-digit" });
const COLUMNS = [
  { id: "algorithm", label: "Algorithm" },
  { id: "day", label: "Today", isNumber: true },
];

/** Open the sheet with what is known now. */
export function openDay(app) {
  return openModal("Today", (body, close) => fill(app, body, close), { className: "dialog-day" });
}

function fill(app, body, close) {
  const { account, algorithms, market } = app.store.state;
  const now = market.now ?? new Date().toISOString();
  const day = `?day=${CALENDAR.format(new Date(now))}`;
  const result = h("p", { class: "review-lead" });
  mountFigure(result, { value: account?.day_pl, fraction: fraction(account) });
  // The focus begins at the top: on the button it would scroll a long list out of sight.
  body.append(h("p", { class: "muted", tabindex: "-1", "data-focus": true }, dayWords(now)), result, spy(algorithms) ?? "");
  if (algorithms.length) body.append(byAlgorithm(app, algorithms));
  const readings = [
    mountReading(body, { app, path: () => route("fill_sums") + day, what: "The fills", rows: 1, show: showFills }),
    mountReading(body, { app, path: () => `${route("round_trips")}${day}&limit=1`, what: "The round trips", rows: 1, show: showTrips }),
  ];
  body.append(h("button", { type: "button", class: "button", onclick: close }, "Close"));
  body.addEventListener("click", ({ target }) => target.closest("a") && close());
  return () => readings.forEach((each) => each.destroy());
}

function byAlgorithm(app, algorithms) {
  const { element, body } = tableGroup({ label: "Today by algorithm", columns: COLUMNS, className: "table-day" });
  for (const { id, name, ticker, card_calculations: figures } of algorithms) {
    const value = h("div", {});
    mountFigure(value, { value: figures.day_pl });
    const whose = h("div", {}, `${ticker} `, algorithmName(app, { algorithm_id: id, algorithm: name }));
    body.append(tableRow(COLUMNS, { algorithm: whose, day: value }));
  }
  return element;
}

function showFills({ count, fees, bought, sold }, box) {
  const words = count ? `${count} ${count === 1 ? "fill" : "fills"}: bought ${money(bought)}, sold ${money(sold)}, fees ${money(fees)}.` : "No fills today.";
  box.append(h("p", {}, words));
}

function showTrips({ sums }, box) {
  const words = sums.count ? `${sums.wins} of ${sums.count} round trips made money (${(100 * sums.win_rate).toFixed(1)}%).` : "No round trip has ended today.";
  box.append(h("p", {}, words));
}

/** Say how SPY did since the open, when an algorithm watches it; nothing else here knows its price. */
function spy(algorithms) {
  const watched = algorithms.find(({ ticker }) => ticker === "SPY");
  const [first] = watched?.sparkline ?? [];
  const last = watched?.card_calculations.last_price;
  return first && last != null ? h("p", {}, `SPY since the open: ${signedPercent(last / first - 1)}.`) : null;
}

function fraction(account) {
  const before = toNumber(account?.last_equity);
  return before ? toNumber(account.day_pl) / before : null;
}
