/** One algorithm: its figures, pause and stop, and why it did what it did. */

import { mountActButton } from "../components/act_button.js";
import { STATUS_WORDS } from "../components/card.js";
import { mountDecisions } from "../components/decisions.js";
import { mountFigure } from "../components/figure.js";
import { mountSparkline } from "../components/sparkline.js";
import { h, icon, setHidden, setText } from "../dom.js";
import { asTitle, money, shares, toNumber } from "../format.js";
import { freshness } from "../freshness.js";
import { route } from "../protocol.js";
import { openStopMenu } from "./stop_menu.js";

/** Show the detail of the algorithm with that id, a number or its text. */
export function showDetail(app, id) {
  const algorithm = app.store.algorithm(Number(id));
  return algorithm ? shown(app, algorithm) : missing();
}

function missing() {
  const element = h(
    "div",
    { class: "screen" },
    h("h1", { tabindex: "-1" }, "This algorithm is not here any more"),
    h("p", {}, h("a", { class: "button", href: "#/home" }, "Home")),
  );
  return { element, update: () => {}, destroy: () => {} };
}

function shown(app, first) {
  const status = h("span", { class: "status" });
  const error = h("p", { class: "refusal", hidden: true });
  const line = h("div", { class: "detail-line" });
  const acts = h("div", { class: "detail-acts" });
  const figures = mountFigures(h("dl", { class: "figures" }));
  const head = h(
    "div",
    { class: "detail-head" },
    h("a", { class: "button quiet back", href: "#/home", "aria-label": "Back to Home" }, icon("back")),
    h("h1", { tabindex: "-1" }, `${first.ticker} ${asTitle(first.name)}`),
    status,
    acts,
  );
  const element = h("div", { class: "screen detail", "data-status": first.status }, head, error, figures.element, line);
  const sparkline = mountSparkline(line, []);
  const buttons = mountActs(app, acts, first.id);
  const decisions = mountDecisions(element, { app, id: first.id });

  function update() {
    const algorithm = app.store.algorithm(first.id);
    if (!algorithm) return;
    const fresh = freshness(algorithm, app.store, app.connection);
    element.dataset.status = algorithm.status;
    element.classList.toggle("is-stale", fresh.isStale);
    setText(status, STATUS_WORDS[algorithm.status] ?? algorithm.status);
    setText(error, algorithm.last_error ?? algorithm.note ?? "");
    setHidden(error, !error.textContent);
    figures.update(algorithm, fresh);
    sparkline.update(algorithm.sparkline ?? []);
    buttons.update(algorithm);
    decisions.update(algorithm);
  }

  update();
  return { element, update, destroy: () => (buttons.destroy(), decisions.destroy()) };
}

function mountActs(app, parent, id) {
  const name = (status) => (status === "RUNNING" ? "pause" : "resume_algorithm");
  const pause = mountActButton(parent, {
    app,
    label: "Pause",
    prepare: () => ({ path: route(name(app.store.algorithm(id)?.status), id), body: {} }),
    onDone: ({ body }) => app.toast.show(body.status === "PAUSED" ? "Paused: no turns, its position stays." : "Running again."),
  });
  const stop = h("button", { type: "button", class: "button danger", onclick: () => openStopMenu(app, app.store.algorithm(id)) }, "Stop");
  parent.append(stop);

  function update({ status, card_calculations: figures }) {
    const isOver = status === "STOPPED";
    pause.update({ label: status === "RUNNING" ? "Pause" : "Resume" });
    setHidden(pause.element.parentElement, isOver);
    setHidden(stop, isOver && !toNumber(figures.shares));
    stop.disabled = !app.connection.isUsable;
  }

  return { update, destroy: () => pause.destroy() };
}

function mountFigures(element) {
  const price = row(element, "Price");
  const position = row(element, "Position");
  const value = row(element, "Market value");
  const cash = row(element, "Its cash");
  const [day, open, total] = ["Today", "Open P&L", "Total P&L"].map((label) => mountFigure(row(element, label), {}));

  function update({ card_calculations: figures }, fresh) {
    const held = toNumber(figures.shares);
    setText(price, `${money(figures.last_price)}${fresh.tag ? ` (${fresh.tag})` : ""}`);
    setText(position, held ? `${shares(figures.shares)} at ${money(figures.avg_cost)}` : "none");
    setText(value, money(figures.market_value));
    setText(cash, money(figures.cash));
    day.update({ value: figures.day_pl });
    open.update({ value: figures.unrealized_pl });
    total.update({ value: figures.total_pl, fraction: figures.total_pl_pct });
  }

  return { element, update };
}

function row(list, label) {
  const value = h("dd", {});
  list.append(h("div", { class: "figures-pair" }, h("dt", {}, label), value));
  return value;
}
