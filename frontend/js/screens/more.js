/** More: how the process is, how the screen looks, lock it, and whose work is in here. */

import { h, setText } from "../dom.js";
import { route } from "../protocol.js";
import { currentTheme, setTheme, THEMES } from "../theme.js";

/** Show More. */
export function showMore(app) {
  const rows = ["Version", "Mode", "Market data", "Order stream", "Database", "New positions"].map((label) => [label, h("dd", {})]);
  const health = h("dl", { class: "figures" }, rows.map(([label, value]) => h("div", { class: "figures-pair" }, h("dt", {}, label), value)));
  const element = h(
    "div",
    { class: "screen more" },
    h("h1", { tabindex: "-1" }, "More"),
    h("section", {}, h("h2", {}, "Health"), health),
    h("section", {}, h("h2", {}, "Display"), themes()),
    h("section", {}, h("h2", {}, "Lock"), h("button", { type: "button", class: "button", onclick: () => lock(app) }, "Lock now")),
    about(),
  );

  function update() {
    const { state } = app.store;
    healthWords(state).forEach((words, index) => setText(rows[index][1], words));
  }

  update();
  return { element, update, destroy: () => {} };
}

function healthWords({ version, mode, health }) {
  const { streams } = health;
  const since = streams.last_message_age_s == null ? "" : `, last message ${Math.round(streams.last_message_age_s)} s ago`;
  return [
    version,
    mode,
    `${streams.data ? "connected" : "down"}${since}`,
    streams.orders ? "connected" : "down",
    health.database ? "works" : "cannot be written",
    health.closed_gates.length ? `blocked: ${health.closed_gates.join("; ")}` : "allowed",
  ];
}

function themes() {
  const name = "theme";
  const option = ([value, label]) =>
    h(
      "label",
      { class: "option" },
      h("input", { type: "radio", name, value, checked: currentTheme() === value, onchange: () => setTheme(value) }),
      h("span", {}, label),
    );
  return h("fieldset", { class: "options" }, h("legend", {}, "Colours"), Object.entries(THEMES).map(option));
}

async function lock(app) {
  await app.server.call("DELETE", route("session"));
  app.lock();
}

function about() {
  return h(
    "section",
    {},
    h("h2", {}, "About"),
    h("p", {}, "AutoTrader runs on your own machine and loads nothing from outside."),
    h("p", { class: "muted" }, "Contains socket.io-client, © 2014-present Guillermo Rauch and contributors, MIT licence."),
  );
}
