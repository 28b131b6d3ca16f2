/** The header: what money, what the market does, whether this screen is live, and Stop all. */

import { h, icon, setAttribute, setText } from "../dom.js";
import { minutesAndSeconds } from "../format.js";
import { later, loadAnew } from "../later.js";
import { marketTime, marketWords } from "../market_words.js";

const LEVELS = {
  // The page says itself that it loads; a word that goes again would move what stands beside it.
  connecting: () => "",
  live: () => "Live",
  reconnecting: (silence) => `Reconnecting ${minutesAndSeconds(silence)}`,
  stale: (silence, isLinked) => `${isLinked ? "Stale" : "Reconnecting"} ${minutesAndSeconds(silence)}`,
  out: (silence) => `Reconnecting ${minutesAndSeconds(silence)}`,
};

const loadStopAll = later("../screens/stop_all.js", import.meta.url);

/** Mount the header's content. */
export function mountHeader(parent, app) {
  const mode = h("span", { class: "chip mode-chip" }, "…");
  const market = h("span", { class: "market-words" });
  const time = h("span", { class: "market-time muted" });
  const link = h("span", { class: "link-words" });
  const chip = h("span", { class: "connection" }, h("span", { class: "link-dot", "aria-hidden": "true" }), link);
  const stop = h("button", { type: "button", class: "button stop-all", onclick: openStopAll }, icon("stop"), "Stop all");
  stop.append(h("span", { class: "visually-hidden" }, " algorithms"));
  parent.replaceChildren(mode, h("p", { class: "market" }, market, " ", time), chip, stop);

  // At hand from a second after the first paint on (router.js), so that it opens also while the server is away.
  async function openStopAll() {
    // A second try may help at once; loaded anew, the page may lose a form, but no stop.
    const screen = (await loadStopAll()) ?? (await loadStopAll());
    if (screen) screen.openStopAll(app);
    else if (!(await loadAnew())) app.toast.show("AutoTrader does not answer: nothing was stopped. Try again.");
  }

  function update() {
    const { level, silence, isLinked } = app.connection;
    setText(link, LEVELS[level](silence, isLinked));
    setAttribute(chip, "data-level", level);
    const { state } = app.store;
    if (!state) return;
    const now = app.store.marketNow();
    setText(mode, state.mode);
    setText(market, marketWords(state.market, now));
    setText(time, marketTime(now));
    setAttribute(document.documentElement, "data-mode", state.mode);
  }

  return { update };
}
