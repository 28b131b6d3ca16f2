/** The PIN pad: ten keys, Delete and OK; digits typed on a keyboard count too. Digits are never shown or kept. */

import { h, replace, setText } from "../dom.js";
import { loadLaterStyles } from "../styles.js";
import { roveKeys } from "./pad_keys.js";

const [LEAST, MOST] = [6, 8];

// Whoever needs the pad before any other screen was loaded gets its keys as large as they are meant.
await loadLaterStyles();

/** Mount a pad; data is {onPin(pin), root?}: root hears the keyboard. update takes {isDisabled}; clear() empties it. */
export function mountPinPad(parent, { onPin, root = parent }) {
  const dots = h("p", { class: "pin-dots", "aria-hidden": "true" });
  const count = h("p", { class: "visually-hidden", role: "status" });
  const keys = h("div", { class: "pin-keys", role: "group", "aria-label": "PIN keys" });
  const element = h("div", { class: "pin-pad" }, h("div", { class: "pin-entry" }, dots, count), keys);
  let digits = "";
  let isDisabled = false;
  let hadFocus = false;
  for (const digit of "123456789") keys.append(key(digit, () => add(digit)));
  keys.append(key("Delete", remove, "key-word"), key("0", () => add("0")), key("OK", submit, "key-word key-ok"));
  parent.append(element);
  root.addEventListener("keydown", onKey);
  roveKeys(keys);
  show();

  function key(label, onTap, extra = "") {
    return h("button", { type: "button", class: `key ${extra}`, onclick: onTap }, label);
  }

  function add(digit) {
    if (isDisabled || digits.length >= MOST) return;
    digits += digit;
    show();
  }

  function remove() {
    digits = digits.slice(0, -1);
    show();
  }

  function submit() {
    if (isDisabled || digits.length < LEAST) return;
    const pin = digits;
    noteFocus();
    clear();
    onPin(pin);
  }

  function clear() {
    digits = "";
    show();
  }

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, textarea")) return;
    if (/^\d$/.test(event.key)) add(event.key);
    else if (event.key === "Backspace") remove();
    else if (event.key === "Enter" && !event.target.closest("button:not(.key)")) submit();
    else return;
    event.preventDefault();
  }

  function show() {
    const total = Math.max(LEAST, digits.length);
    const dot = (index) => h("span", { class: index < digits.length ? "dot is-filled" : "dot" });
    replace(dots, Array.from({ length: total }, (_, index) => dot(index)));
    setText(count, digits ? `${digits.length} digits entered` : "");
    keys.querySelector(".key-ok").disabled = isDisabled || digits.length < LEAST;
  }

  // A key that is switched off loses the focus, and with it the keyboard its way to the pad.
  function noteFocus() {
    hadFocus ||= element.contains(document.activeElement);
  }

  function update(data) {
    noteFocus();
    isDisabled = data.isDisabled;
    for (const each of keys.children) each.disabled = isDisabled;
    show();
    if (isDisabled) return;
    if (hadFocus && !root.contains(document.activeElement)) keys.firstChild.focus();
    hadFocus = false;
  }

  function destroy() {
    root.removeEventListener("keydown", onKey);
    element.remove();
  }

  return { element, update, clear, destroy };
}
