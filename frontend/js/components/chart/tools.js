/** The keys beside a chart: how long a bar is, fit, nearer and further, and the same as a table. */

import { h, setAttribute, setText } from "../../dom.js";
import { TIMEFRAMES } from "./model.js";

/** Mount the keys. data: timeframe, onTimeframe(name), onFit, onNearer, onFurther, onTable(isTable). update takes {isDrawn}. */
export function mountTools(parent, { timeframe, onTimeframe, onFit, onNearer, onFurther, onTable }) {
  let isTable = false;
  const lengths = Object.entries(TIMEFRAMES).map(([name, words]) => key(words, () => choose(name), { "data-name": name }));
  const moves = [key("Fit", onFit), key("+", onNearer, { "aria-label": "Nearer, fewer bars" }), key("−", onFurther, { "aria-label": "Further, more bars" })];
  const table = key("Table", toggle, { class: "button chart-key chart-key-table", "aria-label": "Show as table" });
  const element = h(
    "div",
    { class: "chart-tools" },
    h("div", { class: "chart-lengths", role: "group", "aria-label": "Length of a bar" }, lengths),
    h("div", { class: "chart-moves", role: "group", "aria-label": "What the chart shows" }, moves),
    table,
  );
  parent.append(element);
  press(timeframe);

  function choose(name) {
    press(name);
    onTimeframe(name);
  }

  function press(name) {
    for (const each of lengths) setAttribute(each, "aria-pressed", String(each.dataset.name === name));
  }

  function toggle() {
    isTable = !isTable;
    setText(table, isTable ? "Chart" : "Table");
    setAttribute(table, "aria-label", isTable ? "Show chart" : "Show as table");
    onTable(isTable);
  }

  function update({ isDrawn }) {
    for (const each of moves) if (each.disabled !== !isDrawn) each.disabled = !isDrawn;
  }

  return { element, update, destroy: () => element.remove() };
}

function key(label, onclick, more = {}) {
  return h("button", { type: "button", class: "button chart-key", onclick, ...more }, label);
}
