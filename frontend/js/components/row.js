/** A row of a list: what it is, what is said of it, its value, and what can be done; narrow screens show it as a card. */

import { h } from "../dom.js";

/** Make a row (an li). data: title, meta, value, href, actions: nodes, state: for its mark, className. All texts are text nodes. */
export function listRow({ title, meta = "", value = "", href = null, actions = [], state = null, className = "" }) {
  const head = href ? h("a", { class: "row-title", href }, title) : h("span", { class: "row-title" }, title);
  return h(
    "li",
    { class: `row ${className}`, "data-state": state },
    h("div", { class: "row-words" }, head, meta ? h("span", { class: "row-meta" }, meta) : null),
    value ? h("div", { class: "row-value" }, value) : null,
    actions.length ? h("div", { class: "row-actions" }, actions) : null,
  );
}

/** Make the list for such rows. */
export function rowList(label, rows) {
  return h("ul", { class: "rows", "aria-label": label }, rows);
}
