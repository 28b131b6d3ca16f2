/** Names and their values, as many beside each other as there is room for. */

import { h, setText } from "../dom.js";

/** Mount pairs; labels in their order. cell(label) is the element of a value; update takes texts in the same order. */
export function mountPairs(parent, labels) {
  const values = new Map(labels.map((label) => [label, h("dd", {})]));
  const element = h("dl", { class: "figures" }, [...values].map(([label, value]) => h("div", { class: "figures-pair" }, h("dt", {}, label), value)));
  parent.append(element);

  function update(texts) {
    [...values.values()].forEach((value, index) => texts[index] !== undefined && setText(value, texts[index]));
  }

  return { element, update, cell: (label) => values.get(label), destroy: () => element.remove() };
}
