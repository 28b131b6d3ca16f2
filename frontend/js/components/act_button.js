/** A button that carries out one act: disabled from the tap to the server's answer, with words for what goes on. */

import { h, setHidden, setText } from "../dom.js";
import { mountHoldButton } from "./hold_button.js";
import { isLeft, noteAct, tellUndone } from "./left_act.js";

// What was done is not done again by the second half of a double tap, however fast the answer was.
const DOUBLE_TAP_MS = 500;

/**
 * Mount an act button. data: label, className, isHold (for holdMs), worksOffline, prepare() -> {method?, path, body} or null to do
 * nothing, onDone(answer, isGone) for success, isGone: it, or its screen, is left; a refusal is shown beside the button.
 */
export function mountActButton(parent, { app, label, className = "", isHold = false, holdMs, worksOffline = false, prepare, onDone }) {
  const status = h("p", { class: "act-status", role: "status", hidden: true });
  const refusal = h("p", { class: "refusal", role: "alert", hidden: true });
  const box = h("div", { class: "act" });
  const button = isHold ? mountHoldButton(box, { label, className, onHeld: run, holdMs }) : mountTapButton(box, label, className, run);
  let words = label;
  let isBusy = false;
  let begunAt = -Infinity;
  let isGone = false;
  box.append(status, refusal);
  parent.append(box);
  app.connection.addEventListener("change", refresh);
  const endPainting = app.painter.add(refresh);
  refresh();

  async function run() {
    const isDoubled = performance.now() - begunAt < DOUBLE_TAP_MS;
    const request = isBusy || isDoubled || button.element.disabled ? null : prepare();
    if (!request) return;
    const hadFocus = document.activeElement === button.element;
    isBusy = true;
    begunAt = performance.now();
    noteAct(app, box, 1);
    show("Sending", "");
    const answer = await app.server.act(request, (silence) => show(silence, ""));
    isBusy = false;
    noteAct(app, box, -1);
    const isDone = answer.status >= 200 && answer.status < 300;
    const problem = isDone ? "" : answer.body.error ?? "AutoTrader refused without saying why.";
    if (!isDone) begunAt = -Infinity;
    const wasLeft = isLeft(app, box);
    if (wasLeft && problem) tellUndone(app, words, problem);
    if (wasLeft && isDone) onDone(answer, true);
    if (isGone) return;
    show("", problem);
    // A button that is disabled loses the focus, and whoever works by key their place.
    if (hadFocus && document.activeElement === document.body) button.element.focus();
    if (isDone && !wasLeft) onDone(answer, false);
  }

  function show(state, problem) {
    setText(status, state);
    setHidden(status, !state);
    setText(refusal, problem);
    setHidden(refusal, !problem);
    refresh();
  }

  function refresh() {
    const isOff = isBusy || !(worksOffline || app.connection.isUsable);
    button.update({ label: isBusy ? "Sending" : words, isDisabled: isOff });
  }

  function update({ label: newWords }) {
    words = newWords;
    refresh();
  }

  function destroy() {
    isGone = true;
    app.connection.removeEventListener("change", refresh);
    endPainting();
    button.destroy();
    box.remove();
  }

  return { element: button.element, update, destroy };
}

function mountTapButton(parent, label, className, onTap) {
  const button = h("button", { type: "button", class: `button ${className}`, onclick: onTap }, label);
  parent.append(button);
  function update({ label: words, isDisabled }) {
    setText(button, words);
    if (button.disabled !== isDisabled) button.disabled = isDisabled;
  }
  return { element: button, update, destroy: () => button.remove() };
}
