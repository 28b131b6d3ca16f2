/** A flow in steps: a heading, how far it is, Back and Next; what was entered stays in the draft. */

import { h, replace, setText } from "../dom.js";

/**
 * Show a flow. steps: [[name, show]]; show({app, body, draft, next, submitNow, leave}) may return {submit, label, first, update,
 * destroy}: submit() says whether to go on, first gets the focus. onLeave: called for Back at the first step, and by
 * leave; backLabel: what that Back says.
 */
export function stepFlow(app, { steps, draft, onLeave, backLabel = "Back", isFormAtOnce = false }) {
  const title = h("h1", { tabindex: "-1" });
  const progress = h("p", { class: "muted progress" });
  const body = h("div", { class: "step-body" });
  const back = h("button", { type: "button", class: "button", onclick: () => go(at - 1) }, "Back");
  const next = h("button", { type: "submit", class: "button primary" }, "Next");
  const actions = h("div", { class: "step-actions" }, back, next);
  const form = h("form", { class: "step", novalidate: true, onsubmit: submit }, body);
  form.prepend(h("div", { class: "step-head" }, h("div", {}, title, progress), actions));
  const element = h("div", { class: "screen" }, form);
  let at = 0;
  let step = null;
  // Which showing of a step this is, none once the flow was left: what is answered later moves nothing.
  let shown = 0;
  go(0);

  function go(index) {
    if (index < 0) {
      onLeave();
      return;
    }
    step?.destroy?.();
    at = index;
    const mine = (shown += 1);
    app.isFormOpen = isFormAtOnce || index > 0;
    const [name, show] = steps[index];
    setText(title, name);
    setText(progress, `Step ${index + 1} of ${steps.length}`);
    setText(back, index === 0 ? backLabel : "Back");
    replace(body);
    next.hidden = true;
    next.disabled = false;
    step = show({ app, body, draft, next: () => mine === shown && go(index + 1), submitNow: () => form.requestSubmit(next), leave: onLeave }) ?? {};
    next.hidden = !step.submit;
    setText(next, step.label ?? "Next");
    (step.first ?? title).focus();
  }

  async function submit(event) {
    event.preventDefault();
    if (!step.submit || next.disabled) return;
    const mine = shown;
    next.disabled = true;
    const isGood = await step.submit();
    if (mine !== shown) return;
    next.disabled = false;
    if (isGood) go(at + 1);
  }

  function destroy() {
    app.isFormOpen = false;
    shown = -1;
    step?.destroy?.();
  }

  return { element, update: () => step?.update?.(), destroy };
}
