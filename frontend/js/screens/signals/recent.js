/** What was wanted lately, page by page, the newest first, each with what became of it. */

import { mountPagedList } from "../../components/paged_list.js";
import { tableGroup, tableRow } from "../../components/table.js";
import { h } from "../../dom.js";
import { route } from "../../protocol.js";
import { followOrders } from "../trades/live.js";
import { algorithmName, dayWords, moment } from "../trades/words.js";
import { becameWords, confidenceWords, sourceWords, stateWords, wishWords } from "./words.js";

const PAGE = 20;
const COLUMNS = [
  { id: "what", label: "Signal" },
  { id: "when", label: "Time" },
  { id: "from", label: "From" },
  { id: "state", label: "State" },
];

/** Mount the list; it follows the orders and whatever waits. */
export function mountRecent(parent, app) {
  const section = h("section", { class: "alert-group" }, h("h2", {}, "Lately"));
  parent.append(section);
  const list = mountPagedList(section, {
    app,
    name: "signals",
    path: (before) => `${route("signals")}?limit=${PAGE}${before === null ? "" : `&before=${before}`}`,
    what: "The signals",
    empty: { text: "Nothing was wanted yet. Every wish to buy or sell appears here, also those that were denied." },
    groupOf: ({ at }) => dayWords(at),
    makeGroup: (title) => tableGroup({ title, level: 3, columns: COLUMNS, className: "table-signals" }),
    makeRow: (signal) => tableRow(COLUMNS, cells(app, signal)),
  });
  const unfollow = followOrders(app, list.refresh);
  app.store.addEventListener("news", onNews);
  let waiting = waitingIds();

  function onNews({ detail }) {
    if (detail.some(({ type }) => type.startsWith("signal."))) list.refresh();
  }

  function waitingIds() {
    return (app.store.state.proposals ?? []).map(({ id }) => id).join();
  }

  // A proposal came, or was dealt with.
  function update() {
    const now = waitingIds();
    if (now !== waiting) list.refresh();
    waiting = now;
  }

  function destroy() {
    app.store.removeEventListener("news", onNews);
    unfollow();
    list.destroy();
  }

  return { update, destroy };
}

function cells(app, signal) {
  const notes = [signal.reason, confidenceWords(signal)].filter(Boolean).join(" · ");
  const became = becameWords(signal);
  return {
    what: h("div", {}, wishWords(signal), note(notes), whyLink(signal)),
    when: moment(signal.at),
    from: h("div", {}, sourceWords(signal), h("span", { class: "cell-note" }, algorithmName(app, { ...signal, algorithm: signal.strategy }))),
    state: h("div", { "data-state": signal.order_status ?? signal.status }, h("strong", {}, stateWords(signal)), note(became)),
  };
}

function note(text) {
  return text ? h("span", { class: "cell-note" }, text) : null;
}

function whyLink({ algorithm_id: id, minute, action, symbol }) {
  if (!minute) return null;
  return h("a", { class: "cell-link", href: `#/algorithm/${id}/why/${minute}`, "aria-label": `Why: ${action} ${symbol}` }, "Why?");
}
