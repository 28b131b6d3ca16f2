/** Account: what the broker's account holds beside the algorithms, and where it and our books tell different stories. */

import { mountReading } from "../../components/reading.js";
import { screenFrame } from "../../components/screen_frame.js";
import { mountTabs } from "../../components/tabs.js";
import { route } from "../../protocol.js";
import { showBaseline } from "./baseline.js";
import { showDayTrades } from "./day_trades.js";
import { showDifferences } from "./differences.js";
import { showExternalFills } from "./external_fills.js";

const TABS = [
  ["differences", "Differences", showDifferences, ({ differences }) => differences.length],
  ["baseline", "Held before", showBaseline, ({ baseline }) => baseline.filter((each) => !each.confirmed_at).length],
  ["external", "Traded by others", showExternalFills, () => 0],
  ["day-trades", "Day trades", showDayTrades, () => 0],
];

/** Show the account, at the tab of the address if it names one. */
export function showAccount(app, tab) {
  const element = screenFrame({ title: "Account", className: "account", back: ["#/more", "More"] });
  let shown = null;
  let last = signature(app);
  const reading = mountReading(element, {
    app,
    path: () => route("account_truth"),
    what: "What the account holds",
    show,
  });

  function show(body, box) {
    const first = shown?.current() ?? tab;
    shown?.destroy();
    shown = fill({ app, body, box, first, again: () => reading.read() });
  }

  function update() {
    // What an alert says of the account has changed: so has what there is to settle.
    const now = signature(app);
    if (now !== last) reading.read();
    last = now;
    shown?.update();
  }

  return { element, update, destroy: () => (shown?.destroy(), reading.destroy()) };
}

function fill({ app, body, box, first, again }) {
  let current = first ?? TABS.find(([, , , count]) => count(body))?.[0] ?? TABS[0][0];
  const tabs = mountTabs(box, {
    label: "Account",
    first: current,
    onShow: (id) => (current = id),
    tabs: TABS.map(([id, label, show, count]) => ({
      id,
      label: count(body) ? `${label} (${count(body)})` : label,
      mount: (panel) => show({ app, panel, body, again }),
    })),
  });
  return { current: () => current, update: () => tabs.update?.(), destroy: tabs.destroy };
}

function signature({ store }) {
  const about = (store.state.alerts ?? []).filter(({ kind }) => /^(account|reconcile|split)\./.test(kind));
  return about.map(({ id, at, repeats }) => `${id}/${at}/${repeats}`).join(" ");
}
