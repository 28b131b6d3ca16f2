/** The state after a stop, on every screen until it is resumed: who, when, what became of the orders, and what now. */

import { h, setAttribute, setHidden, setText } from "../dom.js";
import { toNumber } from "../format.js";
import { later, NOT_OPENED } from "../later.js";
import { isSelling, stoppedWords } from "../stop_words.js";
import { loadLaterStyles } from "../styles.js";

const loadResume = later("../screens/resume_all.js", import.meta.url);
const loadSellAll = later("../screens/sell_all.js", import.meta.url);

/** Mount the bar. */
export function mountStoppedBar(parent, app) {
  const text = h("p", {});
  const resume = h("button", { type: "button", class: "button", onclick: () => open(loadResume, "openResume") }, "Resume");
  const sell = h("button", { type: "button", class: "button", onclick: () => open(loadSellAll, "openSellAll") }, "Sell everything");
  const element = h("div", { class: "bar bar-stopped", hidden: true }, text, h("div", { class: "bar-acts" }, resume, sell));
  parent.append(element);

  async function open(load, name) {
    const [module] = await Promise.all([load(), loadLaterStyles()]);
    if (module) module[name](app);
    else app.toast.show(NOT_OPENED);
  }

  function update() {
    const { state } = app.store;
    const sentence = stoppedWords(app);
    setText(text, sentence);
    setHidden(element, !sentence);
    if (!sentence) return;
    setAttribute(element, "data-kind", state.halt?.kind ?? "stop_all");
    const isHolding = state.algorithms.some(({ card_calculations: figures }) => toNumber(figures.shares) > 0);
    setHidden(sell, !isHolding || state.halt?.kind === "stop_entries" || isSelling(state));
  }

  return { element, update };
}
