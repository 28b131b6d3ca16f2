/** Settings: what an owner sets, a row and a screen each, and what remains to be done. */

import { mountReading } from "../../components/reading.js";
import { listRow, rowList } from "../../components/row.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h, replace } from "../../dom.js";
import { moneyWord } from "../../market_words.js";
import { route } from "../../protocol.js";
import { showAccount } from "./account.js";
import { showDisplay } from "./display.js";
import { showKeys } from "./keys.js";
import { showLimits } from "./limits.js";
import { showLive } from "./live.js";
import { showNetwork } from "./network.js";
import { showPinChange } from "./pin_change.js";
import { showTimeZone } from "./time_zone.js";

const SCREENS = {
  account: showAccount,
  live: showLive,
  limits: showLimits,
  display: showDisplay,
  timezone: showTimeZone,
  network: showNetwork,
  keys: showKeys,
  pin: showPinChange,
};
const ROWS = [
  ["account", "Account and mode", ({ mode }) => `${mode}: ${moneyWord(mode)}. Keys, connection, another mode`],
  ["limits", "Risk limits", () => "What all algorithms together may not go beyond"],
  ["display", "Display", ({ preferences }) => `Colours, size ${preferences.scale} %, when it dims, locks and goes off`],
  ["timezone", "Time zone", ({ preferences }) => preferences.timezone.replaceAll("_", " ")],
  ["network", "Network and screens", () => "The page in your network, and which screens are unlocked"],
  ["keys", "Keys for other programs", () => "What may read your account without a PIN"],
  ["pin", "PIN", () => "Choose another one"],
];

/** Show the list, or the screen of that name. */
export function showSettings(app, name) {
  return (SCREENS[name] ?? showList)(app);
}

function showList(app) {
  const element = screenFrame({ title: "Settings", back: ["#/more", "More"], className: "settings" });
  const toDo = h("div", {});
  const list = h("div", {});
  const asking = h("div", { hidden: true });
  element.append(toDo, list, asking);
  let shown = "";
  const reading = mountReading(asking, { app, path: () => route("preferences"), show: ({ chosen }) => showToDo(chosen), what: "The settings" });

  function showToDo(chosen) {
    const open = [
      chosen.includes("timezone") ? null : listRow({ href: "#/settings/timezone", title: "Choose your time zone", meta: "Until then times are those of this machine." }),
      app.store.state.mode === "DEMO" ? listRow({ href: "#/settings/account", title: "Connect a paper account", meta: "To trade Alpaca's prices with paper money. The demo is simulated." }) : null,
    ].filter(Boolean);
    replace(toDo, open.length ? [h("h2", {}, "Not done yet"), rowList("Not done yet", open), h("h2", {}, "All settings")] : []);
  }

  function update() {
    const words = ROWS.map(([, , meta]) => meta(app.store.state));
    if (shown === words.join()) return;
    shown = words.join();
    replace(list, rowList("Settings", ROWS.map(([place, title], index) => listRow({ href: `#/settings/${place}`, title, meta: words[index] }))));
  }

  update();
  return { element, update, destroy: () => reading.destroy() };
}
