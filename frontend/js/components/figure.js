/** A gain or a loss: sign and triangle for the eye, "up" or "down" for the ear, colour on top of both. */

import { h, setAttribute, setText } from "../dom.js";
import { direction, signedMoney, signedPercent } from "../format.js";

const SHAPES = { 1: ["gain", "▲", "up "], [-1]: ["loss", "▼", "down "], 0: ["flat", "", ""] };

/** Mount a P&L value; data is {value, fraction?}, money as decimal text. */
export function mountFigure(parent, data) {
  const triangle = h("span", { class: "triangle", "aria-hidden": "true" });
  const spoken = h("span", { class: "visually-hidden" });
  const value = h("span", { class: "figure-value" });
  const percent = h("span", { class: "figure-value" });
  const element = h("span", { class: "figure flat" }, triangle, spoken, value, " ", percent);
  parent.append(element);

  function update({ value: amount, fraction = null }) {
    const [name, shape, word] = SHAPES[direction(amount)];
    setAttribute(element, "class", `figure ${name}`);
    setText(triangle, shape);
    setText(spoken, word);
    setText(value, signedMoney(amount));
    setText(percent, amount == null ? "" : signedPercent(fraction));
  }

  update(data);
  return { update, destroy: () => element.remove() };
}
