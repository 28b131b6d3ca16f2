/** A table where there is room, cards where there is not: the same cells, each with its name beside it. */

import { freshId, h } from "../dom.js";

/**
 * Make a table under a heading. data: title, label: where there is no heading, columns: [{id, label, isNumber, isQuiet}], the
 * first is the card's title, the label of a quiet one is only heard; level: of the heading; className: of the table. Rows belong into `body`.
 */
export function tableGroup({ title = "", label = title, columns, level = 2, className = "" }) {
  const id = freshId("table");
  const heading = title ? h(`h${level}`, { class: "table-title", id }, title) : null;
  const names = columns.map(({ label: name, isNumber, isQuiet }) => {
    const words = isQuiet ? h("span", { class: "visually-hidden" }, name) : name;
    return h("th", { role: "columnheader", scope: "col", class: numberClass(isNumber) }, words);
  });
  const body = h("tbody", { role: "rowgroup" });
  const table = h(
    "table",
    { role: "table", class: `table ${className}`, "aria-labelledby": title ? id : null, "aria-label": title ? null : label },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row", class: "table-row" }, names)),
    body,
  );
  return { element: h("section", { class: "table-group" }, heading, table), body };
}

/** Make a row: values by the ids of the columns, nodes or texts; a column without one is left out of the card. */
export function tableRow(columns, values) {
  const cells = columns.map(({ id, label, isNumber, isQuiet }) => {
    const value = values[id] ?? "";
    const name = isQuiet ? null : h("span", { class: "cell-name" }, label);
    const className = `cell ${numberClass(isNumber)} ${value === "" ? "is-empty" : ""}`;
    return h("td", { role: "cell", class: className }, name, h("div", { class: "cell-value" }, value));
  });
  return h("tr", { role: "row", class: "table-row" }, cells);
}

function numberClass(isNumber) {
  return isNumber ? "is-number" : "";
}
