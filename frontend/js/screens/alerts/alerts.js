/** Alerts: what needs the owner, what matters most first, and what is over. */

import { screenFrame } from "../../components/screen_frame.js";
import { mountTabs } from "../../components/tabs.js";
import { mountHistory } from "./history.js";
import { mountOpenAlerts } from "./open_alerts.js";

/** Show the alerts. */
export function showAlerts(app) {
  const element = screenFrame({ title: "Alerts", className: "alerts" });
  const tabs = mountTabs(element, {
    label: "Alerts",
    tabs: [
      { id: "open", label: "Open", mount: (panel) => mountOpenAlerts(panel, app) },
      { id: "over", label: "Over", mount: (panel) => mountHistory(panel, app) },
    ],
  });
  return { element, update: tabs.update, destroy: tabs.destroy };
}
