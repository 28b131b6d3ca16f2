/** Home: the summary and a card for each algorithm, what needs attention first. */

import { mountCard } from "../components/card.js";
import { mountSummary } from "../components/summary.js";
import { h, icon, setHidden, setText } from "../dom.js";
import { toNumber } from "../format.js";

const FLASHED_BY = new Set(["order.filled", "order.submitted", "order.rejected", "order.partially_filled", "algorithm.error"]);
const MOST_FLASHES_A_SECOND = 3;

/** Show Home. */
export function showHome(app) {
  const cards = new Map();
  const grid = h("div", { class: "cards" });
  const empty = h("p", { class: "empty" });
  const add = h("a", { class: "card card-new", href: "#/new" }, icon("plus"), "New algorithm");
  const element = h("div", { class: "screen" }, h("h1", { class: "visually-hidden", tabindex: "-1" }, "Home"));
  const summary = mountSummary(element, app.store.state.account);
  grid.append(add);
  element.append(empty, grid);
  let flashes = [];
  app.store.addEventListener("news", onNews);

  function update() {
    const { state } = app.store;
    const algorithms = [...state.algorithms].sort((one, other) => rank(one) - rank(other) || one.id - other.id);
    summary.update(state.account);
    setText(empty, app.store.isStarting ? "AutoTrader is starting; its first figures come in a moment." : "No algorithms yet. Add one.");
    setHidden(empty, algorithms.length > 0);
    for (const algorithm of algorithms) showCard(algorithm);
    forgetGone(algorithms);
    putInOrder(algorithms);
  }

  function showCard(algorithm) {
    const data = { algorithm, store: app.store, connection: app.connection };
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

  update();
  return { element, update, destroy: () => app.store.removeEventListener("news", onNews) };
}

function rank({ status, card_calculations: figures, last_error: error }) {
  const isHolding = toNumber(figures.shares) > 0;
  if (status === "ERROR" || (error && status !== "STOPPED")) return 0;
  if (status === "RUNNING") return isHolding ? 1 : 2;
  return status === "PAUSED" ? 3 : 4;
}
