/** Backtests: what waits and runs, and the results that are kept, to be opened, compared and deleted. */

import { mountEmpty } from "../../components/empty_state.js";
import { mountErrorPanel } from "../../components/error_panel.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h, replace, setHidden } from "../../dom.js";
import { startPolling } from "../../polling.js";
import { route } from "../../protocol.js";
import { isUnderWay, mountJob } from "./job_panel.js";
import { mountKept } from "./kept_results.js";

/** Show the lists. */
export function showBacktests(app) {
  const begin = h("a", { class: "button primary", href: "#/test/new" }, "New backtest");
  const element = screenFrame({ title: "Backtest", className: "backtests", actions: [begin] });
  const grey = h("div", { class: "skeleton-rows", "aria-hidden": "true" }, h("div", { class: "skeleton skeleton-row" }), h("div", { class: "skeleton skeleton-row" }));
  const problem = h("div", {});
  const empty = h("div", { hidden: true });
  const list = h("ul", { class: "rows", "aria-label": "Jobs" });
  const jobs = h("section", { hidden: true }, h("h2", {}, "Jobs"), list);
  const kept = mountKept(element, { app, onChange: () => polling.ask() });
  element.append(grey, problem, empty);
  kept.element.before(jobs);
  mountEmpty(empty, {
    text: "No backtest yet. Try an algorithm on the past before it trades: a backtest uses no money and disturbs nothing that runs.",
    href: "#/test/new",
    action: "New backtest",
  });
  let panels = new Map();
  let shape = "";
  const polling = startPolling(app, () => route("backtests"), onAnswer);

  function onAnswer({ status, body }) {
    if (status !== 200) return fail(body.error);
    setHidden(grey, true);
    replace(problem);
    showJobs(body.jobs);
    kept.update(body);
    setHidden(empty, body.jobs.length + body.results.length > 0);
    return body.jobs.some(isUnderWay);
  }

  function fail(reason) {
    setHidden(grey, true);
    if (!problem.firstChild) mountErrorPanel(problem, { what: "The backtests", reason, onRetry: () => (replace(problem), polling.ask()) });
    return false;
  }

  function showJobs(found) {
    const next = found.map(({ id, state }) => `${id} ${state}`).join();
    if (next !== shape) {
      shape = next;
      panels.forEach((each) => each.destroy());
      panels = new Map(found.map((job) => [job.id, mountJob(list, { app, job, isLink: true, onChange: () => polling.ask() })]));
      setHidden(jobs, !found.length);
    }
    found.forEach((job) => panels.get(job.id).update(job));
  }

  function destroy() {
    polling.stop();
    panels.forEach((each) => each.destroy());
    kept.destroy();
  }

  return { element, update: () => {}, destroy };
}
