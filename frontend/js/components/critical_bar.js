/** The critical bar: the newest critical alert that nobody has acknowledged, on every screen, said aloud once. */

import { h, icon, setHidden, setText } from "../dom.js";
import { route } from "../protocol.js";
import { mountActButton } from "./act_button.js";

// The newest alert that was said aloud in this window: neither a reload nor a reconnect says it again.
const SAID = "alert-said";

/** Mount the bar. */
export function mountCriticalBar(parent, app) {
  const text = h("p", { class: "bar-text" });
  const more = h("span", { class: "bar-more" });
  const mark = h("span", { class: "alert-mark", "data-priority": "critical" }, icon("critical"), "Critical");
  const show = h("a", { class: "button", href: "#/alerts" }, "Show");
  const acts = h("div", { class: "bar-acts" }, more, show);
  const element = h("div", { class: "bar bar-critical", hidden: true }, mark, text, acts);
  let shown = null;
  mountActButton(acts, {
    app,
    label: "Acknowledge",
    prepare: () => ({ path: route("acknowledge_alert", shown.id), body: {} }),
    onDone: () => {
      app.painter.request();
      // The feed was faster than the answer: the focus was lost with the button that was off.
      if (!shown && document.activeElement === document.body) document.querySelector("h1")?.focus();
    },
  });
  parent.append(element);

  function update() {
    const critical = app.store.waitingAlerts.filter(({ priority }) => priority === "critical");
    shown = critical[0] ?? null;
    if (!shown && element.contains(document.activeElement)) document.querySelector("h1")?.focus();
    setHidden(element, !shown);
    setText(text, shown?.text ?? "");
    setText(more, critical.length > 1 ? `and ${critical.length - 1} more` : "");
    setHidden(show, location.hash === show.hash);
    say(critical);
  }

  function say(critical) {
    const said = Number(sessionStorage.getItem(SAID) ?? 0);
    const fresh = critical.filter(({ id }) => id > said);
    if (!fresh.length) return;
    sessionStorage.setItem(SAID, String(Math.max(...fresh.map(({ id }) => id))));
    app.announce.assertive(`Critical alert: ${fresh.map((each) => each.text).join(" ")}`);
  }

  return { element, update };
}
