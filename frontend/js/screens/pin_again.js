/** Ask for the PIN once more: what is about to be done wants it fresh. */

import { openModal } from "../components/modal.js";
import { mountPinPad } from "../components/pin_pad.js";
import { h, setText } from "../dom.js";
import { route } from "../protocol.js";

/** Open the dialog; resolves to true once the PIN was right, to false when it was closed without. */
export function askPinAgain(app) {
  return new Promise((resolve) => {
    let isRight = false;
    const dialog = openModal("Enter the PIN", (body, close) => fill(app, body, close, () => (isRight = true)), { className: "dialog-pin" });
    dialog.addEventListener("close", () => resolve(isRight));
  });
}

function fill(app, body, close, onRight) {
  const problem = h("p", { class: "refusal", role: "alert" });
  body.append(h("p", {}, "This needs the PIN, if it was not entered within the last five minutes."));
  const pad = mountPinPad(body, { onPin: confirm, root: body.closest("dialog") });
  body.append(problem, h("button", { type: "button", class: "button", onclick: close }, "Cancel"));

  async function confirm(pin) {
    pad.update({ isDisabled: true });
    setText(problem, "Checking");
    const answer = await app.server.tryPin(route("confirm_pin"), pin);
    pad.update({ isDisabled: false });
    if (answer.status !== 200) {
      setText(problem, app.gate.wrongPinWords(answer));
      return;
    }
    onRight();
    close();
  }

  return () => pad.destroy();
}
