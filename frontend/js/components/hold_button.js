/** A button that acts only when it is held; letting go, leaving it, Escape and losing the focus cancel. */

import { h, setText } from "../dom.js";

export const HOLD_MS = 1500;
const KEYS = new Set(["Enter", " "]);

/** Mount a hold button; data is {label, className, onHeld, holdMs}. update takes {label, isDisabled}. */
export function mountHoldButton(parent, { label, className = "", onHeld, holdMs = HOLD_MS }) {
  const text = h("span", {}, label);
  const button = h(
    "button",
    {
      type: "button",
      class: `button hold ${holdMs > HOLD_MS ? "hold-long" : ""} ${className}`,
      onpointerdown: onPointerDown,
      onpointerup: cancel,
      onpointercancel: cancel,
      onpointerleave: cancel,
      onblur: cancel,
      onkeydown: onKeyDown,
      onkeyup: (event) => KEYS.has(event.key) && cancel(),
      oncontextmenu: (event) => event.preventDefault(),
    },
    h("span", { class: "hold-bar", "aria-hidden": "true" }),
    text,
  );
  let timer = null;
  parent.append(button);

  function begin() {
    if (timer !== null || button.disabled) return;
    button.classList.add("is-held");
    timer = setTimeout(() => {
      cancel();
      onHeld();
    }, holdMs);
  }

  function cancel() {
    clearTimeout(timer);
    timer = null;
    button.classList.remove("is-held");
  }

  function onPointerDown(event) {
    if (event.button !== 0) return;
    // A touch is captured by its target: without this, sliding off would not count as leaving.
    if (button.hasPointerCapture?.(event.pointerId)) button.releasePointerCapture(event.pointerId);
    begin();
  }

  function onKeyDown(event) {
    if (event.key === "Escape") cancel();
    if (!KEYS.has(event.key)) return;
    event.preventDefault();
    if (!event.repeat) begin();
  }

  function update({ label: words, isDisabled }) {
    if (words !== undefined) setText(text, words);
    if (isDisabled !== undefined) button.disabled = isDisabled;
    if (isDisabled) cancel();
  }

  return { element: button, update, destroy: () => (cancel(), button.remove()) };
}
