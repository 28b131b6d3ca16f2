/** Settle a difference: first say what happened, then confirm what is written down for it, with the money named. */

import { STATUS_WORDS } from "../../components/card.js";
import { mountChoices } from "../../components/choices.js";
import { mountField } from "../../components/field.js";
import { openModal } from "../../components/modal.js";
import { h, replace, setHidden } from "../../dom.js";
import { asTitle, toNumber } from "../../format.js";
import { mountConfirmation } from "./confirmation.js";
import { choicesFor, needsAlgorithm } from "./settle_words.js";

/** Open the dialog for a difference; onSettled() is called when it is written down. */
export function openSettle(app, difference, onSettled) {
  return openModal(`Settle ${difference.symbol}`, (body, close) => fill({ app, difference, body, done: () => (close(), onSettled()) }), {
    className: "dialog-settle",
  });
}

function fill({ app, difference, body, done }) {
  const owners = app.store.state.algorithms.filter(({ ticker }) => ticker === difference.symbol);
  const options = choicesFor(difference, owners.length > 0);
  const answer = { choice: options[0]?.[0], algorithmId: owners[0]?.id, price: "" };
  let confirmation = null;
  ask();
  return () => confirmation?.destroy();

  function ask() {
    confirmation?.destroy();
    confirmation = null;
    replace(body);
    if (!options.length) {
      body.append(h("p", {}, `No algorithm trades ${difference.symbol}, so nobody can be given these shares. Start one first.`), closeButton("Close"));
      return;
    }
    const details = h("div", { class: "settle-details" });
    const show = () => setHidden(details, !needsAlgorithm(answer.choice));
    mountChoices(body, { legend: "What happened?", options, value: answer.choice, onChoose: (choice) => ((answer.choice = choice), show()) });
    askWho(details);
    const field = askPrice(details);
    const next = () => {
      const isWrong = needsAlgorithm(answer.choice) && answer.price !== "" && !(toNumber(answer.price) > 0);
      if (isWrong) field.setError("Write the price of one share, such as 12.50, or leave it empty.");
      if (isWrong) field.input.focus();
      else confirm();
    };
    body.append(details, h("div", { class: "choices" }, closeButton("Leave it open"), h("button", { type: "button", class: "button primary", onclick: next }, "Next")));
    show();
    const chosen = body.querySelector("input:checked");
    chosen.setAttribute("data-focus", "");
    chosen.focus();
  }

  function askWho(parent) {
    mountChoices(parent, {
      legend: "Which algorithm?",
      options: owners.map(({ id, ticker, name, status }) => [String(id), `${ticker} ${asTitle(name)}, number ${id}, ${(STATUS_WORDS[status] ?? status).toLowerCase()}`]),
      value: String(answer.algorithmId),
      onChoose: (id) => (answer.algorithmId = Number(id)),
    });
  }

  function askPrice(parent) {
    return mountField(parent, {
      label: "Price of a share in dollars, if you know it",
      help: "Empty: the price of the order that is not ours, else the last price.",
      keys: "decimal",
      value: answer.price,
      isKiosk: app.isKiosk,
      onInput: (text) => (answer.price = text.trim()),
    });
  }

  function confirm() {
    const owner = needsAlgorithm(answer.choice) ? owners.find(({ id }) => id === answer.algorithmId) : null;
    replace(body);
    confirmation = mountConfirmation(body, { app, difference, choice: answer.choice, owner, price: owner ? answer.price : "", onBack: ask, onDone: done });
  }

  function closeButton(label) {
    return h("button", { type: "button", class: "button", onclick: () => body.closest("dialog").close() }, label);
  }
}
