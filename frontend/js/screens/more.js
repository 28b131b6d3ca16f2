/** More: the way to the other screens, and the lock. */

import { listRow, rowList } from "../components/row.js";
import { screenFrame } from "../components/screen_frame.js";
import { h } from "../dom.js";
import { route } from "../protocol.js";

// Each screen adds its row: address, name, what is found there.
const PLACES = [
  ["#/strategies", "Strategies", "How each one does: profit, win rate, falls, and why it bought and sold"],
  ["#/settings", "Settings", "Display, time zone, risk limits, account and mode, network, PIN"],
  ["#/settings/notifications", "Notifications", "Who is told by phone or mail when nobody looks, and how loudly"],
  ["#/signals", "Signals", "What is proposed to you, and what was wanted lately and became of it"],
  ["#/account", "Account", "What it holds beside the algorithms, and where it differs from our books"],
  ["#/more/health", "Health", "Is everything as it should be, and what to do where it is not"],
  ["#/more/logs", "Log", "What AutoTrader has done and noticed, line by line"],
  ["#/more/about", "About", "What AutoTrader promises, its version and licences"],
];

/** Show More. */
export function showMore(app) {
  const element = screenFrame({ title: "More", className: "more" });
  const lockNow = h("button", { type: "button", class: "button", onclick: () => lock(app) }, "Lock now");
  element.append(rowList("More screens", PLACES.map(([href, title, meta]) => listRow({ href, title, meta }))), lockNow);
  return { element, update: () => {}, destroy: () => {} };
}

async function lock(app) {
  // First, so that page and server do not hang up on each other.
  app.hangUp();
  await app.server.call("DELETE", route("session"));
  app.lock();
}
