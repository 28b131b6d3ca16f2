/** Our own keys below an input: above a full-screen browser the system's keyboard does not appear. */

import { h } from "../dom.js";

const LAYOUTS = {
  letters: ["QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM.-"],
  decimal: ["123", "456", "789", ".0"],
  digits: ["123", "456", "789", "0"],
};

/** Mount keys for an input; they show while it or one of them has the focus. */
export function mountKeypad(field, { input, keys }) {
  const rows = LAYOUTS[keys].map((row) => [...row].map((letter) => key(letter, () => type(letter))));
  rows.at(-1).push(key("Delete", erase, "key-word"));
  const pad = h("div", { class: `keypad keypad-${keys}` }, rows.map((row) => h("div", { class: "keypad-row" }, row)));
  field.append(pad);
  field.addEventListener("focusin", () => field.classList.add("has-keys"));
  field.addEventListener("focusout", (event) => {
    if (!field.contains(event.relatedTarget)) field.classList.remove("has-keys");
  });

  function key(label, onTap, extra = "") {
    // The input keeps the focus, and with it the place where the next letter goes.
    const stay = (event) => event.preventDefault();
    return h("button", { type: "button", class: `key ${extra}`, onpointerdown: stay, onmousedown: stay, onclick: onTap }, label);
  }

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
}
