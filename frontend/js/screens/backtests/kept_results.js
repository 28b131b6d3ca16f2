/** The kept results as a list: sorted as one likes, two picked to be compared, one deleted after a question. */

import { mountChoices } from "../../components/choices.js";
import { listRow, rowList } from "../../components/row.js";
import { h, replace, setAttribute, setHidden, setText } from "../../dom.js";
import { asTitle } from "../../format.js";
import { openDelete } from "./delete_dialog.js";
import { changeFigure, figureText } from "./words.js";

const SORTS = { newest: "Newest", total_return: "Return", sharpe_ratio: "Sharpe ratio", max_drawdown: "Smallest fall" };

/** Mount the list. data: app, onChange(): one was deleted. update takes {results}. */
export function mountKept(parent, { app, onChange }) {
  const box = h("div", {});
  const compare = h("a", { class: "button primary", hidden: true }, "Compare the two");
  const hint = h("p", { class: "hint" });
  const sorts = h("div", {});
  const element = h("section", { hidden: true }, h("h2", {}, "Kept results"), sorts, h("div", { class: "compare-line" }, hint, compare), box);
  let results = [];
  let text = "";
  let sort = "newest";
  let picked = [];
  mountChoices(sorts, { legend: "Sorted by", options: Object.entries(SORTS), value: sort, onChoose: (value) => ((sort = value), show()) });
  parent.append(element);

  function update(body) {
    const next = JSON.stringify(body.results);
    if (next === text) return;
    text = next;
    results = body.results;
    picked = picked.filter((id) => results.some((each) => each.id === id));
    show();
  }

  function show() {
    setHidden(element, !results.length);
    setHidden(sorts, results.length < 2);
    replace(box, rowList("Kept results", sorted(results, sort).map(row)));
    showPicked();
  }

  function row(result) {
    const remove = h("button", { type: "button", class: "button", "aria-label": `Delete ${nameOf(result)}`, onclick: () => openDelete({ app, id: result.id, name: nameOf(result), onDone: onChange }) }, "Delete");
    if (result.damaged) return listRow({ title: `Result ${result.id}`, meta: `It cannot be read: ${result.damaged}.`, actions: [remove] });
    return listRow({
      title: nameOf(result),
      meta: metaOf(result),
      value: changeFigure(result.total_return),
      href: `#/test/${result.id}`,
      actions: [pick(result), remove],
    });
  }

  function pick({ id, ...result }) {
    const box = h("input", { type: "checkbox", value: id, checked: picked.includes(id), "aria-label": `Compare ${nameOf(result)}`, onchange: () => toggle(id) });
    return h("label", { class: "option" }, box, h("span", { "aria-hidden": "true" }, "Compare"));
  }

  function toggle(id) {
    picked = picked.includes(id) ? picked.filter((each) => each !== id) : [...picked, id].slice(-2);
    showPicked();
  }

  function showPicked() {
    for (const each of box.querySelectorAll("input")) each.checked = picked.includes(each.value);
    setHidden(compare, picked.length !== 2);
    setAttribute(compare, "href", `#/test/compare/${picked.join("/")}`);
    setText(hint, picked.length === 1 ? "Pick a second one to compare." : "");
  }

  return { element, update, destroy: () => element.remove() };
}

function nameOf({ algorithms = [] }) {
  return algorithms.map(asTitle).join(", ") || "Result";
}

function metaOf({ from, to, is_whole: isWhole, sharpe_ratio: sharpe, max_drawdown: fall, total_trades: trips }) {
  const days = from ? `${from} to ${to}` : "No session";
  const parts = [days, `deepest fall ${figureText("percent", fall)}`, `Sharpe ratio ${figureText("number", sharpe)}`, `${figureText("count", trips)} round trips`];
  return `${parts.join(", ")}${isWhole ? "" : ", stopped early"}`;
}

function sorted(results, by) {
  if (by === "newest") return results;
  // What is not known comes last. A fall is below 0, so the smallest is the highest number.
  return [...results].sort((one, other) => (other[by] ?? -Infinity) - (one[by] ?? -Infinity));
}
