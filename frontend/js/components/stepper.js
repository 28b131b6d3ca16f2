/** A value between two keys: one step down, one step up; what it says is spoken after each step. */

import { h, setText } from "../dom.js";

/** Mount a stepper. data: label, words: what it shows, onStep(−1 or 1). update takes {words}. */
export function mountStepper(parent, { label, words, onStep }) {
  const value = h("output", { class: "stepper-value" }, words);
  const key = (step, sign, name) => h("button", { type: "button", class: "key", "aria-label": `${label}: ${name}`, onclick: () => onStep(step) }, sign);
  const element = h(
    "div",
    { class: "value-stepper", role: "group", "aria-label": label },
    h("span", { class: "label" }, label),
    h("div", { class: "stepper-keys" }, key(-1, "−", "one less"), value, key(1, "+", "one more")),
  );
  parent.append(element);
  return { element, update: (data) => setText(value, data.words), destroy: () => element.remove() };
}
