/** What becomes of an act whose dialog is closed, or whose screen is left, before the server has answered. */

import { h, setText } from "../dom.js";
import { openModal } from "./modal.js";

/** Note that an act begins (1) or has ended (-1): meanwhile the button that leaves its dialog takes nothing back, and says so. */
export function noteAct(app, element, change) {
  app.acts += change;
  const leave = element.closest("dialog")?.querySelector("[data-leave]");
  if (!leave) return;
  leave.dataset.acts = Number(leave.dataset.acts ?? 0) + change;
  leave.dataset.words ??= leave.textContent;
  setText(leave, leave.dataset.acts === "0" ? leave.dataset.words : "Close");
}

/** Say whether an element is gone, or the owner on the way from its screen to another one; a dialog stays open over both. */
export function isLeft(app, element) {
  return !element.isConnected || (app.router.isLeaving && !element.closest("dialog"));
}

/** Say why an act was not done, where the place beside its button is gone. */
export function tellUndone(app, what, reason) {
  app.announce.assertive(`Not done: ${what}. ${reason}`);
  openModal("Not done", (body, close) => {
    body.append(h("p", {}, `${what}: ${reason}`), h("button", { type: "button", class: "button", "data-focus": true, onclick: close }, "Close"));
  });
}
