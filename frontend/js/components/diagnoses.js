/** What was looked at, a row each: how it is, the figure, and what to do. What is worst stands first. */

import { h, setAttribute, setHidden, setText } from "../dom.js";
import { mountStateMark } from "./state_mark.js";

const RANK = { bad: 0, warn: 1, ok: 2 };

/** Mount the list; data: label, lines: [{what, state, sentence, advice}]. Rows are kept and only their texts change. */
export function mountDiagnoses(parent, { label, lines }) {
  const list = h("ul", { class: "rows diagnoses", "aria-label": label });
  const verdict = h("p", { class: "verdict" });
  const element = h("div", { class: "diagnoses-box" }, verdict, list);
  const rows = [];
  parent.append(element);

  function update(data) {
    const sorted = [...data.lines].sort((one, other) => RANK[one.state] - RANK[other.state]);
    while (rows.length < sorted.length) rows.push(mountRow(list));
    while (rows.length > sorted.length) rows.pop().destroy();
    sorted.forEach((line, index) => rows[index].update(line));
    setText(verdict, verdictWords(data.lines));
  }

  update({ lines });
  return { element, update, destroy: () => element.remove() };
}

/** Write what all of it comes to. */
export function verdictWords(lines) {
  const count = (state) => lines.filter((each) => each.state === state).length;
  const [bad, doubtful] = [count("bad"), count("warn")];
  if (bad) return `${bad} of ${lines.length} ${bad === 1 ? "is" : "are"} bad${doubtful ? `, ${doubtful} doubtful` : ""}.`;
  return doubtful ? `Nothing is bad; ${doubtful} of ${lines.length} ${doubtful === 1 ? "deserves" : "deserve"} a look.` : `All ${lines.length} are well.`;
}

function mountRow(list) {
  const what = h("h2", { class: "row-title" });
  const sentence = h("p", {});
  const advice = h("p", { class: "row-meta" });
  const element = h("li", { class: "row diagnosis" }, what);
  const mark = mountStateMark(element, "ok");
  element.append(sentence, advice);
  list.append(element);

  function update(line) {
    setAttribute(element, "data-state", line.state);
    mark.update(line.state);
    setText(what, asSentence(line.what));
    setText(sentence, `${asSentence(line.sentence)}.`);
    setText(advice, line.advice ? `What to do: ${line.advice}.` : "");
    setHidden(advice, !line.advice);
  }

  return { update, destroy: () => element.remove() };
}

function asSentence(text) {
  // A figure and its unit stay on one line.
  const trimmed = text.replace(/\.$/, "").replace(/(\d) (MB|ms|s|min|h|d|°C)\b/g, "$1\u00a0$2");
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}
