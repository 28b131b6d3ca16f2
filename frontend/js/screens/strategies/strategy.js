/** One strategy: what its money became, its figures, why it bought and sold, what it runs on. */

import { mountPlot } from "../../components/plots/line_plot.js";
import { mountReading } from "../../components/reading.js";
import { listRow, rowList } from "../../components/row.js";
import { screenFrame } from "../../components/screen_frame.js";
import { mountTabs } from "../../components/tabs.js";
import { h } from "../../dom.js";
import { asTitle } from "../../format.js";
import { route } from "../../protocol.js";
import { followOrders } from "../trades/live.js";
import { figureTiles } from "./figures.js";
import { reasonTables, recentTrips } from "./looking_back.js";
import { asOfWords } from "./words.js";

const [EQUITY_PX, FALLS_PX] = [220, 150];
const STATUS = { RUNNING: "Running", PAUSED: "Paused", ERROR: "Switched off after errors", STOPPED: "Stopped" };

/** Show the strategy of that name. */
export function showStrategy(app, encoded) {
  const strategy = decodeURIComponent(encoded);
  const element = screenFrame({ title: asTitle(strategy), className: "strategies", back: ["#/strategies", "Strategies"] });
  let [tabs, chosen] = [null, undefined];
  const reading = mountReading(element, {
    app,
    path: () => route("strategy_page", strategy),
    show: (body, box) => {
      tabs?.destroy();
      tabs = mountTabs(box, { label: "About this strategy", tabs: tabsOf(app, body), first: chosen, onShow: (id) => (chosen = id) });
    },
    what: "The figures of this strategy",
    rows: 5,
  });
  const unfollow = followOrders(app, reading.read);
  return { element, update: () => {}, destroy: () => (unfollow(), tabs?.destroy(), reading.destroy()) };
}

function tabsOf(app, body) {
  const tab = (id, label, fill) => ({ id, label, mount: (panel) => (fill(panel), { destroy: () => {} }) });
  return [
    tab("figures", "Figures", (panel) => panel.append(figureTiles(body.figures), h("p", { class: "hint" }, asOfWords(body.as_of)))),
    tab("curve", "Curve", (panel) => curve(panel, body)),
    tab("reasons", "Reasons", (panel) => panel.append(...reasonTables(body.reasons))),
    tab("trips", "Round trips", (panel) => panel.append(recentTrips(app, body))),
    tab("algorithms", "Algorithms", (panel) => panel.append(algorithms(app, body.algorithms))),
  ];
}

function curve(panel, { plots, days }) {
  if (!plots.equity) panel.append(h("p", {}, "No day yet: the curve begins with the first minute of a session."));
  else if (days < 2) panel.append(h("p", {}, "One day so far; the curve grows by a point at each close."));
  if (plots.equity) mountPlot(panel, plots.equity, { height: EQUITY_PX });
  if (plots.falls) mountPlot(panel, plots.falls, { height: FALLS_PX });
}

function algorithms(app, list) {
  const rows = list.map(({ id, ticker, status }) =>
    listRow({ title: ticker, meta: STATUS[status] ?? status, href: app.store.algorithm(id) ? `#/algorithm/${id}` : null }),
  );
  return rowList("Algorithms of this strategy", rows.reverse());
}
