/** The header: what money, what the market does, whether this screen is live, and Stop all. */

import { h, icon, setAttribute, setText } from "../dom.js";
import { minutesAndSeconds } from "../format.js";
import { marketTime, marketWords } from "../market_words.js";
import { openStopAll } from "../screens/stop_all.js";

const LEVELS = {
  connecting: () => "Connecting",
  live: () => "Live",
  reconnecting: (silence) => `Reconnecting ${minutesAndSeconds(silence)}`,
  stale: (silence) => `Stale ${minutesAndSeconds(silence)}`,
  out: (silence) => `Reconnecting ${minutesAndSeconds(silence)}`,
};

/** Mount the header's content. */
export function mountHeader(parent, app) {
  const mode = h("span", { class: "chip mode-chip" }, "…");
  const market = h("span", { class: "market-words" });
  const time = h("span", { class: "market-time muted" });
  const link = h("span", { class: "link-words" });
  const chip = h("span", { class: "connection" }, h("span", { class: "link-dot", "aria-hidden": "true" }), link);
  const stop = h("button", { type: "button", class: "button stop-all", onclick: () => openStopAll(app) }, icon("stop"), "Stop all");
  stop.append(h("span", { class: "visually-hidden" }, " algorithms"));
  parent.replaceChildren(mode, h("p", { class: "market" }, market, " ", time), chip, stop);

  function update() {
    const { level, silence } = app.connection;
    setText(link, LEVELS[level](silence));
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
