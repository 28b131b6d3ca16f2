/** The way of whoever cannot hold a button: a second button, then the PIN. */

import { h, setHidden, setText } from "../dom.js";
import { later } from "../later.js";
import { route } from "../protocol.js";
import { isLeft, noteAct, tellUndone } from "./left_act.js";

const loadPad = later("./pin_pad.js", import.meta.url);

/** Mount it. data: app, what: the act in words, request() -> {path, body}: the act; worksOffline; onDone(answer, isGone) for success. */
export function mountPinChoice(parent, { app, what = "What you confirmed with the PIN", request, worksOffline = false, onDone }) {
  const box = h("div", { class: "pin-choice", hidden: true });
  const problem = h("p", { class: "refusal", role: "alert" });
  const open = h("button", { type: "button", class: "button quiet", onclick: show }, "Confirm with PIN");
  const element = h("div", {}, open, problem, box);
  let pad = null;
  let isOpening = false;
  let isGone = false;
  parent.append(element);
  if (!worksOffline) app.connection.addEventListener("change", refresh);
  refresh();

  function refresh() {
    open.disabled = isOpening || !(worksOffline || app.connection.isUsable);
  }

  async function show() {
    isOpening = open.disabled = true;
    // It comes with the gate, so it is there already, unless that is still on its way.
    const module = await loadPad();
    isOpening = false;
    if (isGone) return;
    if (!module) {
      refresh();
      setText(problem, "The keys could not be loaded: AutoTrader does not answer. Try again.");
      return;
    }
    open.remove();
    setHidden(box, false);
    pad = module.mountPinPad(box, { onPin: confirm, root: box.closest("dialog") ?? box });
    box.prepend(problem);
    say("");
    box.querySelector("button").focus();
  }

  // On a low screen the keys, or what is said of them, would lie beyond its edge.
  function say(text) {
    setText(problem, text);
    box.scrollIntoView({ block: "nearest" });
  }

  async function confirm(pin) {
    pad.update({ isDisabled: true });
    say("Sending");
    const checked = await app.server.tryPin(route("validate_pin"), pin);
    // Left before the act was sent: then it is not.
    if (isGone) return;
    const answer = checked.status === 200 ? await send() : null;
    pad.update({ isDisabled: false });
    const reason = answer?.body.error ?? "AutoTrader refused without saying why.";
    if (!answer) say(app.gate.wrongPinWords(checked));
    else if (answer.status >= 200 && answer.status < 300) onDone(answer, isLeft(app, element));
    else if (isLeft(app, element)) tellUndone(app, what, reason);
    else say(reason);
  }

  async function send() {
    noteAct(app, element, 1);
    const answer = await app.server.act(request(), say);
    noteAct(app, element, -1);
    return answer;
  }

  function destroy() {
    isGone = true;
    app.connection.removeEventListener("change", refresh);
    pad?.destroy();
    element.remove();
  }

  return { element, destroy };
}
