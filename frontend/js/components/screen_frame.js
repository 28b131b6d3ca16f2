/** The frame of a screen: its heading, a way back, and room for acts beside it. */

import { h, icon } from "../dom.js";

/** Make a screen's element. data: title, className, back: [href, name], actions: nodes, isQuiet: the heading is only heard. */
export function screenFrame({ title, className = "", back = null, actions = [], isQuiet = false }) {
  const heading = h("h1", { tabindex: "-1", class: isQuiet ? "visually-hidden" : null }, title);
  const link = back ? h("a", { class: "button quiet back", href: back[0], "aria-label": `Back to ${back[1]}` }, icon("back")) : null;
  const acts = actions.length ? h("div", { class: "detail-acts" }, actions) : null;
  const head = link || acts ? h("div", { class: "detail-head" }, link, heading, acts) : heading;
  return h("div", { class: `screen ${className}` }, head);
}
