/** Strategies: a row for each that ever ran, how often it won, what it earned, how far it fell. */

import { mountFigure } from "../../components/figure.js";
import { mountReading } from "../../components/reading.js";
import { screenFrame } from "../../components/screen_frame.js";
import { tableGroup, tableRow } from "../../components/table.js";
import { h } from "../../dom.js";
import { asTitle } from "../../format.js";
import { route } from "../../protocol.js";
import { followOrders } from "../trades/live.js";
import { figureText } from "../backtests/words.js";
import { asOfWords, runningWords } from "./words.js";

const COLUMNS = [
  { id: "strategy", label: "Strategy" },
  { id: "trades", label: "Round trips", isNumber: true },
  { id: "wins", label: "Win rate", isNumber: true },
  { id: "profit", label: "Profit, closed", isNumber: true },
  { id: "open", label: "Still open", isNumber: true },
  { id: "fall", label: "Deepest fall", isNumber: true },
];
const EMPTY = { text: "No strategy has run yet. Start an algorithm, and its figures appear here.", href: "#/new", action: "New algorithm" };

/** Show the list. */
export function showStrategies(app) {
  const element = screenFrame({ title: "Strategies", className: "strategies", back: ["#/more", "More"] });
  const reading = mountReading(element, {
    app,
    path: () => route("strategy_list"),
    show: ({ strategies, account }, box) => box.append(table(strategies, account), note(strategies)),
    isEmpty: ({ strategies }) => !strategies.length,
    empty: EMPTY,
    what: "The strategies",
  });
  const unfollow = followOrders(app, reading.read);
  return { element, update: () => {}, destroy: () => (unfollow(), reading.destroy()) };
}

function table(strategies, account) {
  const group = tableGroup({ label: "Strategies", columns: COLUMNS, className: "table-strategies" });
  group.body.append(...strategies.map((each) => tableRow(COLUMNS, { strategy: named(each), ...cells(each) })));
  if (account && strategies.length > 1) group.body.append(tableRow(COLUMNS, { strategy: "All together", ...cells(account) }));
  return group.element;
}

function named({ strategy, algorithms }) {
  const href = `#/strategy/${encodeURIComponent(strategy)}`;
  return h("div", {}, h("a", { class: "cell-link", href }, asTitle(strategy)), h("span", { class: "cell-note" }, runningWords(algorithms)));
}

function cells({ total_trades: trades, win_rate: rate, profit_loss: profit, unrealized, max_drawdown: fall }) {
  return {
    trades: figureText("count", trades),
    wins: figureText("percent", rate),
    profit: gain(trades ? profit : null),
    open: gain(unrealized),
    fall: figureText("percent", fall),
  };
}

function gain(value) {
  const element = h("div", {});
  mountFigure(element, { value });
  return element;
}

function note(strategies) {
  const newest = strategies.map(({ updated_at: at }) => at ?? "").sort().at(-1);
  return h("p", { class: "hint" }, `${asOfWords(newest)} Profit is after fees.`);
}
