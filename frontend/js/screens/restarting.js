/** While AutoTrader starts again: what happens meanwhile, and on to Home once another process answers. */

import { screenFrame } from "../components/screen_frame.js";
import { h } from "../dom.js";

/** Go there after an act that restarts the program; it is left by itself. */
export function waitForRestart(app) {
  app.go(`#/restarting/${app.store.boot}`);
}

/** Show the wait. boot: of the process that is ending. */
export function showRestarting(app, boot) {
  const element = screenFrame({ title: "AutoTrader is starting again" });
  element.append(
    h("p", {}, "This takes up to a minute. The page comes back by itself, and then asks for the PIN."),
    h("p", { class: "muted" }, "If it does not, look at the machine: its log says in one sentence why it could not start."),
  );

  function update() {
    if (app.store.boot !== boot) app.go("#/home");
  }

  return { element, update, destroy: () => {} };
}
