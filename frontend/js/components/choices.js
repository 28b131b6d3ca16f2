/** A few choices of which one counts: radio buttons large enough for a finger. */

import { freshId, h } from "../dom.js";

/** Mount choices. data: legend, options: [[value, label]], value, onChoose(value). update takes {value}. */
export function mountChoices(parent, { legend, options, value, onChoose }) {
  const name = freshId("choice");
  const inputs = options.map(([each]) => h("input", { type: "radio", name, value: each, checked: each === value, onchange: () => onChoose(each) }));
  const labels = options.map(([, words], index) => h("label", { class: "option" }, inputs[index], h("span", {}, words)));
  const element = h("fieldset", { class: "options" }, h("legend", {}, legend), labels);
  parent.append(element);

  function update(data) {
    for (const each of inputs) each.checked = each.value === String(data.value);
  }

  return { element, update, destroy: () => element.remove() };
}
