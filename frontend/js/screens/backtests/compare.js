/** Two results side by side: what was asked differently first, then what came of it. */

import { mountPlot } from "../../components/plots/line_plot.js";
import { mountReading } from "../../components/reading.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h } from "../../dom.js";
import { route } from "../../protocol.js";

/** Show the comparison of the two ids. */
export function showComparison(app, first, second) {
  const element = screenFrame({ title: "Two backtests compared", className: "backtests", back: ["#/test", "Backtests"] });
  const reading = mountReading(element, {
    app,
    path: () => `${route("backtest_comparison")}?${new URLSearchParams({ first, second })}`,
    what: "The comparison",
    show: (body, box) => fill(box, body, [first, second]),
  });
  return { element, update: () => {}, destroy: () => reading.destroy() };
}

function fill(box, { titles, periods, mode, past, asked, figures, notes, fills, plot }, ids) {
  const which = titles.map((title, at) =>
    h("li", {}, h("p", {}, `${at ? "Second" : "First"}: `, h("a", { href: `#/test/${ids[at]}` }, title), `. ${periods[at]}`)),
  );
  box.append(
    h("p", {}, h("strong", {}, `${mode}. `), h("span", { class: "caution" }, past)),
    h("ul", { class: "which-two" }, which),
    section("What was asked differently", asked.length ? table(["What", "First", "Second"], asked) : h("p", {}, "Both were asked the same: algorithms, parameters, bars, days and costs.")),
  );
  if (plot) mountPlot(box, plot);
  box.append(
    section("Figures", table(["Figure", "First", "Second", "Difference"], figures), notes.map((each) => h("p", { class: "muted" }, each))),
    section("Fills", h("p", {}, fills)),
  );
}

function section(title, ...inner) {
  return h("section", {}, h("h2", {}, title), ...inner);
}

// A table that becomes a card a row on a narrow screen; the roles keep it a table for whoever hears it.
function table(head, rows) {
  const cells = (texts, role) => texts.map((text, at) => h("span", { role: at === 0 && role === "cell" ? "rowheader" : role, class: at === 0 ? "side-name" : "side-value" }, text));
  return h(
    "div",
    { class: `side-by-side side-${head.length}`, role: "table" },
    h("div", { class: "side-row side-head", role: "row" }, cells(head, "columnheader")),
    rows.map((row) => h("div", { class: "side-row", role: "row" }, cells(row, "cell"))),
  );
}
