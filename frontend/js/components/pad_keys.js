/** Keys of our own pads: large, one tab stop for all of them, arrows move between them. */

import { h } from "../dom.js";

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Make a key. keepsFocus: the input beside it stays where the next letter goes. */
export function padKey(label, onTap, { className = "", keepsFocus = true } = {}) {
  const stay = (event) => keepsFocus && event.preventDefault();
  return h("button", { type: "button", class: `key ${className}`, onpointerdown: stay, onmousedown: stay, onclick: onTap }, label);
}

/** Make a row of keys. */
export function padRow(...keys) {
  return h("div", { class: "keypad-row" }, keys);
}

/** Let arrows move between the keys of a pad; Tab goes past all but one of them. */
export function roveKeys(pad) {
  const keys = () => [...pad.querySelectorAll("button:not(:disabled)")].filter((key) => key.offsetParent);
  const stopAt = (one) => pad.querySelectorAll("button").forEach((key) => (key.tabIndex = key === one ? 0 : -1));
  stopAt(pad.querySelector("button"));
  pad.addEventListener("focusin", (event) => stopAt(event.target));
  pad.addEventListener("keydown", (event) => {
    const direction = DIRECTIONS[event.key];
    const next = direction && nearest(event.target, keys(), direction);
    if (!direction) return;
    event.preventDefault();
    next?.focus();
  });
}

function nearest(from, keys, [across, down]) {
  const middle = (key) => {
    const { left, top, width, height } = key.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  const [x, y] = middle(from);
  const distances = keys.map((key) => {
    const [toX, toY] = middle(key);
    const [ahead, aside] = across ? [(toX - x) * across, Math.abs(toY - y)] : [(toY - y) * down, Math.abs(toX - x)];
    return [ahead > 1 && aside <= ahead * 2 ? ahead + 2 * aside : Infinity, key];
  });
  const [distance, key] = distances.reduce((best, each) => (each[0] < best[0] ? each : best), [Infinity, null]);
  return distance === Infinity ? null : key;
}
