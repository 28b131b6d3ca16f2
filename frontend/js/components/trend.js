/** A figure over the last day as a small line, with its least and most in words; too little of it shows nothing. */

import { h, setHidden, setText } from "../dom.js";
import { timeLeft } from "../format.js";
import { mountSparkline } from "./sparkline.js";

const FEWEST = 6;

/** Mount a trend; data: points: [{ago_s, value}], oldest first. name: what it is; write(value): the figure in words. */
export function mountTrend(parent, { name, write, points }) {
  const words = h("figcaption", {});
  const box = h("div", { class: "trend-line" });
  const element = h("figure", { class: "trend" }, words, box);
  const line = mountSparkline(box, []);
  parent.append(element);

  function update(data) {
    const known = data.points.filter((each) => each.value != null);
    setHidden(element, known.length < FEWEST);
    if (known.length < FEWEST) return;
    const values = known.map((each) => each.value);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const range = write(least) === write(most) ? write(most) : `${write(least)} to ${write(most)}`;
    setText(words, `${name}, last ${timeLeft(known[0].ago_s)}: ${range}, now ${write(values.at(-1))}`);
    line.update(thinned(values));
  }

  update({ points });
  return { element, update, destroy: () => element.remove() };
}

/** Return at most 60 values: of each stretch its most, so that no peak is lost. */
export function thinned(values, most = 60) {
  const size = Math.ceil(values.length / most);
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) => Math.max(...values.slice(index * size, (index + 1) * size)));
}
