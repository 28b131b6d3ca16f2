/** A labelled input with its help and its error beside it; in kiosk it opens our own keys below. */

import { freshId, h, setAttribute, setText } from "../dom.js";
import { mountKeypad } from "./keypad.js";

const MODES = { letters: "text", decimal: "decimal", digits: "numeric" };

/** Mount a field; data: label, value, help, keys ("letters", "decimal", "digits"), isKiosk, onInput. */
export function mountField(parent, { label, value = "", help = "", keys = "letters", isKiosk, onInput = () => {} }) {
  const id = freshId("field");
  const error = h("p", { class: "refusal", id: `${id}-error` });
  const input = h("input", {
    id,
    class: "input",
    value,
    inputmode: isKiosk ? "none" : MODES[keys],
    autocapitalize: keys === "letters" ? "characters" : "off",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-help ${id}-error`,
    oninput: () => (setError(""), onInput(input.value)),
  });
  const helper = h("p", { class: "hint", id: `${id}-help` }, help);
  const element = h("div", { class: "field" }, h("label", { for: id }, label), input, error, helper);
  parent.append(element);
  if (isKiosk) mountKeypad(element, { input, keys });

  function setError(text) {
    setText(error, text);
    setAttribute(input, "aria-invalid", text ? "true" : null);
  }

  function setValue(text) {
    input.value = text;
    setError("");
    onInput(text);
  }

  return { element, input, setError, setValue, setHelp: (text) => setText(helper, text), destroy: () => element.remove() };
}
