/** Nothing there: one sentence, and the next act. */

import { h } from "../dom.js";

/** Mount an empty state; data: text, and where to go: {href, action}. */
export function mountEmpty(parent, { text, href = null, action = "" }) {
  const element = h("div", { class: "empty" }, h("p", {}, text), href ? h("a", { class: "button", href }, action) : null);
  parent.append(element);
  return { element, update: () => {}, destroy: () => element.remove() };
}
