/** About: what AutoTrader promises and what not, and whose work is in it. */

import { mountReading } from "../components/reading.js";
import { screenFrame } from "../components/screen_frame.js";
import { h } from "../dom.js";
import { route } from "../protocol.js";

const PROMISES = [
  "No order is sent twice. What became of an order is asked, never guessed.",
  "In doubt nothing is bought: when prices, clock, books or broker cannot be trusted. Selling goes on.",
  "Stop all works at once, from every screen, and stays in force over a restart until you resume with the PIN.",
  "Every minute of every algorithm is kept: what it saw, what it decided and why.",
  "It runs on your own machine. The page loads nothing from outside.",
];
const NO_PROMISES = [
  "No profit. Past results do not predict future ones.",
  "No advice. What is traded, with which algorithm and how much money, is your choice.",
  "No price. A market order is filled at what the market pays then, which may be worse than what the screen showed.",
  "No trading while the machine is off or without a network. Open positions stay open then.",
];
const ADDRESS = /https?:\/\/[^\s)>,]*[^\s)>,.]/g;

/** Show About. */
export function showAbout(app) {
  const element = screenFrame({ title: "About", className: "about", back: ["#/more", "More"] });
  element.append(section("What it promises", list(PROMISES)), section("What it does not promise", list(NO_PROMISES)));
  const reading = mountReading(element, {
    app,
    what: "The version and the licences",
    path: () => route("about"),
    show: (body, box) => box.append(...parts(body, app.isKiosk)),
  });
  return { element, update: () => {}, destroy: () => reading.destroy() };
}

function parts({ version, python, page, packages }, isKiosk) {
  const notices = page.map(({ name, text }) => h("details", {}, h("summary", {}, name), h("p", { class: "notice" }, withLinks(text, isKiosk))));
  const rows = packages.map((each) => h("li", { class: "package" }, h("span", {}, `${each.name} ${each.version}`), h("span", { class: "muted" }, each.licence)));
  return [
    section("Version", h("p", {}, `AutoTrader ${version}, on Python ${python}.`)),
    section("Libraries of this page", h("p", {}, ...withLinks(CREDITS, isKiosk)), ...notices),
    section("Packages of the program", rows.length ? h("ul", { class: "packages", "aria-label": "Packages" }, rows) : h("p", { class: "muted" }, "None are listed here.")),
  ];
}

// The chart library wants its notice and its link where everybody sees them; the licences themselves follow below.
const CREDITS =
  "Contains socket.io-client, © 2014-present Guillermo Rauch and contributors, MIT licence; and TradingView Lightweight Charts™, " +
  "Copyright (c) 2026 TradingView, Inc., Apache License 2.0, https://www.tradingview.com/";

function withLinks(text, isKiosk) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    found.push(text.slice(from, match.index), address(match[0], isKiosk));
    from = match.index + match[0].length;
  }
  return [...found, text.slice(from)];
}

function address(url, isKiosk) {
  return isKiosk ? h("span", { class: "address" }, url) : h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url);
}

function list(sentences) {
  return h("ul", { class: "promises" }, sentences.map((each) => h("li", {}, each)));
}

function section(title, ...content) {
  return h("section", {}, h("h2", {}, title), ...content);
}
