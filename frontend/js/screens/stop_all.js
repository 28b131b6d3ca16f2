/** Stop all: cancel what works, block what is new, sell nothing. A hold, or the PIN; on every screen and while locked. */

import { mountActButton } from "../components/act_button.js";
import { countWords } from "../components/bars.js";
import { openModal } from "../components/modal.js";
import { mountPinPad } from "../components/pin_pad.js";
import { h, setHidden, setText } from "../dom.js";
import { route } from "../protocol.js";

/** Open the dialog. onStopped(halt) is told what the server answered. */
export function openStopAll(app, { onStopped = () => {} } = {}) {
  return openModal("Stop all algorithms?", (body, close) => fill(app, body, (halt) => (close(), stopped(app, halt, onStopped))), {
    className: "dialog-stop",
  });
}

function fill(app, body, done) {
  const request = () => ({ path: route("halt"), body: {} });
  body.append(
    h("p", {}, "Open orders are canceled and new ones are blocked, for every algorithm, until you resume with the PIN."),
    h("p", {}, "Nothing is sold: positions stay as they are."),
  );
  const choices = h("div", { class: "choices" });
  choices.append(h("button", { type: "button", class: "button", "data-focus": true, onclick: () => body.closest("dialog").close() }, "Keep running"));
  const hold = mountActButton(choices, {
    app,
    label: "Hold to stop all",
    className: "danger",
    isHold: true,
    worksOffline: true,
    prepare: request,
    onDone: (answer) => done(answer.body),
  });
  const undelivered = h("p", { class: "hint" }, "Press for a second and a half. If this screen is cut off, it says whether the stop was delivered.");
  body.append(choices, undelivered, pinChoice(app, request, done));
  return () => hold.destroy();
}

// Whoever cannot hold a button confirms with the PIN instead.
function pinChoice(app, request, done) {
  const box = h("div", { class: "pin-choice", hidden: true });
  const problem = h("p", { class: "refusal", role: "alert" });
  const open = h("button", { type: "button", class: "button quiet", onclick: show }, "Confirm with PIN");

  function show() {
    open.remove();
    setHidden(box, false);
    mountPinPad(box, { onPin: confirm, root: box.closest("dialog") });
    box.append(problem);
    box.querySelector("button").focus();
  }

  async function confirm(pin) {
    const checked = await app.server.call("POST", route("validate_pin"), { body: { pin } });
    if (checked.status !== 200) {
      setText(problem, app.gate.wrongPinWords(checked));
      return;
    }
    const answer = await app.server.act(request(), () => setText(problem, "No answer yet"));
    if (answer.status >= 200 && answer.status < 300) done(answer.body);
    else setText(problem, answer.body.error ?? "AutoTrader refused without saying why.");
  }

  return h("div", {}, open, box);
}

function stopped(app, halt, onStopped) {
  app.lastStop = halt;
  app.announce.assertive(`All stopped. ${countWords(halt)}`);
  app.painter.request();
  onStopped(halt);
}
