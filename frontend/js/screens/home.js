/** Home: the summary and a card for each algorithm, what needs attention first. */

import { mountCard } from "../components/card.js";
import { mountSummary } from "../components/summary.js";
import { homeWords } from "../day_trade_words.js";
import { h, icon, setHidden, setText } from "../dom.js";
import { toNumber } from "../format.js";
import { later, NOT_OPENED } from "../later.js";
import { loadLaterStyles } from "../styles.js";

const loadNews = later("../components/news_column.js", import.meta.url);
const loadDay = later("./trades/day_summary.js", import.meta.url);
const FLASHED_BY = new Set(["order.filled", "order.submitted", "order.rejected", "order.partially_filled", "algorithm.error"]);
const URGENT = new Set(["critical", "high"]);
const MOST_FLASHES_A_SECOND = 3;
// As in css/home.css: there is room for a column of news.
const WITH_NEWS = matchMedia("(min-width: 100rem)");

/** Show Home. */
export function showHome(app) {
  const cards = new Map();
  const grid = h("div", { class: "cards" });
  const empty = h("p", { class: "empty" });
  const add = h("a", { class: "card card-new", href: "#/new" }, icon("plus"), "New algorithm");
  const column = h("div", { class: "home-main" }, h("h1", { class: "visually-hidden", tabindex: "-1" }, "Home"));
  const waiting = h("a", { class: "button primary home-waiting", href: "#/signals", hidden: true });
  const dayTrades = h("p", { class: "home-line", hidden: true }, h("a", { href: "#/account/day-trades" }));
  const aside = h("aside", { class: "home-news", "aria-label": "Newest alerts and fills" });
  const element = h("div", { class: "screen home" }, column, aside);
  const summary = mountSummary(column, app, { onToday });
  let news = null;
  grid.append(add);
  column.append(waiting, dayTrades, empty, grid);
  let flashes = [];
  app.store.addEventListener("news", onNews);
  WITH_NEWS.addEventListener("change", showNews);

  function update() {
    const { state } = app.store;
    const algorithms = [...state.algorithms].sort((one, other) => rank(one, state) - rank(other, state) || one.id - other.id);
    summary.update();
    const count = state.proposals?.length ?? 0;
    setText(waiting, `${count} ${count === 1 ? "proposal waits" : "proposals wait"} for your word`);
    setHidden(waiting, count === 0);
    showDayTrades(state.day_trades);
    setText(empty, app.store.isStarting ? "AutoTrader is starting; its first figures come in a moment." : "No algorithms yet. Add one.");
    setHidden(empty, algorithms.length > 0);
    for (const algorithm of algorithms) showCard(algorithm);
    forgetGone(algorithms);
    putInOrder(algorithms);
    news?.update();
  }

  function showDayTrades(told) {
    const words = homeWords(told);
    setText(dayTrades.firstChild, words);
    setHidden(dayTrades, !words);
  }

  async function showNews() {
    if (!WITH_NEWS.matches || news) return;
    const module = await loadNews();
    if (module && element.isConnected) news ??= module.mountNewsColumn(aside, app);
  }

  async function onToday() {
    const [module] = await Promise.all([loadDay(), loadLaterStyles()]);
    if (module) module.openDay(app);
    else app.toast.show(NOT_OPENED);
  }

  function showCard(algorithm) {
    const alert = alertOf(algorithm, app.store.state);
    const data = { algorithm, alert, store: app.store, connection: app.connection };
    const card = cards.get(algorithm.id);
    if (card) card.update(data);
    else cards.set(algorithm.id, mountCard(grid, data));
  }

  function forgetGone(algorithms) {
    const present = new Set(algorithms.map((each) => each.id));
    for (const [id, card] of cards) {
      if (present.has(id)) continue;
      card.destroy();
      cards.delete(id);
    }
  }

  function putInOrder(algorithms) {
    const wanted = [...algorithms.map((each) => cards.get(each.id).element), add];
    wanted.forEach((card, index) => grid.children[index] === card || grid.insertBefore(card, grid.children[index]));
  }

  function onNews({ detail }) {
    const now = performance.now();
    flashes = flashes.filter((at) => now - at < 1000);
    for (const { type, data } of detail) {
      const card = FLASHED_BY.has(type) ? cards.get(data?.algorithm_id ?? data?.id) : null;
      if (card && flashes.length < MOST_FLASHES_A_SECOND && card.flash(now)) flashes.push(now);
    }
  }

  function destroy() {
    app.store.removeEventListener("news", onNews);
    WITH_NEWS.removeEventListener("change", showNews);
    news?.destroy();
  }

  update();
  showNews();
  return { element, update, destroy };
}

function rank(algorithm, state) {
  const { status, card_calculations: figures, last_error: error } = algorithm;
  const isHolding = toNumber(figures.shares) > 0;
  if (status === "ERROR" || (error && status !== "STOPPED") || alertOf(algorithm, state)) return 0;
  if (status === "RUNNING") return isHolding ? 1 : 2;
  return status === "PAUSED" ? 3 : 4;
}

// What an owner has to look at: an alert about its ticker that nobody has acknowledged yet.
function alertOf({ ticker, status }, { alerts = [] }) {
  if (status === "STOPPED") return null;
  return alerts.find((each) => each.symbol === ticker && URGENT.has(each.priority) && !each.acknowledged_at) ?? null;
}
