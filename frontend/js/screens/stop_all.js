/** Stop all: cancel what works, block what is new, sell nothing. A hold, or the PIN; on every screen and while locked. */

import { mountActButton } from "../components/act_button.js";
import { openModal } from "../components/modal.js";
import { mountPinChoice } from "../components/pin_choice.js";
import { h } from "../dom.js";
import { route } from "../protocol.js";
import { answeredWords } from "../stop_words.js";

/** Open the dialog. onStopped(halt) is told what the server answered. */
export function openStopAll(app, { onStopped = () => {} } = {}) {
  // Tapped again while this file was still on its way, or open when the page was locked over it.
  document.querySelector(".dialog-stop[open]")?.close();
  const before = app.store.state?.halt;

  function fillIn(body, close) {
    return fill(app, body, (halt) => {
      close();
      stopped(app, { ...halt, isMine: halt.at !== before?.at || halt.kind !== before?.kind }, onStopped);
    });
  }

  return openModal("Stop all algorithms?", fillIn, { className: "dialog-stop" });
}

function fill(app, body, done) {
  const request = () => ({ path: route("halt"), body: {} });
  body.append(
    h("p", {}, "Open orders are canceled and new ones are blocked, for every algorithm, until you resume with the PIN."),
    h("p", {}, "Nothing is sold: positions stay as they are."),
  );
  const choices = h("div", { class: "choices" });
  choices.append(h("button", { type: "button", class: "button", "data-focus": true, "data-leave": true, onclick: () => body.closest("dialog").close() }, "Keep running"));
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
  body.append(choices, undelivered);
  const byPin = mountPinChoice(body, { app, what: "Stop all", request, worksOffline: true, onDone: (answer) => done(answer.body) });
  const entries = stopEntries(app, body, done);
  return () => [hold, byPin, entries].forEach((each) => each.destroy());
}

// The smaller stop is a choice of its own, plainly different from the large one.
function stopEntries(app, parent, done) {
  const words = "Or only stop buying: orders that work already stay, and algorithms may still sell what they hold.";
  const element = h("section", { class: "choice" }, h("p", {}, words));
  parent.append(element);
  return mountActButton(element, {
    app,
    label: "Stop buying only",
    worksOffline: true,
    prepare: () => ({ path: route("stop_entries"), body: {} }),
    onDone: (answer) => done(answer.body),
  });
}

function stopped(app, halt, onStopped) {
  app.lastStop = halt;
  app.announce.assertive(answeredWords(halt));
  app.painter.request();
  onStopped(halt);
}
