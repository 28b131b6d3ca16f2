/** The open alerts of the live state, by priority; a row stays the same element as long as its alert is open. */

import { PRIORITIES } from "../../alert_words.js";
import { mountEmpty } from "../../components/empty_state.js";
import { h, setHidden, setText } from "../../dom.js";
import { mountAlertRow } from "./alert_row.js";

/** Mount the list; update() takes it from the live state. */
export function mountOpenAlerts(parent, app) {
  const groups = new Map(Object.entries(PRIORITIES).map(([priority, word]) => [priority, group(word)]));
  const rows = new Map();
  const empty = h("div", {});
  mountEmpty(empty, { text: "Nothing needs you. What AutoTrader has to tell you appears here." });
  parent.append(empty, ...[...groups.values()].map(({ element }) => element));

  function update() {
    const { alerts = [] } = app.store.state;
    setHidden(empty, alerts.length > 0);
    forgetGone(alerts);
    for (const [priority, { element, heading, list, word }] of groups) {
      const mine = alerts.filter((each) => each.priority === priority);
      setHidden(element, mine.length === 0);
      setText(heading, `${word} (${mine.length})`);
      mine.forEach((alert, index) => place(list, shown(alert), index));
    }
  }

  function shown(alert) {
    const row = rows.get(alert.id) ?? mountAlertRow(app, alert);
    rows.set(alert.id, row);
    row.update(alert);
    return row.element;
  }

  function forgetGone(alerts) {
    const open = new Set(alerts.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (open.has(id)) continue;
      if (row.element.contains(document.activeElement)) document.querySelector("h1").focus();
      row.destroy();
      rows.delete(id);
    }
  }

  update();
  return { update, destroy: () => rows.forEach((row) => row.destroy()) };
}

function group(word) {
  const heading = h("h2", {}, word);
  const list = h("ul", { class: "rows", "aria-label": `${word} alerts` });
  return { word, heading, list, element: h("section", { class: "alert-group" }, heading, list) };
}

function place(list, element, index) {
  if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
}
