/** Our own keys below an input: above a full-screen browser the system's keyboard does not appear. */

import { mountDecimalPad } from "./keypad_decimal.js";
import { mountDigitPad } from "./keypad_digits.js";
import { mountLetterPad } from "./keypad_letters.js";
import { roveKeys } from "./pad_keys.js";

const PADS = { letters: mountLetterPad, mixed: mountLetterPad, decimal: mountDecimalPad, digits: mountDigitPad };

let shown = null;
let isPressed = false;
document.addEventListener("pointerdown", () => (isPressed = true), true);
for (const name of ["pointerup", "pointercancel"]) {
  // The tap's click comes after this.
  document.addEventListener(name, () => setTimeout(release), true);
}

/** Mount keys for an input; they show while it or one of them has the focus. data: input, keys, isSigned for numbers. */
export function mountKeypad(field, { input, keys, isSigned = false }) {
  const { element } = PADS[keys](field, { type, erase, isSigned, isText: keys === "mixed" });
  field.classList.add(`field-${keys}`);
  roveKeys(element);
  // Another button of the field must not slip away from under the finger because the keys come.
  field.addEventListener("focusin", ({ target }) => (target === input || element.contains(target)) && open(field));
  field.addEventListener("focusout", () => setTimeout(closeLeft));

  function type(letter) {
    input.setRangeText(letter, input.selectionStart, input.selectionEnd, "end");
    changed();
  }

  function erase() {
    const end = input.selectionEnd;
    const start = input.selectionStart === end ? Math.max(0, end - 1) : input.selectionStart;
    input.setRangeText("", start, end, "end");
    changed();
  }

  function changed() {
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  return { element };
}

function open(field) {
  if (shown === field) return;
  shown?.classList.remove("has-keys");
  shown = field;
  field.classList.add("has-keys");
  field.scrollIntoView({ block: "nearest" });
}

// While a finger is down nothing moves: the button it lies on would slip away from under it.
function closeLeft() {
  if (isPressed || !shown || shown.contains(document.activeElement)) return;
  shown.classList.remove("has-keys");
  shown = null;
}

function release() {
  isPressed = false;
  closeLeft();
}
