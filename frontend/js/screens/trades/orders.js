/** Orders: what works, each with Cancel, then what has ended, day by day. */

import { mountPagedList } from "../../components/paged_list.js";
import { tableGroup, tableRow } from "../../components/table.js";
import { h } from "../../dom.js";
import { route } from "../../protocol.js";
import { openCancel } from "./cancel_order.js";
import { mountDownload } from "./download.js";
import { followOrders } from "./live.js";
import { filledWords, priceWords, purposeWords, stateExplained, stateWords } from "./order_words.js";
import { actWords, algorithmName, dayWords, moment } from "./words.js";

const COLUMNS = [
  { id: "what", label: "Order" },
  { id: "when", label: "Time" },
  { id: "algorithm", label: "Algorithm" },
  { id: "state", label: "State" },
  { id: "filled", label: "Filled" },
];
const WITH_ACTS = [...COLUMNS, { id: "act", label: "Act", isQuiet: true }];

/** Mount both lists. filter: see filter.js. */
export function mountOrders(parent, { app, filter }) {
  const working = mountList("Working", {
    path: () => route("orders") + filter.query({ state: "working", limit: 500 }),
    isWhole: true,
    what: "The working orders",
    empty: { text: "No order is working." },
    makeGroup: () => tableGroup({ label: "Working orders", columns: WITH_ACTS, className: "table-orders has-acts" }),
    makeRow: (order) => tableRow(WITH_ACTS, { ...cells(app, order), act: cancelButton(order) }),
  });
  const ended = mountList("Ended", {
    path: (before) => route("orders") + filter.query({ state: "ended", before }),
    what: "The orders",
    empty: { text: "No order has ended yet." },
    groupOf: ({ at }) => dayWords(at),
    makeGroup: (title) => tableGroup({ title, level: 3, columns: COLUMNS, className: "table-orders" }),
    makeRow: (order) => tableRow(COLUMNS, cells(app, order)),
  });
  const download = mountDownload(parent, { app, file: "orders_file", query: filter.query });
  const unfollow = followOrders(app, refresh);

  function mountList(title, data) {
    const section = h("section", { class: "trades-section" }, h("h2", {}, title));
    parent.append(section);
    return mountPagedList(section, { app, name: "orders", ...data });
  }

  function cancelButton(order) {
    if (order.is_cancel_wanted) return "";
    const label = `Cancel: ${actWords(order)}`;
    return h("button", { type: "button", class: "button", "aria-label": label, onclick: () => openCancel(app, order, refresh) }, "Cancel");
  }

  function refresh() {
    working.refresh();
    ended.refresh();
  }

  function refilter() {
    download.update();
    working.restart();
    ended.restart();
  }

  return { update: () => {}, refilter, destroy: () => (unfollow(), working.destroy(), ended.destroy()) };
}

function cells(app, order) {
  const explained = stateExplained(order);
  return {
    what: h("div", {}, actWords(order), h("span", { class: "cell-note" }, priceWords(order))),
    when: moment(order.at),
    algorithm: h("div", {}, algorithmName(app, order), h("span", { class: "cell-note" }, purposeWords(order))),
    state: h("div", { "data-state": order.status }, h("strong", {}, stateWords(order)), explained ? h("span", { class: "cell-note" }, explained) : null),
    filled: filledWords(order),
  };
}
