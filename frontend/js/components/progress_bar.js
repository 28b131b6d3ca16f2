/** How far something is, as a bar and in words. */

import { h, setText } from "../dom.js";

/** Mount a progress bar; data: label, fraction (null: not known yet), words beside it. */
export function mountProgress(parent, data) {
  const bar = h("progress", { class: "progress-bar", max: 1, "aria-label": data.label });
  const words = h("p", { class: "progress-words" });
  const element = h("div", { class: "progress-box" }, bar, words);
  parent.append(element);

  function update({ fraction, words: text = "" }) {
    if (fraction == null) bar.removeAttribute("value");
    else if (bar.value !== fraction || !bar.hasAttribute("value")) bar.value = fraction;
    setText(words, text);
  }

  update(data);
  return { element, update, destroy: () => element.remove() };
}
