/** Positions: what each algorithm holds, live; what the account holds besides stands apart, and is never sold by AutoTrader. */

import { mountFigure } from "../../components/figure.js";
import { mountReading } from "../../components/reading.js";
import { tableGroup, tableRow } from "../../components/table.js";
import { h, replace, setHidden, setText } from "../../dom.js";
import { money, shares, toNumber } from "../../format.js";
import { freshness } from "../../freshness.js";
import { route } from "../../protocol.js";
import { algorithmName, holding } from "./words.js";

const COLUMNS = [
  { id: "what", label: "Position" },
  { id: "algorithm", label: "Algorithm" },
  { id: "price", label: "Last price", isNumber: true },
  { id: "value", label: "Value", isNumber: true },
  { id: "open", label: "Open", isNumber: true },
  { id: "day", label: "Today", isNumber: true },
];
const BESIDES = [
  { id: "what", label: "Holding" },
  { id: "origin", label: "Where it comes from" },
];

/** Mount the positions. filter: see filter.js. */
export function mountPositions(parent, { app, filter }) {
  const rows = new Map();
  const empty = h("p", { class: "empty" });
  const group = tableGroup({ label: "Positions of the algorithms", columns: COLUMNS, className: "table-positions" });
  const besides = h("div", {});
  const held = h("div", { class: "paged-list" }, group.element);
  parent.append(empty, held, besides);
  const reading = mountReading(besides, { app, path: () => route("positions"), what: "What the account holds besides", rows: 0, show: showBesides });

  function update() {
    const holding = app.store.state.algorithms.filter(isShown);
    setText(empty, app.store.isStarting ? "AutoTrader is starting; its positions come in a moment." : "No algorithm holds any shares now.");
    setHidden(empty, holding.length > 0);
    setHidden(held, holding.length === 0);
    const present = new Set(holding.map(({ id }) => id));
    for (const [id, row] of rows) if (!present.has(id)) (row.element.remove(), rows.delete(id));
    for (const algorithm of holding) {
      if (!rows.has(algorithm.id)) rows.set(algorithm.id, mountRow(app, group.body, algorithm));
      rows.get(algorithm.id).update(algorithm);
    }
  }

  function isShown({ id, ticker, card_calculations: figures }) {
    return toNumber(figures.shares) && filter.admits({ algorithm_id: id, symbol: ticker });
  }

  function showBesides({ besides: found }, box) {
    const shown = found.filter(({ symbol }) => filter.admits({ algorithm_id: "", symbol }));
    if (!shown.length) return;
    const table = tableGroup({ title: "Also in your account", columns: BESIDES, className: "table-besides" });
    const note = h("p", { class: "muted" }, "No algorithm owns these shares. AutoTrader shows them and never trades them.");
    replace(table.body, shown.map((each) => tableRow(BESIDES, { what: holding(each.symbol, each.shares), origin: originWords(each) })));
    box.append(h("div", { class: "paged-list" }, table.element, note));
  }

  update();
  return { update, refilter: () => (update(), reading.read()), destroy: () => reading.destroy() };
}

function mountRow(app, body, { id, name, ticker }) {
  const [price, value] = [h("span", {}), h("span", {})];
  const [count, average] = [h("span", { class: "cell-note" }), h("span", { class: "cell-note" })];
  const what = h("div", {}, ticker, count, average);
  const tag = h("span", { class: "tag stale-tag", hidden: true });
  const open = h("div", {});
  const day = h("div", {});
  const figures = [mountFigure(open, {}), mountFigure(day, {})];
  const algorithm = algorithmName(app, { algorithm_id: id, algorithm: name });
  const element = tableRow(COLUMNS, { what, algorithm, price: h("div", {}, tag, " ", price), value, open, day });
  body.append(element);

  function update(data) {
    const known = data.card_calculations;
    const fresh = freshness(data, app.store, app.connection);
    element.classList.toggle("is-stale", fresh.isStale);
    setText(count, shares(known.shares));
    setText(average, `average ${money(known.avg_cost)}`);
    setText(price, money(known.last_price));
    setText(tag, fresh.tag);
    setHidden(tag, !fresh.tag);
    setText(value, money(known.market_value));
    figures[0].update({ value: known.unrealized_pl, fraction: gained(known) });
    figures[1].update({ value: known.day_pl });
  }

  return { element, update };
}

function gained({ avg_cost: cost, last_price: price }) {
  const [paid, now] = [toNumber(cost), toNumber(price)];
  return paid && now != null ? now / paid - 1 : null;
}

function originWords({ shares: held, baseline, is_confirmed: isConfirmed }) {
  if (baseline == null) return "Traded outside AutoTrader.";
  const before = isConfirmed ? "In the account before AutoTrader's first start." : "In the account before AutoTrader's first start; not confirmed by you yet.";
  return baseline === held ? before : `${before} Changed outside AutoTrader since.`;
}
