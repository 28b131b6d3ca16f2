/** What an algorithm traded: its round trips with result and holding time, its orders with their fills. */

import { mountFigure } from "../../components/figure.js";
import { mountReading } from "../../components/reading.js";
import { listRow, rowList } from "../../components/row.js";
import { h, replace, setHidden, setText } from "../../dom.js";
import { momentNear, money, shares, timeLeft } from "../../format.js";
import { isOver, orderState, orderTitle } from "../../order_words.js";
import { route } from "../../protocol.js";

const PAGE = 30;
const TRIPS_AT_FIRST = 10;
const BETWEEN_READS_MS = 5000;
const EMPTY = { text: "No orders yet. What this algorithm buys and sells will be listed here." };

/** Mount the tab; it reads again when an order or a fill is told. */
export function mountTrades(parent, { app, id }) {
  let orders = [];
  let [hasNews, readAt] = [false, performance.now()];
  const more = h("button", { type: "button", class: "button", onclick: readOlder }, "Older orders");
  const problem = h("p", { class: "refusal", role: "alert", hidden: true });
  const list = h("div", {});
  const reading = mountReading(parent, {
    app,
    path: () => address(""),
    show,
    isEmpty: (body) => !body.orders.length,
    empty: EMPTY,
    what: "The orders",
  });
  app.store.addEventListener("news", onNews);

  function address(rest) {
    return `${route("algorithm_orders", id)}?limit=${PAGE}${rest}`;
  }

  function show(body, box) {
    const kept = orders.filter(({ number }) => number < body.orders.at(-1).number);
    if (!kept.length) setHidden(more, !body.has_older);
    orders = [...body.orders, ...kept];
    box.append(h("h2", {}, "Orders"), list, problem, more, h("h2", {}, "Round trips"), ...trips(body));
    showOrders();
  }

  function showOrders() {
    const now = app.store.state.market.now;
    const working = orders.filter((each) => !isOver(each));
    const ended = orders.filter((each) => isOver(each));
    replace(list, rowList("Orders", [...working, ...ended].map((order) => orderRow(order, id, now))));
  }

  function trips({ round_trips: all, round_trips_note: note }) {
    if (note) return [h("p", { class: "muted" }, note)];
    if (!all.length) return [h("p", { class: "muted" }, "None yet: a round trip begins with the first share bought.")];
    const now = app.store.state.market.now;
    const box = h("div", { class: "trips" });
    const rest = h("button", { type: "button", class: "button", onclick: () => fillIn(all.length) }, `All ${all.length} round trips`);
    const fillIn = (count) => {
      replace(box, rowList("Round trips", all.slice(0, count).map((trip) => tripRow(trip, now))));
      setHidden(rest, count >= all.length);
    };
    fillIn(TRIPS_AT_FIRST);
    return [box, rest];
  }

  async function readOlder() {
    more.disabled = true;
    const { status, body } = await app.server.ask(address(`&before=${orders.at(-1).number}`));
    more.disabled = false;
    setText(problem, status === 200 ? "" : `Older orders could not be read: ${body.error ?? "no reason given"}`);
    setHidden(problem, status === 200);
    if (status !== 200) return;
    orders = [...orders, ...body.orders];
    setHidden(more, !body.has_older);
    showOrders();
  }

  function onNews({ detail }) {
    hasNews ||= detail.some(({ data }) => data?.algorithm_id === id);
  }

  function update() {
    if (!hasNews || performance.now() - readAt < BETWEEN_READS_MS || list.contains(document.activeElement)) return;
    [hasNews, readAt] = [false, performance.now()];
    reading.read();
  }

  return { update, destroy: () => (app.store.removeEventListener("news", onNews), reading.destroy()) };
}

function orderRow(order, id, now) {
  const parts = order.fills.length > 1 ? `, in ${order.fills.length} parts` : "";
  const by = order.purpose === "MANUAL" ? " · asked for by you" : "";
  return listRow({
    title: `${orderTitle(order)}: ${orderState(order)}${parts}`,
    meta: `${momentNear(order.created_at, now)}${by} · Why?`,
    href: `#/algorithm/${id}/why/${order.minute}`,
    state: order.status,
  });
}

function tripRow(trip, now) {
  const isOpen = trip.exited_at == null;
  const span = isOpen ? `since ${momentNear(trip.entered_at, now)}` : `${momentNear(trip.entered_at, now)} to ${momentNear(trip.exited_at, now)}`;
  const value = h("span", {});
  mountFigure(value, { value: trip.pnl, fraction: trip.return });
  return listRow({
    title: `${shares(trip.shares)}, ${money(trip.entry_price)} → ${isOpen ? `still holds ${shares(trip.held)}` : money(trip.exit_price)}`,
    meta: `${span} · held ${heldWords(trip.minutes)}`,
    value,
  });
}

function heldWords(minutes) {
  return minutes < 10 ? `${minutes} min` : timeLeft(minutes * 60);
}
