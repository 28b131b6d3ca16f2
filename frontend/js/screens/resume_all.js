/** Resume after a stop: the slow path, by PIN. */

import { openModal } from "../components/modal.js";
import { mountPinPad } from "../components/pin_pad.js";
import { h, setText } from "../dom.js";
import { moneyWord } from "../market_words.js";
import { route } from "../protocol.js";

/** Open the dialog that asks for the PIN. */
export function openResume(app) {
  return openModal("Resume trading", (body, close) => fill(app, body, close), { className: "dialog-pin" });
}

function fill(app, body, close) {
  const word = moneyWord(app.store.state.mode);
  const problem = h("p", { class: "refusal", role: "alert" });
  body.append(h("p", {}, `Algorithms may buy again, with ${word}. Enter the PIN to resume.`));
  const pad = mountPinPad(body, { onPin: resume, root: body.closest("dialog") });
  body.append(problem, h("button", { type: "button", class: "button", onclick: close }, "Stay stopped"));

  async function resume(pin) {
    pad.update({ isDisabled: true });
    setText(problem, "Sending");
    const answer = await app.server.act({ path: route("resume"), body: { pin } }, (silence) => setText(problem, silence));
    pad.update({ isDisabled: false });
    if (answer.status !== 200) {
      setText(problem, app.gate.wrongPinWords(answer));
      return;
    }
    app.lastStop = null;
    app.announce.assertive("Trading resumed.");
    close();
  }

  return () => pad.destroy();
}
