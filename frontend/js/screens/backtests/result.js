/** A result: what it earned beside buy and hold, how it got there, what it assumes; it never promises. */

import { mountPlot } from "../../components/plots/line_plot.js";
import { mountTabs } from "../../components/tabs.js";
import { h } from "../../dom.js";
import { money } from "../../format.js";
import { route } from "../../protocol.js";
import { openDelete } from "./delete_dialog.js";
import { allFigures, reasonList, returnsByTime, roundTrips } from "./result_lists.js";
import { changeFigure, figureText, startAddress } from "./words.js";

const HEADLINE = ["total_return", "profit_loss", "max_drawdown", "sharpe_ratio", "sortino_ratio", "total_trades", "win_rate", "profit_factor", "fees", "exposure"];
const [EQUITY_PX, FALLS_PX, PRICE_PX] = [220, 150, 280];

/** Mount a result. data: app, job: {id, result}. */
export function mountResult(parent, { app, job: { id, result } }) {
  const tabs = [
    { id: "overview", label: "Overview", mount: (panel) => overview(panel, result) },
    { id: "prices", label: "Price and round trips", mount: (panel) => prices(panel, result) },
    { id: "figures", label: "All figures", mount: (panel) => panel.append(allFigures(result)) },
    { id: "decisions", label: "Decisions", mount: (panel) => panel.append(reasonList(result)) },
  ];
  const element = h("div", { class: "result" });
  parent.append(element);
  element.append(lead(result), warnings(result));
  const shown = mountTabs(element, { label: "Parts of the result", tabs });
  element.append(assumed(result), keeping(app, id, result));
  return { element, destroy: () => (shown.destroy(), element.remove()) };
}

function lead({ mode, period, data, algorithms, past }) {
  const bars = `${data.bars.toLocaleString("en-US")} bars from ${data.source}`;
  const cash = algorithms.reduce((sum, each) => sum + each.initial_capital, 0);
  return h(
    "div",
    { class: "result-lead" },
    h("p", {}, h("strong", {}, `${mode}. `), `${period} Began with ${money(cash)}; ${bars}.`),
    h("p", { class: "caution" }, past),
  );
}

/** Make the links to what comes next: the same with changes, or the same with the account's money. */
export function nextActs({ id, request }) {
  return h(
    "div",
    { class: "detail-acts" },
    h("a", { class: "button", href: `#/test/again/${id}` }, "Run again"),
    request ? h("a", { class: "button", href: startAddress(request) }, "Start for real") : null,
  );
}

function warnings({ warnings: found }) {
  if (!found.length) return "";
  return h("section", { class: "mind" }, h("h2", {}, "Mind this"), h("ul", {}, found.map((each) => h("li", {}, each))));
}

function overview(panel, { figures, plots, returns }) {
  const byName = new Map(figures.map((each) => [each.name, each]));
  panel.append(h("div", { class: "tiles" }, HEADLINE.filter((name) => byName.has(name)).map((name) => tile(byName.get(name)))));
  panel.append(h("p", { class: "hint" }, "Tap a figure for what it says."));
  if (plots.equity) mountPlot(panel, plots.equity, { height: EQUITY_PX });
  if (plots.falls) mountPlot(panel, plots.falls, { height: FALLS_PX });
  panel.append(returnsByTime(returns));
}

function tile({ name, label, kind, value, is_compared: isCompared, held, words }) {
  const shown = name === "total_return" ? changeFigure(value) : figureText(kind, value);
  return h(
    "details",
    { class: "tile" },
    h(
      "summary",
      {},
      h("span", { class: "label" }, label),
      h("strong", {}, shown),
      isCompared ? h("span", { class: "label" }, "Buy and hold ", h("span", { class: "whole" }, figureText(kind, held))) : null,
    ),
    h("p", { class: "muted" }, words),
  );
}

function prices(panel, { plots, round_trips: trips }) {
  for (const each of plots.prices) mountPlot(panel, each, { height: PRICE_PX });
  panel.append(roundTrips(trips));
}

function assumed({ assumptions, past }) {
  return h("section", { class: "assumed" }, h("h2", {}, "What is assumed"), h("ul", {}, assumptions.map((each) => h("li", {}, each))), h("p", {}, h("strong", {}, past)));
}

function keeping(app, id, { title }) {
  const remove = h("button", { type: "button", class: "button", onclick: () => openDelete({ app, id, name: title, onDone: () => app.go("#/test") }) }, "Delete this result");
  const links = [
    h("a", { class: "button", href: route("backtest_report", id), target: "_blank", rel: "noopener" }, "Report, in a new tab"),
    h("a", { class: "button", href: `${route("backtest_export", id)}?form=json`, download: true }, "JSON"),
    h("a", { class: "button", href: `${route("backtest_export", id)}?form=csv`, download: true }, "CSV tables"),
  ];
  // A kiosk opens no window and keeps no file.
  const words = app.isKiosk ? h("p", { class: "muted" }, "Report, JSON and CSV can be had on a phone or laptop, or with the command report.") : null;
  return h("section", {}, h("h2", {}, "Keep or delete"), words, h("div", { class: "result-acts" }, app.isKiosk ? null : links, remove));
}
