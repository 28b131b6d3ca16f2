/** Lines of the log, newest at the end; what was written by strangers stays text. */

import { h } from "../dom.js";

const MOST = 1000;

/** Mount the list; addBefore and addAfter take entries {id, at, level, text} in the log's order. */
export function mountLogLines(parent) {
  const element = h("ol", { class: "log-lines", "aria-label": "Log, newest line last" });
  parent.append(element);

  /** Add newer lines; returns the id of the first line that still shows when old ones had to go. */
  function addAfter(entries) {
    element.append(...entries.map(line));
    const surplus = element.children.length - MOST;
    if (surplus <= 0) return null;
    for (let index = 0; index < surplus; index += 1) element.firstChild.remove();
    return element.firstChild.dataset.id;
  }

  return {
    element,
    addAfter,
    addBefore: (entries) => element.prepend(...entries.map(line)),
    clear: () => element.replaceChildren(),
    count: () => element.children.length,
    destroy: () => element.remove(),
  };
}

function line({ id, at, level, text }) {
  return h(
    "li",
    { class: "log-line", "data-level": level, "data-id": id },
    h("span", { class: "log-at" }, at),
    " ",
    h("span", { class: "log-level" }, level),
    " ",
    h("span", { class: "log-text" }, text),
  );
}
