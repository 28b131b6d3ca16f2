/** The rail or the bottom bar: the screens there are, and how many alerts wait. */

import { h, icon, setAttribute, setHidden, setText } from "../dom.js";

const PLACES = [
  ["#/home", "Home", "home"],
  ["#/alerts", "Alerts", "bell"],
  ["#/trades", "Trades", "trades"],
  ["#/test", "Test", "test"],
  ["#/more", "More", "more"],
];

// Screens that are reached by way of another one.
const BELOW = [
  [/^#\/(settings|account|signals|restarting|strateg)/, "#/more"],
  [/^#\/(algorithm|new)/, "#/home"],
];

/** Mount the links; update takes the hash of the screen that shows. */
export function mountNav(parent, app) {
  const links = PLACES.map(([href, label, name]) => h("a", { href, class: "nav-link" }, icon(name), h("span", {}, label)));
  parent.replaceChildren(...links);
  mountBadge(links.find(({ hash }) => hash === "#/alerts"), app);
  function update(hash) {
    const place = BELOW.find(([pattern]) => pattern.test(hash))?.[1] ?? hash;
    for (const link of links) setAttribute(link, "aria-current", place.startsWith(link.hash) ? "page" : null);
  }
  return { update };
}

function mountBadge(link, app) {
  const count = h("span", { class: "nav-badge", "aria-hidden": "true", hidden: true });
  link.append(count);
  app.painter.add(() => {
    const waiting = app.store.waitingAlerts;
    const isCritical = waiting.some(({ priority }) => priority === "critical");
    setText(count, String(waiting.length));
    setHidden(count, waiting.length === 0);
    setAttribute(count, "data-priority", isCritical ? "critical" : null);
    const spoken = `Alerts, ${waiting.length} not acknowledged${isCritical ? ", one is critical" : ""}`;
    setAttribute(link, "aria-label", waiting.length ? spoken : null);
  });
}
