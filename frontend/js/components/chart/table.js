/** The same as the chart, as a table: newest bar first, what happened in it, and why. */

import { h, replace } from "../../dom.js";
import { happenedIn } from "./marks.js";
import { barTime, fillWords, shortBarWords, undoneWords } from "./words.js";

const ROWS = 60;

/** Mount the table. data: model, caption, minuteOf(bar), whyAddress(minute). update({model}) shows its newest state. */
export function mountTable(parent, { model: first, caption, minuteOf, whyAddress }) {
  let model = first;
  let count = ROWS;
  const words = h("caption", { class: "visually-hidden" }, caption);
  const body = h("tbody", { role: "rowgroup" });
  const head = h("thead", {}, h("tr", {}, ["Time", "Prices", "What happened"].map((label) => h("th", { scope: "col" }, label))));
  const more = h("button", { type: "button", class: "button", onclick: showMore }, "Older bars");
  const element = h("div", { class: "chart-table" }, h("table", { role: "table" }, words, head, body), more);
  parent.append(element);
  show();

  function show() {
    const bars = model.bars.slice(-count).reverse();
    replace(body, bars.map(row));
    more.hidden = model.bars.length <= count;
  }

  function row(bar) {
    const { fills, undone } = happenedIn(model, bar.at);
    const acts = [...fills.map((each) => [fillWords(each), each.minute]), ...undone.map((each) => [undoneWords(each), each.minute])];
    const links = acts.length ? acts : [["", minuteOf(bar)]];
    return h(
      "tr",
      { role: "row" },
      h("th", { scope: "row", role: "rowheader" }, barTime(bar.at, model.timeframe, model.bars.at(-1).at * 1000)),
      h("td", { role: "cell" }, shortBarWords(bar)),
      h("td", { role: "cell" }, links.map(([text, minute]) => h("a", { class: "table-link", href: whyAddress(minute) }, text ? `${text}. Why?` : "Why?"))),
    );
  }

  function showMore() {
    count += ROWS;
    show();
  }

  function update(data) {
    model = data.model;
    show();
  }

  return { element, update, destroy: () => element.remove() };
}
