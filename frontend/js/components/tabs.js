/** Tabs: one panel at a time; arrows, Home and End move along. A panel is made when it first shows, destroyed when it goes. */

import { freshId, h, replace, setAttribute } from "../dom.js";

/**
 * Mount tabs. data: label (what they divide), tabs: [{id, label, mount(panel) -> {update?, destroy?}}], first: an id,
 * onShow(id). update() brings the panel that shows up to date; show(id) turns to another one.
 */
export function mountTabs(parent, { label, tabs, first = tabs[0].id, onShow = () => {} }) {
  const panelId = freshId("panel");
  const buttons = tabs.map((each) => button(each));
  const panel = h("div", { class: "tab-panel", role: "tabpanel", id: panelId, tabindex: "-1" });
  const element = h("div", { class: "tabs" }, h("div", { class: "tab-list", role: "tablist", "aria-label": label, onkeydown: onKey }, buttons), panel);
  let shown = null;
  let inside = null;
  parent.append(element);
  show(first);

  function button({ id, label: words }) {
    const properties = { type: "button", class: "tab", role: "tab", id: `${panelId}-${id}`, "aria-controls": panelId };
    return h("button", { ...properties, onclick: () => show(id) }, words);
  }

  function show(id) {
    const index = Math.max(0, tabs.findIndex((each) => each.id === id));
    if (shown === tabs[index].id) return;
    inside?.destroy?.();
    shown = tabs[index].id;
    buttons.forEach((each, at) => {
      setAttribute(each, "aria-selected", String(at === index));
      setAttribute(each, "tabindex", at === index ? "0" : "-1");
    });
    setAttribute(panel, "aria-labelledby", buttons[index].id);
    replace(panel);
    inside = tabs[index].mount(panel) ?? null;
    onShow(shown);
  }

  function onKey(event) {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    buttons[next].focus();
    show(tabs[next].id);
  }

  return { element, show, update: () => inside?.update?.(), destroy: () => (inside?.destroy?.(), element.remove()) };
}
