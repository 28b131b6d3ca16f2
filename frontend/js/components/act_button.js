/** A button that carries out one act: disabled from the tap to the server's answer, with words for what goes on. */

import { h, setHidden, setText } from "../dom.js";
import { mountHoldButton } from "./hold_button.js";

/**
 * Mount an act button. data: label, className, isHold, worksOffline, prepare() -> {method?, path, body} or null to do
 * nothing, onDone(answer) for success; a refusal is shown beside the button.
 */
export function mountActButton(parent, { app, label, className = "", isHold = false, worksOffline = false, prepare, onDone }) {
  const status = h("p", { class: "act-status", role: "status", hidden: true });
  const refusal = h("p", { class: "refusal", role: "alert", hidden: true });
  const box = h("div", { class: "act" });
  const button = isHold ? mountHoldButton(box, { label, className, onHeld: run }) : mountTapButton(box, label, className, run);
  let words = label;
  let isBusy = false;
  box.append(status, refusal);
  parent.append(box);
  app.connection.addEventListener("change", refresh);
  const endPainting = app.painter.add(refresh);
  refresh();

  async function run() {
    const request = isBusy || button.element.disabled ? null : prepare();
    if (!request) return;
    isBusy = true;
    app.acts += 1;
    show("Sending", "");
    const answer = await app.server.act(request, () => show("No answer yet", ""));
    isBusy = false;
    app.acts -= 1;
    const isDone = answer.status >= 200 && answer.status < 300;
    show("", isDone ? "" : answer.body.error ?? "AutoTrader refused without saying why.");
    if (isDone) onDone(answer);
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
