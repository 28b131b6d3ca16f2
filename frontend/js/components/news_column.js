/** The right column of a wide Home: the five newest alerts and the five newest fills. */

import { h, replace } from "../dom.js";
import { money, momentNear, shares } from "../format.js";
import { ROUTES, route } from "../protocol.js";

const SHOWN = 5;
const PRIORITIES = { critical: "Critical", high: "High", normal: "Normal", info: "Info" };

/** Mount the column into its place; update() follows the state. */
export function mountNewsColumn(parent, app) {
  const alerts = h("ol", { class: "news-list" });
  const fills = h("ol", { class: "news-list" });
  let known = [];
  let shown = "";
  let asked = 0;
  let isAsking = false;
  replace(parent, h("h2", {}, "Alerts"), alerts, h("h2", {}, "Fills"), fills);
  app.store.addEventListener("news", onNews);
  // After a gap, fills may have been missed.
  app.store.addEventListener("renewed", read);
  read();
  update();

  async function read() {
    if (!ROUTES.fills) return;
    const mine = (asked += 1);
    isAsking = true;
    const { status, body } = await app.server.ask(`${route("fills")}?limit=${SHOWN}`);
    if (mine !== asked) return;
    isAsking = false;
    if (status === 200) known = body.fills;
    app.painter.request();
  }

  function onNews({ detail }) {
    const at = new Date(app.store.marketNow() ?? Date.now()).toISOString();
    const fresh = detail.filter(({ type }) => type === "trade.executed").map(({ data }) => ({ at, ...data }));
    if (!fresh.length) return;
    known = [...fresh.reverse(), ...known].slice(0, SHOWN);
    // What was asked before may be answered without them.
    if (isAsking) read();
  }

  function update() {
    const { alerts: told = [], market } = app.store.state;
    const newest = told.slice(0, SHOWN);
    const now = market.now;
    // Painted anew only when something in it changed.
    const seen = JSON.stringify([newest, known, now?.slice(0, 10)]);
    if (seen === shown) return;
    shown = seen;
    list(alerts, newest.map((each) => alertRow(each, now)), "No alerts.");
    list(fills, known.slice(0, SHOWN).map((each) => fillRow(each, now)), "No fills yet.");
  }

  function destroy() {
    app.store.removeEventListener("news", onNews);
    app.store.removeEventListener("renewed", read);
  }

  return { update, destroy };
}

function list(element, rows, empty) {
  replace(element, rows.length ? rows : [h("li", { class: "muted" }, empty)]);
}

function alertRow({ at, priority, text, symbol, acknowledged_at: seenAt }, now) {
  const meta = [momentNear(at, now), PRIORITIES[priority] ?? priority, symbol].filter(Boolean).join(" · ");
  return h("li", { class: "news-row", "data-priority": seenAt ? null : priority }, h("span", { class: "row-meta" }, meta), h("span", {}, text));
}

function fillRow({ at, symbol, side, qty, price }, now) {
  const words = `${side === "buy" ? "Bought" : "Sold"} ${shares(qty)} at ${money(price)}`;
  return h("li", { class: "news-row" }, h("span", { class: "row-meta" }, `${momentNear(at, now)} · ${symbol}`), h("span", {}, words));
}
