/** What of the lists is shown: one algorithm, one symbol, one day, or all of it. */

import { mountChoices } from "../../components/choices.js";
import { openModal } from "../../components/modal.js";
import { mountReading } from "../../components/reading.js";
import { h, setHidden, setText } from "../../dom.js";
import { asTitle } from "../../format.js";
import { route } from "../../protocol.js";
import { calendarDayWords } from "./words.js";

const ALL = "";

/** Mount the filter: a button, and a sentence once something is left out. `query(extra)` is the end of a URL. */
export function mountFilter(parent, { app, onChange }) {
  let chosen = { algorithm_id: ALL, symbol: ALL, day: ALL };
  let names = {};
  const words = h("p", {});
  const all = h("button", { type: "button", class: "button", onclick: () => choose({ algorithm_id: ALL, symbol: ALL, day: ALL }) }, "Show all");
  const line = h("div", { class: "filter-line", hidden: true, role: "status" }, words, all);
  const button = h("button", { type: "button", class: "button", onclick: open }, "Filter");
  parent.append(line);

  function open() {
    openModal("What to show", (body, close) => {
      const draft = { ...chosen };
      const done = h("button", { type: "button", class: "button primary", onclick: () => (close(), choose(draft)) }, "Show");
      const reading = mountReading(body, {
        app,
        path: () => route("order_choices"),
        what: "The choices",
        show: (found, box) => fill(box, found, draft),
      });
      body.append(h("div", { class: "choices" }, h("button", { type: "button", class: "button", onclick: close }, "Close"), done));
      return () => reading.destroy();
    }, { className: "dialog-filter" });
  }

  function fill(box, { algorithms, symbols, days }, draft) {
    names = Object.fromEntries(algorithms.map(({ id, name, ticker }) => [id, `${ticker} ${asTitle(name)}`]));
    choices(box, draft, "algorithm_id", "Algorithm", algorithms.map(({ id }) => [String(id), names[id]]));
    choices(box, draft, "symbol", "Symbol", symbols.map((each) => [each, each]));
    choices(box, draft, "day", "Day, New York", days.map((each) => [each, calendarDayWords(each)]));
  }

  function choices(box, draft, name, legend, options) {
    mountChoices(box, { legend, options: [[ALL, "All"], ...options], value: draft[name], onChoose: (value) => (draft[name] = value) });
  }

  function choose(next) {
    chosen = { ...next };
    const parts = [names[chosen.algorithm_id] ?? "", chosen.symbol, chosen.day ? calendarDayWords(chosen.day) : ""].filter(Boolean);
    setText(words, `Only ${parts.join(", ")}.`);
    const hadFocus = document.activeElement === all;
    setHidden(line, parts.length === 0);
    if (hadFocus) button.focus();
    onChange();
  }

  function query(extra = {}) {
    const wanted = Object.entries({ ...chosen, ...extra }).filter(([, value]) => value !== ALL && value != null);
    return wanted.length ? `?${new URLSearchParams(wanted)}` : "";
  }

  /** Say whether something that is held is to be shown; it has no day. */
  function admits({ algorithm_id: id, symbol }) {
    return [[chosen.algorithm_id, String(id)], [chosen.symbol, symbol]].every(([wanted, is]) => wanted === ALL || wanted === is);
  }

  return { button, query, admits };
}
