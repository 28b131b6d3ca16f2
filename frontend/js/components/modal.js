/** A dialog over the page: native, so that focus stays inside, Escape closes it and never confirms. */

import { freshId, h } from "../dom.js";

/** Open a dialog with a title; fill(body, close) makes its content. Focus goes to [data-focus], then back to the opener. */
export function openModal(title, fill, { className = "" } = {}) {
  const opener = document.activeElement;
  const id = freshId("dialog");
  const body = h("div", { class: "dialog-body" });
  const dialog = h("dialog", { class: `dialog ${className}`, "aria-labelledby": id }, h("h2", { id }, title), body);
  document.body.append(dialog);
  const destroy = fill(body, () => dialog.close());
  dialog.addEventListener("close", () => {
    destroy?.();
    dialog.remove();
    if (opener?.isConnected) opener.focus();
  });
  dialog.showModal();
  (dialog.querySelector("[data-focus]") ?? dialog.querySelector("button"))?.focus();
  return dialog;
}
