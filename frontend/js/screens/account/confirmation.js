/** The last word on a difference: what is written down, and the act. What sells needs a hold, or the PIN. */

import { mountActButton } from "../../components/act_button.js";
import { mountPinChoice } from "../../components/pin_choice.js";
import { h } from "../../dom.js";
import { route } from "../../protocol.js";
import { consequence } from "./settle_words.js";

const LABELS = { adopt: "Adopt", ignore: "Ignore", assign: "Assign", flatten: "Hold to flatten" };

/** Mount it. data: app, difference, choice, owner: an algorithm or null, price: text, onBack, onDone. */
export function mountConfirmation(parent, { app, difference, choice, owner, price, onBack, onDone }) {
  const isSelling = choice === "flatten";
  const choices = h("div", { class: "choices" });
  const back = h("button", { type: "button", class: "button", onclick: onBack }, "Back");
  const data = {
    app,
    className: isSelling ? "danger" : "primary",
    prepare: () => ({ path: route("differences"), body: request() }),
    onDone: () => (app.toast.show(`${difference.symbol} is settled.`), onDone()),
  };
  choices.append(back);
  const acts = [mountActButton(choices, { ...data, label: LABELS[choice], isHold: isSelling })];
  parent.append(h("p", {}, consequence({ difference, choice, owner, price, state: app.store.state })), choices);
  if (isSelling) acts.push(mountPinChoice(parent, { app, request: data.prepare, onDone: data.onDone }));
  back.focus();

  function request() {
    const body = { symbol: difference.symbol, choice };
    if (owner) body.algorithm_id = owner.id;
    if (price) body.price = price;
    return body;
  }

  return { destroy: () => acts.forEach((act) => act.destroy()) };
}
