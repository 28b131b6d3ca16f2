/** The warning before the page locks by itself; any touch or key keeps it open. */

import { h, setHidden, setText } from "../dom.js";

/** Mount the warning; update takes its words, empty for none. It is read out once, not each second. */
export function mountLockWarning(parent) {
  const words = h("span", { "aria-hidden": "true" });
  const spoken = h("span", { class: "visually-hidden", role: "alert" });
  const element = h("p", { class: "toast lock-warning", popover: "manual", hidden: true }, words, h("span", { "aria-hidden": "true" }, " Touch it or press a key to stay."));
  parent.append(element, spoken);

  function update(text) {
    const isNew = Boolean(text) && element.hidden;
    setText(words, text);
    setHidden(element, !text);
    // Above an open dialog too.
    if (isNew) element.showPopover?.();
    if (isNew || !text) setText(spoken, text && `${text} Press a key to stay.`);
  }

  return { element, update, destroy: () => (element.remove(), spoken.remove()) };
}
