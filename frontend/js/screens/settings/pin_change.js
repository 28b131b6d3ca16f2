/** Another PIN: the old one, the new one twice; every other screen has to unlock again. */

import { isLeft, tellUndone } from "../../components/left_act.js";
import { mountPinPad } from "../../components/pin_pad.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h, setText } from "../../dom.js";
import { route } from "../../protocol.js";

const TITLES = { old: "Enter the PIN you have", fresh: "Choose a new PIN, 6 to 8 digits", again: "Repeat the new PIN" };

/** Show the screen. */
export function showPinChange(app) {
  const element = screenFrame({ title: "Another PIN", back: ["#/settings", "Settings"], className: "settings" });
  const task = h("p", { class: "review-lead", role: "status" });
  const problem = h("p", { class: "refusal", role: "alert" });
  const hint = h("p", { class: "hint" }, "Every other screen is locked, and asks for the new PIN.");
  const box = h("div", { class: "pin-change" }, h("div", { class: "pin-words" }, task, hint, problem));
  element.append(box);
  const pad = mountPinPad(box, { onPin, root: element });
  let given = {};
  ask("old");

  function ask(what, words = "") {
    setText(task, TITLES[what]);
    setText(problem, words);
    given.next = what;
  }

  function onPin(pin) {
    if (given.next === "old") {
      given = { old: pin };
      ask("fresh");
    } else if (given.next === "fresh") {
      given.fresh = pin;
      ask("again");
    } else if (given.fresh !== pin) {
      ask("fresh", "The two were not the same. Choose again.");
    } else {
      send();
    }
  }

  async function send() {
    pad.update({ isDisabled: true });
    setText(problem, "Sending");
    const answer = await app.server.act({ path: route("change_pin"), body: { old_pin: given.old, pin: given.fresh } }, (silence) => setText(problem, silence));
    pad.update({ isDisabled: false });
    const wasLeft = isLeft(app, element);
    if (answer.status === 200) {
      given = {};
      app.toast.show("The PIN is changed. Every other screen is locked.");
      if (!wasLeft) app.go("#/settings");
    } else if (wasLeft) {
      tellUndone(app, "Another PIN", app.gate.wrongPinWords(answer));
    } else if (answer.status === 401 || answer.status === 429) {
      given = {};
      ask("old", app.gate.wrongPinWords(answer));
    } else {
      ask("fresh", answer.body.error ?? "The PIN was refused.");
    }
  }

  const destroy = () => {
    given = {};
    pad.destroy();
  };
  return { element, update: () => {}, destroy };
}
