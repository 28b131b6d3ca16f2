/** Fills: every execution of our orders, newest first, a day under each heading. */

import { mountPagedList } from "../../components/paged_list.js";
import { tableGroup, tableRow } from "../../components/table.js";
import { money, toNumber } from "../../format.js";
import { route } from "../../protocol.js";
import { mountDownload } from "./download.js";
import { followOrders } from "./live.js";
import { actWords, algorithmName, dayWords, moment } from "./words.js";

const COLUMNS = [
  { id: "what", label: "Fill" },
  { id: "when", label: "Time" },
  { id: "algorithm", label: "Algorithm" },
  { id: "price", label: "Price", isNumber: true },
  { id: "value", label: "Value", isNumber: true },
  { id: "fee", label: "Fee", isNumber: true },
];

/** Mount the list. filter: see filter.js. */
export function mountFills(parent, { app, filter }) {
  const list = mountPagedList(parent, {
    app,
    path: (before) => route("fills") + filter.query({ before }),
    name: "fills",
    what: "The fills",
    empty: { text: "No fills yet. A fill is one purchase or sale at the broker." },
    groupOf: ({ at }) => dayWords(at),
    makeGroup: (title) => tableGroup({ title, columns: COLUMNS, className: "table-fills" }),
    makeRow: (fill) => tableRow(COLUMNS, cells(app, fill)),
  });
  const download = mountDownload(parent, { app, file: "fills_file", query: filter.query });
  const unfollow = followOrders(app, list.refresh);
  return { update: () => {}, refilter: () => (download.update(), list.restart()), destroy: () => (unfollow(), list.destroy()) };
}

function cells(app, fill) {
  return {
    what: actWords(fill),
    when: moment(fill.at),
    algorithm: algorithmName(app, fill),
    price: money(fill.price),
    value: money(fill.value),
    fee: toNumber(fill.fee) ? money(fill.fee) : "none",
  };
}
