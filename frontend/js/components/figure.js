/** A gain or a loss: sign and triangle for the eye, "up" or "down" for the ear, colour on top of both. */

import { h, setAttribute, setText } from "../dom.js";
import { direction, signedMoney, signedPercent, UNKNOWN } from "../format.js";

const SHAPES = { 1: ["gain", "▲", "up "], [-1]: ["loss", "▼", "down "], 0: ["flat", "", ""] };

/** Mount a P&L value; data is {value, fraction?}, money as decimal text. */
export function mountFigure(parent, data) {
  const triangle = h("span", { class: "triangle", "aria-hidden": "true" });
  const spoken = h("span", { class: "visually-hidden" });
  const value = h("span", {});
  const element = h("span", { class: "figure flat" }, triangle, spoken, value);
  parent.append(element);

  function update({ value: amount, fraction = null }) {
    const [name, shape, word] = SHAPES[direction(amount)];
    setAttribute(element, "class", `figure ${name}`);
    setText(triangle, shape);
    setText(spoken, word);
    setText(value, written(amount, fraction));
  }

  update(data);
  return { update, destroy: () => element.remove() };
}

function written(amount, fraction) {
  const dollars = signedMoney(amount);
  if (dollars === UNKNOWN || fraction == null) return dollars;
  return `${dollars} ${signedPercent(fraction)}`;
}
