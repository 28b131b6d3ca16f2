/** How something is, as a shape and a word: a circle is well, a triangle doubtful, an octagon bad. */

import { h, setAttribute, setText, svg } from "../dom.js";

const MARKS = {
  ok: ["Well", "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12l3 3 5-6"],
  warn: ["Doubtful", "M12 4 2.5 20h19zM12 10v5M12 17.5v.5"],
  bad: ["Bad", "M8 3h8l5 5v8l-5 5H8l-5-5V8zM9 9l6 6M15 9l-6 6"],
};

/** Mount a mark; data is ok, warn or bad. */
export function mountStateMark(parent, data) {
  const path = svg("path", {});
  const word = h("span", { class: "state-word" });
  const element = h("span", { class: "state-mark" }, svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, path), word);
  parent.append(element);

  function update(state) {
    const [text, shape] = MARKS[state] ?? MARKS.warn;
    setAttribute(element, "data-state", state);
    setAttribute(path, "d", shape);
    setText(word, text);
  }

  update(data);
  return { element, update, destroy: () => element.remove() };
}
