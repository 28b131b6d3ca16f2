/** The figures of a strategy as tiles: each says what it means, and where it is missing, why. */

import { mountFigure } from "../../components/figure.js";
import { h } from "../../dom.js";
import { changeFigure, figureText } from "../backtests/words.js";

/** Make the tiles. figures: [{label, kind, value, words, missing}]. */
export function figureTiles(figures) {
  if (!figures.length) return h("p", {}, "No figures yet: they are counted from the first minute of a session on.");
  return h("div", { class: "tiles" }, figures.map(tile));
}

function tile({ label, kind, value, words, missing }) {
  const shown = value == null ? h("span", { class: "tile-missing muted" }, missing) : h("strong", {}, written(kind, value));
  return h("div", { class: "tile tile-open" }, h("span", { class: "label" }, label), shown, h("p", { class: "muted" }, words));
}

function written(kind, value) {
  if (kind === "change") return changeFigure(value);
  if (kind !== "gain") return figureText(kind, value);
  const element = h("span", {});
  mountFigure(element, { value });
  return element;
}
