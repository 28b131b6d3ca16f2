/** An address that holds a token is typed, then the PIN is asked for: whoever may change it could read what is told. */

import { mountField } from "../../components/field.js";
import { isLeft, tellUndone } from "../../components/left_act.js";
import { openModal } from "../../components/modal.js";
import { mountPinPad } from "../../components/pin_pad.js";
import { h, replace, setText } from "../../dom.js";
import { route } from "../../protocol.js";

/** Ask for an address and the PIN, then change `part` to it. data: app, title, label, help, part, onChanged. */
export function openAddress({ app, title, label, help, part, onChanged }) {
  openModal(title, (body, close) => {
    let end = askForAddress("", "");

    function askForAddress(value, problem) {
      replace(body);
      const field = mountField(body, { label, value, help, keys: "mixed", isKiosk: app.isKiosk });
      field.setError(problem);
      const next = () => {
        const address = field.input.value.trim();
        if (!address.includes("://")) field.setError("An address begins with the name of a service and ://.");
        else turnTo(askForPin({ app, title, body, close, part, value: address, text: "Enter the PIN to save this address.", onChanged, onRefused: (words) => turnTo(askForAddress(address, words)) }));
      };
      const choices = h("div", { class: "choices" }, button("Cancel", close), button("Next", next, "primary"));
      // Above our own keys, which would push them out of a small display.
      if (app.isKiosk) body.prepend(choices);
      else body.append(choices);
      // Where the dialog puts the focus when it opens, and when it comes back to this step.
      field.input.dataset.focus = "";
      field.input.focus();
      return () => field.destroy();
    }

    function turnTo(endOfStep) {
      end = endOfStep;
    }

    return () => end();
  });
}

/** Ask for the PIN before something secret goes. data: app, title, text, part, value, onChanged. */
export function openPinFor({ app, title, text, part, value, onChanged }) {
  openModal(title, (body, close) => askForPin({ app, title, body, close, part, value, text, onChanged }), { className: "dialog-pin" });
}

function askForPin({ app, title, body, close, part, value, text, onChanged, onRefused = null }) {
  replace(body);
  const problem = h("p", { class: "refusal", role: "alert" });
  body.append(h("p", {}, text));
  const pad = mountPinPad(body, { onPin: send, root: body.closest("dialog") });
  body.append(problem, button("Cancel", close));
  body.querySelector("button").focus();

  async function send(pin) {
    pad.update({ isDisabled: true });
    setText(problem, "Sending");
    const answer = await app.server.act({ method: "PUT", path: route("notifications"), body: { [part]: value, pin } }, (silence) => setText(problem, silence));
    pad.update({ isDisabled: false });
    if (answer.status === 200) {
      close();
      app.toast.show("Saved.");
      onChanged();
    } else if (isLeft(app, body)) {
      tellUndone(app, title, app.gate.wrongPinWords(answer));
    } else if (answer.status === 400 && onRefused) {
      pad.destroy();
      onRefused(answer.body.error);
    } else {
      setText(problem, app.gate.wrongPinWords(answer));
    }
  }

  return () => pad.destroy();
}

function button(label, onTap, className = "") {
  return h("button", { type: "button", class: `button ${className}`, onclick: onTap }, label);
}
