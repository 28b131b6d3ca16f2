/** New algorithm in four steps: choose, ticker, money, review. Nothing is sent before Start. */

import { h, replace, setText } from "../../dom.js";
import { chooseStep } from "./choose_step.js";
import { moneyStep } from "./money_step.js";
import { reviewStep } from "./review_step.js";
import { tickerStep } from "./ticker_step.js";

const STEPS = [
  ["Choose an algorithm", chooseStep],
  ["Ticker", tickerStep],
  ["Cash and parameters", moneyStep],
  ["Review", reviewStep],
];

/** Show the flow. A step gets {app, body, draft, next}; it may return {submit, label, first, update, destroy}: first gets the focus. */
export function showNewAlgorithm(app) {
  const draft = { algorithm: null, ticker: "", asset: null, cash: "", account: null, params: {} };
  const title = h("h1", { tabindex: "-1" });
  const progress = h("p", { class: "muted progress" });
  const body = h("div", { class: "step-body" });
  const back = h("button", { type: "button", class: "button", onclick: () => go(at - 1) }, "Back");
  const next = h("button", { type: "submit", class: "button primary" }, "Next");
  const actions = h("div", { class: "step-actions" }, back, next);
  const form = h("form", { class: "step", novalidate: true, onsubmit: submit }, body);
  const head = h("div", { class: "step-head" }, h("div", {}, title, progress), actions);
  form.prepend(head);
  const element = h("div", { class: "screen" }, form);
  let at = 0;
  let step = null;
  go(0);

  function go(index) {
    if (index < 0) {
      app.go("#/home");
      return;
    }
    step?.destroy?.();
    at = index;
    app.isFormOpen = index > 0;
    const [name, show] = STEPS[index];
    setText(title, name);
    setText(progress, `Step ${index + 1} of ${STEPS.length}`);
    replace(body);
    next.hidden = true;
    step = show({ app, body, draft, next: () => go(at + 1) }) ?? {};
    next.hidden = !step.submit;
    setText(next, step.label ?? "Next");
    (step.first ?? title).focus();
  }

  async function submit(event) {
    event.preventDefault();
    if (!step.submit || next.disabled) return;
    next.disabled = true;
    const isGood = await step.submit();
    next.disabled = false;
    if (isGood) go(at + 1);
  }

  function destroy() {
    app.isFormOpen = false;
    step?.destroy?.();
  }

  return { element, update: () => step?.update?.(), destroy };
}
