/** Trades: what is held, what is ordered, what was filled, and what each holding came to. */

import { screenFrame } from "../../components/screen_frame.js";
import { mountTabs } from "../../components/tabs.js";
import { mountFills } from "./fills.js";
import { mountFilter } from "./filter.js";
import { mountOrders } from "./orders.js";
import { mountPositions } from "./positions.js";
import { mountRoundTrips } from "./round_trips.js";

const TABS = [
  ["positions", "Positions", mountPositions],
  ["orders", "Orders", mountOrders],
  ["fills", "Fills", mountFills],
  ["round-trips", "Round trips", mountRoundTrips],
];

/** Show Trades at a tab; the address keeps the one that shows. */
export function showTrades(app, first = "positions") {
  let inside = null;
  const holder = document.createElement("div");
  const filter = mountFilter(holder, { app, onChange: () => inside?.refilter() });
  const element = screenFrame({ title: "Trades", className: "trades", actions: [filter.button] });
  element.append(holder);
  const tabs = mountTabs(element, {
    label: "Trades",
    first,
    tabs: TABS.map(([id, label, mount]) => ({ id, label, mount: (panel) => (inside = mount(panel, { app, filter })) })),
    onShow: (id) => history.replaceState(history.state, "", `#/trades/${id}`),
  });
  return { element, update: tabs.update, destroy: tabs.destroy };
}
