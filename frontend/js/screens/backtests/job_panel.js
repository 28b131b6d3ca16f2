/** One job that is not done: where it stands, how far it is, and how to end or remove it. */

import { mountActButton } from "../../components/act_button.js";
import { mountProgress } from "../../components/progress_bar.js";
import { h, setText } from "../../dom.js";
import { route } from "../../protocol.js";
import { askedWords, daysWords, stateWords } from "./words.js";

const UNDER_WAY = ["queued", "running"];

/** Say whether a job waits or runs. */
export function isUnderWay(job) {
  return UNDER_WAY.includes(job.state);
}

/** Mount the panel. data: app, job, isLink: its title leads to its screen, onChange(): it was canceled or removed. */
export function mountJob(parent, { app, job, isLink = false, onChange }) {
  const title = askedWords(job.request);
  const head = isLink ? h("a", { class: "row-title", href: `#/test/${job.id}` }, title) : h("span", { class: "row-title" }, title);
  const asked = job.request ? h("span", { class: "row-meta" }, daysWords(job.request)) : null;
  const state = h("p", { class: job.state === "failed" ? "refusal" : "" });
  const acts = h("div", { class: "row-actions" });
  const element = h("li", { class: "row job", "data-state": job.state }, h("div", { class: "row-words" }, head, asked), state, acts);
  const bar = job.state === "running" ? mountProgress(element, { label: `Progress of ${title}`, fraction: null }) : null;
  if (job.failure) element.append(h("p", { class: "job-failure" }, job.failure));
  const act = isUnderWay(job) ? cancelButton() : removeButton();
  if (!isUnderWay(job)) acts.append(h("a", { class: "button", href: `#/test/again/${job.id}` }, "Change and run again"));
  parent.append(element);
  update(job);

  function cancelButton() {
    return mountActButton(acts, {
      app,
      label: "Cancel",
      prepare: () => ({ path: route("cancel_backtest", job.id) }),
      onDone: () => (app.announce.polite("The backtest is canceled."), onChange()),
    });
  }

  function removeButton() {
    return mountActButton(acts, {
      app,
      label: "Remove",
      prepare: () => ({ method: "DELETE", path: route("backtest", job.id) }),
      onDone: onChange,
    });
  }

  function update(next) {
    setText(state, stateWords(next));
    bar?.update({ fraction: next.fraction });
  }

  return { element, update, destroy: () => (act.destroy(), element.remove()) };
}
