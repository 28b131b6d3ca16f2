/** The rail or the bottom bar: the screens there are. */

import { h, icon, setAttribute } from "../dom.js";

const PLACES = [
  ["#/home", "Home", "home"],
  ["#/new", "New", "plus"],
  ["#/more", "More", "more"],
];

/** Mount the links; update takes the hash of the screen that shows. */
export function mountNav(parent) {
  const links = PLACES.map(([href, label, name]) => h("a", { href, class: "nav-link" }, icon(name), h("span", {}, label)));
  parent.replaceChildren(...links);
  function update(hash) {
    for (const link of links) setAttribute(link, "aria-current", hash.startsWith(link.hash) ? "page" : null);
  }
  return { update };
}
