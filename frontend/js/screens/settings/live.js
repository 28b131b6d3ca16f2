/** The switch to real money, in five steps: what changes, the keys, an amount, the PIN, a long press. */

import { mountActButton } from "../../components/act_button.js";
import { mountField } from "../../components/field.js";
import { mountPinChoice } from "../../components/pin_choice.js";
import { mountPinPad } from "../../components/pin_pad.js";
import { stepFlow } from "../../components/step_flow.js";
import { h, setText } from "../../dom.js";
import { money, toNumber } from "../../format.js";
import { route } from "../../protocol.js";
import { waitForRestart } from "../restarting.js";
import { leavingWords } from "./account.js";
import { mountKeyForm } from "./key_form.js";

const HOLD_MS = 3000;
const STEPS = [
  ["What changes with real money", changesStep],
  ["Keys of the live account", keysStep],
  ["The most for one position", amountStep],
  ["PIN", pinStep],
  ["Trade with real money", confirmStep],
];

/** Show the flow. */
export function showLive(app) {
  const draft = { keys: { key: "", secret: "" }, account: null, amount: "", pin: "" };
  const flow = stepFlow(app, { steps: STEPS, draft, onLeave: () => app.go("#/settings/account") });
  // Neither keys nor PIN outlive the screen.
  return { ...flow, destroy: () => (Object.assign(draft, { keys: {}, pin: "" }), flow.destroy()) };
}

function changesStep({ app, body }) {
  const { mode } = app.store.state;
  const points = [
    "Orders are sent to your live account and cost real money. Losses are real.",
    "An amber frame stands round every screen, the header says LIVE, and every act that sends orders says real money.",
    "It begins with no algorithm: those of the demo and of the paper account do not come along. You start each one by a press of a second and a half.",
    leavingWords(mode),
    "Your PIN and your settings come along. Going back to paper or demo takes one tap and the PIN.",
  ];
  body.append(h("ul", { class: "points" }, points.map((each) => h("li", {}, each))));
  return { submit: () => true };
}

function keysStep({ app, body, draft }) {
  const problem = h("p", { class: "refusal", role: "alert" });
  const form = mountKeyForm(body, {
    app,
    mode: "LIVE",
    keys: draft.keys,
    onChecked: (account) => {
      draft.account = account;
      setText(problem, "");
    },
  });
  body.append(problem);
  const submit = () => {
    if (!draft.account) setText(problem, "Check the connection first.");
    return Boolean(draft.account);
  };
  return { submit, destroy: form.destroy };
}

function amountStep({ app, body, draft }) {
  const field = mountField(body, {
    label: "Dollars",
    value: draft.amount,
    help: `The account has ${money(draft.account.cash)}. From the first order on no buy and no position in one stock will be larger than this, whatever an algorithm wants. Change it later under Risk limits.`,
    keys: "decimal",
    isKiosk: app.isKiosk,
    onInput: (text) => (draft.amount = text.trim()),
  });
  function submit() {
    const isAmount = /^\d+(\.\d{1,2})?$/.test(draft.amount) && toNumber(draft.amount) > 0;
    if (!isAmount) {
      field.setError("Type how many dollars, more than 0, such as 250.");
      field.input.focus();
    }
    return isAmount;
  }
  return { submit, first: field.input };
}

function pinStep({ app, body, draft, next }) {
  const problem = h("p", { class: "refusal", role: "alert" });
  const words = h("div", { class: "pin-words" }, h("p", {}, "Enter the PIN to go on to the last step."), problem);
  const box = h("div", { class: "pin-change step-body" }, words);
  body.append(box);
  const pad = mountPinPad(box, { onPin: check, root: body.closest("form") });

  async function check(pin) {
    pad.update({ isDisabled: true });
    setText(problem, "Checking");
    const answer = await app.server.tryPin(route("confirm_pin"), pin);
    pad.update({ isDisabled: false });
    setText(problem, answer.status === 200 ? "" : app.gate.wrongPinWords(answer));
    if (answer.status !== 200) return;
    draft.pin = pin;
    next();
  }

  return { destroy: pad.destroy };
}

function confirmStep({ app, body, draft }) {
  body.append(
    h("p", { class: "review-lead" }, `Account ${draft.account.account} with ${money(draft.account.cash)}, at most ${money(draft.amount)} in one position.`),
    h("p", { class: "caution" }, "From the next start on AutoTrader trades with real money."),
  );
  const request = () => ({ path: route("mode"), body: { mode: "LIVE", ...draft.keys, most_dollars: draft.amount, pin: draft.pin } });
  const onDone = () => waitForRestart(app);
  const act = mountActButton(body, {
    app,
    label: "Hold three seconds to trade with real money",
    className: "danger",
    isHold: true,
    holdMs: HOLD_MS,
    prepare: request,
    onDone,
  });
  const byPin = mountPinChoice(body, { app, what: "Trade with real money", request, onDone });
  return { destroy: () => [act, byPin].forEach((each) => each.destroy()) };
}
