/** What failed, what still works, and Retry; the server's own words lie in the details. */

import { h } from "../dom.js";

/** Mount an error panel; data: what ("The orders"), reason, onRetry, stillWorks. */
export function mountErrorPanel(parent, { what, reason = "", onRetry, stillWorks = "Trading goes on." }) {
  const element = h(
    "div",
    { class: "error-panel", role: "alert" },
    h("p", {}, `${what} could not be read. ${stillWorks}`),
    reason ? h("details", {}, h("summary", {}, "Details"), h("p", { class: "muted" }, reason)) : null,
    h("button", { type: "button", class: "button", onclick: onRetry }, "Try again"),
  );
  parent.append(element);
  return { element, update: () => {}, destroy: () => element.remove() };
}
