/** The digit pad: whole numbers. */

import { h } from "../dom.js";
import { padKey, padRow } from "./pad_keys.js";

const ROWS = ["123", "456", "789"];

/** Mount the pad; data: type(digit), erase(). left: the key in the corner, empty for none. */
export function mountDigitPad(parent, { type, erase, left = "", kind = "digits" }) {
  const digit = (label) => padKey(label, () => type(label));
  const corner = left ? digit(left) : h("span", { class: "key-gap" });
  const rows = ROWS.map((row) => padRow(...[...row].map(digit)));
  rows.push(padRow(corner, digit("0"), padKey("Delete", erase, { className: "key-word" })));
  const element = h("div", { class: `keypad keypad-numbers keypad-${kind}`, role: "group", "aria-label": "Numbers" }, rows);
  parent.append(element);
  return { element, destroy: () => element.remove() };
}
