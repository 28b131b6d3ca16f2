/** The head of an algorithm's screen: its name and state, pause and stop, price, position and what it is worth. */

import { mountActButton } from "../../components/act_button.js";
import { STATUS_WORDS } from "../../components/card.js";
import { mountFigure } from "../../components/figure.js";
import { h, icon, setHidden, setText } from "../../dom.js";
import { asTitle, money, shares, toNumber } from "../../format.js";
import { route } from "../../protocol.js";
import { openStopMenu } from "../stop_menu.js";

/** Mount the head. update takes the algorithm and how fresh its price is. */
export function mountHead(parent, { app, id }) {
  const first = app.store.algorithm(id);
  const status = h("span", { class: "status" });
  const acts = h("div", { class: "detail-acts" });
  const error = h("p", { class: "refusal", hidden: true });
  const note = h("p", { class: "muted", hidden: true });
  parent.append(
    h(
      "div",
      { class: "detail-head" },
      h("a", { class: "button quiet back", href: "#/home", "aria-label": "Back to Home" }, icon("back")),
      h("h1", { tabindex: "-1" }, `${first.ticker} ${asTitle(first.name)}`),
      status,
      acts,
    ),
    error,
    note,
  );
  const line = mountLine(parent);
  const buttons = mountActs(app, acts, id);

  function update(algorithm, fresh) {
    setText(status, STATUS_WORDS[algorithm.status] ?? algorithm.status);
    setText(error, algorithm.last_error ?? "");
    setHidden(error, !error.textContent);
    setText(note, algorithm.note ?? "");
    setHidden(note, !note.textContent);
    line.update(algorithm, fresh);
    buttons.update(algorithm);
  }

  return { update, destroy: () => buttons.destroy() };
}

function mountLine(parent) {
  const price = h("dd", { class: "card-price" });
  const tag = h("dd", { class: "tag stale-tag", hidden: true });
  const position = h("dd", {});
  const [open, day] = [h("dd", {}), h("dd", {})];
  const figures = [mountFigure(open, {}), mountFigure(day, {})];
  parent.append(
    h(
      "dl",
      { class: "detail-line" },
      h("div", {}, h("dt", { class: "visually-hidden" }, "Price"), price, tag),
      h("div", {}, h("dt", { class: "visually-hidden" }, "Position"), position),
      h("div", {}, h("dt", {}, "Open"), open),
      h("div", {}, h("dt", {}, "Today"), day),
    ),
  );

  function update({ card_calculations: worth }, fresh) {
    setText(price, money(worth.last_price));
    setText(tag, fresh.tag);
    setHidden(tag, !fresh.tag);
    setText(position, toNumber(worth.shares) ? `${shares(worth.shares)} at ${money(worth.avg_cost)}` : "no position");
    figures[0].update({ value: worth.unrealized_pl, fraction: openFraction(worth) });
    figures[1].update({ value: worth.day_pl });
  }

  return { update };
}

function openFraction({ unrealized_pl: profit, avg_cost: cost, shares: count }) {
  const paid = toNumber(cost) * toNumber(count);
  return profit != null && paid > 0 ? toNumber(profit) / paid : null;
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
