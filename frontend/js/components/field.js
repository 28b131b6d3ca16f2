/** A labelled input with its help and its error beside it; in kiosk it opens our own keys. */

import { freshId, h, setAttribute, setText } from "../dom.js";
import { mountKeypad } from "./keypad.js";

const MODES = { letters: "text", mixed: "text", decimal: "decimal", digits: "numeric" };

/**
 * Mount a field; data: label, value, help, isSecret, isKiosk, onInput, isSigned (numbers below zero are possible) and
 * keys: "letters" for tickers, "mixed" for any text, "decimal" or "digits".
 */
export function mountField(parent, { label, value = "", help = "", keys = "letters", isSecret = false, isSigned, isKiosk, onInput = () => {} }) {
  const id = freshId("field");
  const error = h("p", { class: "refusal", id: `${id}-error` });
  const input = h("input", {
    id,
    class: "input",
    type: isSecret ? "password" : "text",
    value,
    inputmode: isKiosk ? "none" : MODES[keys],
    autocapitalize: keys === "letters" ? "characters" : "off",
    autocomplete: isSecret ? "new-password" : "off",
    spellcheck: "false",
    "aria-describedby": `${id}-help ${id}-error`,
    oninput: () => (setError(""), onInput(input.value)),
  });
  const helper = h("p", { class: "hint", id: `${id}-help` }, help);
  const element = h("div", { class: "field" }, h("label", { for: id }, label), input, error, helper);
  parent.append(element);
  if (isKiosk) mountKeypad(element, { input, keys, isSigned });

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
