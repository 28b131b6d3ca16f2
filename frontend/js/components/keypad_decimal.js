/** The decimal pad: the digits, a point, and a minus where a number may be below zero. */

import { mountDigitPad } from "./keypad_digits.js";
import { padKey, padRow } from "./pad_keys.js";

/** Mount the pad; data: type(sign), erase(), isSigned. */
export function mountDecimalPad(parent, { type, erase, isSigned = false }) {
  const pad = mountDigitPad(parent, { type, erase, left: ".", kind: "decimal" });
  if (isSigned) pad.element.append(padRow(padKey("−", () => type("-"))));
  return pad;
}
