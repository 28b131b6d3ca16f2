/** One algorithm: its figures, pause and stop, its chart, what it traded, what it decided, how it was set up. */

import { mountChartPanel } from "../components/chart/panel.js";
import { mountDecisions } from "../components/decisions.js";
import { mountTabs } from "../components/tabs.js";
import { h } from "../dom.js";
import { freshness } from "../freshness.js";
import { mountHead } from "./detail/head.js";
import { mountSetup } from "./detail/setup_tab.js";
import { mountTrades } from "./detail/trades_tab.js";

// From here on chart and lists have room beside each other.
const WIDE = "(min-width: 68rem)";

/** Show the detail of the algorithm with that id, a number or its text, turned to a tab. */
export function showDetail(app, id, tab) {
  const algorithm = app.store.algorithm(Number(id));
  return algorithm ? shown(app, algorithm, tab) : missing();
}

function missing() {
  const element = h(
    "div",
    { class: "screen" },
    h("h1", { tabindex: "-1" }, "This algorithm is not here any more"),
    h("p", {}, "It was stopped and holds nothing. Its orders and decisions are kept."),
    h("p", {}, h("a", { class: "button", href: "#/home" }, "Home")),
  );
  return { element, update: () => {}, destroy: () => {} };
}

function shown(app, { id }, tab) {
  const element = h("div", { class: "screen detail" });
  const head = mountHead(element, { app, id });
  const body = h("div", { class: "detail-body" });
  const wide = matchMedia(WIDE);
  let parts = [];
  let showing = tab;
  element.append(body);
  wide.addEventListener("change", arrange);
  arrange();

  function arrange() {
    clear();
    const chart = { id: "chart", label: "Chart", mount: (panel) => mountChartPanel(panel, { app, id }) };
    const lists = [
      { id: "trades", label: "Trades", mount: (panel) => mountTrades(panel, { app, id }) },
      { id: "decisions", label: "Decisions", mount: (panel) => mountDecisions(panel, { app, id }) },
      { id: "setup", label: "Setup", mount: (panel) => mountSetup(panel, { app, id }) },
    ];
    if (wide.matches) parts = [chart.mount(body), mountLists(lists)];
    else parts = [mountLists([chart, ...lists])];
  }

  function mountLists(tabs) {
    const first = tabs.some((each) => each.id === showing) ? showing : tabs[0].id;
    let isMounted = false;
    // The tab chosen stays in the address, so that the way back leads to it.
    const onShow = (name) => isMounted && keep(name);
    const made = mountTabs(body, { label: "About this algorithm", tabs, first, onShow });
    isMounted = true;
    return made;
  }

  function keep(name) {
    showing = name;
    history.replaceState(history.state, "", `#/algorithm/${id}/${name}`);
  }

  function update() {
    const algorithm = app.store.algorithm(id);
    if (!algorithm) return;
    const fresh = freshness(algorithm, app.store, app.connection);
    element.dataset.status = algorithm.status;
    element.classList.toggle("is-stale", fresh.isStale);
    head.update(algorithm, fresh);
    parts.forEach((each) => each.update());
  }

  function clear() {
    parts.forEach((each) => each.destroy());
    parts = [];
  }

  function destroy() {
    wide.removeEventListener("change", arrange);
    clear();
    head.destroy();
  }

  update();
  return { element, update, destroy };
}
