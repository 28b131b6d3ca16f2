/** Before a result is deleted: one question, because it cannot be brought back. */

import { mountActButton } from "../../components/act_button.js";
import { openModal } from "../../components/modal.js";
import { h } from "../../dom.js";
import { route } from "../../protocol.js";

/** Open the question. data: app, id, name, onDone(). */
export function openDelete({ app, id, name, onDone }) {
  return openModal("Delete this result?", (body, close) => {
    body.append(h("p", {}, `${name}. It cannot be brought back, but the backtest can be run again.`));
    const choices = h("div", { class: "choices" });
    body.append(choices);
    const act = mountActButton(choices, {
      app,
      label: "Delete",
      className: "danger",
      prepare: () => ({ method: "DELETE", path: route("backtest", id) }),
      onDone: () => (close(), app.toast.show("The result is deleted."), onDone()),
    });
    choices.append(h("button", { type: "button", class: "button", "data-focus": true, "data-leave": true, onclick: close }, "Keep it"));
    return () => act.destroy();
  });
}
