/** The question before an order is canceled: which one, and what it means for the shares. */

import { mountActButton } from "../../components/act_button.js";
import { openModal } from "../../components/modal.js";
import { h, replace } from "../../dom.js";
import { asTitle } from "../../format.js";
import { moneyWord } from "../../market_words.js";
import { route } from "../../protocol.js";
import { canceledWords, filledWords, priceWords } from "./order_words.js";
import { actWords } from "./words.js";

const MEANINGS = {
  ENTRY: "What has not filled yet is canceled. Shares that it has bought already stay.",
  EXIT: "This order sells to close a position. Without it the shares stay and may lose value; the algorithm may order again in its next minute.",
  MANUAL: "You asked to sell these shares. Without the order they stay in your account and may lose value, and nothing sells them until you ask again.",
};

/** Open the dialog; onDone is called once the server has answered. */
export function openCancel(app, order, onDone) {
  return openModal("Cancel this order?", (body, close) => fill({ app, order, body, close, onDone }));
}

function fill({ app, order, body, close, onDone }) {
  const filled = filledWords(order);
  const who = order.algorithm ? `, ordered by ${asTitle(order.algorithm)}` : "";
  const acts = h("div", { class: "choices" });
  body.append(
    h("p", { class: "review-lead" }, `${actWords(order)}: ${priceWords(order).toLowerCase()}`),
    h("p", {}, `With ${moneyWord(app.store.state.mode)}${who}.${filled ? ` Filled so far: ${filled}.` : ""}`),
    h("p", {}, MEANINGS[order.purpose] ?? MEANINGS.ENTRY),
    acts,
  );
  acts.append(h("button", { type: "button", class: "button", "data-focus": true, "data-leave": true, onclick: close }, "Keep the order"));
  const button = mountActButton(acts, {
    app,
    label: "Cancel the order",
    className: "danger",
    prepare: () => ({ path: route("cancel_order", order.client_order_id), body: {} }),
    onDone: ({ body: answer }, isGone) => tell(answer, isGone),
  });

  function tell(answer, isGone) {
    const { text, isDone } = canceledWords(order, answer);
    onDone();
    if (isDone || isGone) {
      close();
      app.toast.show(text);
      return;
    }
    const read = h("button", { type: "button", class: "button primary", onclick: close }, "Close");
    replace(body, h("p", { role: "alert" }, text), read);
    read.focus();
  }

  return () => button.destroy();
}
