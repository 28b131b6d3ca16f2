/** The state after a stop, on every screen until it is resumed: who, when, what became of the orders, and what now. */

import { h, setAttribute, setHidden, setText } from "../dom.js";
import { toNumber } from "../format.js";
import { isSelling, stoppedWords } from "../stop_words.js";
import { loadLaterStyles } from "../styles.js";

/** Mount the bar. */
export function mountStoppedBar(parent, app) {
  const text = h("p", {});
  const resume = h("button", { type: "button", class: "button", onclick: () => open("resume_all", "openResume") }, "Resume");
  const sell = h("button", { type: "button", class: "button", onclick: () => open("sell_all", "openSellAll") }, "Sell everything");
  const element = h("div", { class: "bar bar-stopped", hidden: true }, text, h("div", { class: "bar-acts" }, resume, sell));
  parent.append(element);

  async function open(screen, name) {
    try {
      // Home does without the styles of a pad: before they are there its keys would be anywhere.
      const [module] = await Promise.all([import(`../screens/${screen}.js`), loadLaterStyles()]);
      module[name](app);
    } catch {
      app.toast.show("This could not be opened: AutoTrader does not answer.");
    }
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
