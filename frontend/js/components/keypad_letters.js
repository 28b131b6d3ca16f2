/** The letter pad: a keyboard of capitals for tickers, with a "123" switch; for other texts small letters and a space too. */

import { h, replace } from "../dom.js";
import { padKey, padRow } from "./pad_keys.js";

const CAPITALS = ["QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM.-"];
const SMALL = CAPITALS.map((row) => row.toLowerCase());
const DIGITS = ["1234567890", "/:$&@#", ".-"];
const SIGNS = ["1234567890", "@#$&*()/\\:;", "-_+=,.?!%'\"", "~^|<>[]{}`"];

/** Mount the pad; data: type(letter), erase(), isText: any text is typed, not only a ticker. */
export function mountLetterPad(parent, { type, erase, isText = false }) {
  const element = h("div", { class: "keypad keypad-letters", role: "group", "aria-label": "Letters" });
  parent.append(element);
  let isSmall = isText;
  showLetters();

  function showLetters() {
    const switches = isText ? [wordKey(isSmall ? "ABC" : "abc", turnCase)] : [];
    show(isSmall ? SMALL : CAPITALS, [...switches, wordKey("123", showSigns)]);
  }

  function showSigns() {
    show(isText ? SIGNS : DIGITS, [wordKey(isSmall ? "abc" : "ABC", showLetters)]);
  }

  function turnCase() {
    isSmall = !isSmall;
    showLetters();
  }

  function show(texts, switches) {
    const had = element.contains(document.activeElement);
    const rows = texts.map((row) => [...row].map((letter) => padKey(letter, () => type(letter))));
    if (isText) rows.push([wordKey("Space", () => type(" "), "key-space")]);
    const last = rows.at(-1);
    last.unshift(...switches);
    last.push(wordKey("Delete", erase));
    replace(element, rows.map((row) => padRow(...row)));
    // The key that was pressed is gone; whoever uses the keys by arrows goes on with the first one.
    if (had) element.querySelector(".key-word").focus();
  }

  function wordKey(label, onTap, extra = "") {
    return padKey(label, onTap, { className: `key-word ${extra}` });
  }

  return { element, destroy: () => element.remove() };
}
