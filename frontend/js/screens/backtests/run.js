/** One backtest: waiting, running, ended without a result, or its result. Leaving the page changes nothing. */

import { mountErrorPanel } from "../../components/error_panel.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h, replace, setHidden, setText } from "../../dom.js";
import { startPolling } from "../../polling.js";
import { route } from "../../protocol.js";
import { isUnderWay, mountJob } from "./job_panel.js";
import { mountResult, nextActs } from "./result.js";

const GOES_ON = "It runs on the appliance, at the lowest priority: trading comes first, and leaving this page changes nothing.";

/** Show the backtest with that id. */
export function showBacktest(app, id) {
  const element = screenFrame({ title: "Backtest", className: "backtests", back: ["#/test", "Backtests"] });
  const grey = h("div", { class: "skeleton skeleton-row", "aria-hidden": "true" });
  const note = h("p", { class: "muted", hidden: true }, GOES_ON);
  const box = h("div", {});
  element.append(grey, box, note);
  let shown = null;
  let state = "";
  const polling = startPolling(app, () => route("backtest", id), onAnswer);

  function onAnswer({ status, body }) {
    setHidden(grey, true);
    if (status === 200) return showJob(body);
    if (status === 404) showMissing();
    else if (!shown) fail(body.error);
    return false;
  }

  function showJob(job) {
    if (job.state !== state) put(job);
    else shown.update?.(job);
    return isUnderWay(job);
  }

  function put(job) {
    if (state === "running" && job.state === "done") app.announce.polite("The backtest is done.");
    state = job.state;
    shown?.destroy();
    replace(box);
    setHidden(note, !isUnderWay(job));
    if (job.state === "done") {
      shown = mountResult(box, { app, job });
      setText(element.querySelector("h1"), job.result.title);
      element.querySelector(".detail-head").append(nextActs(job));
      return;
    }
    const list = h("ul", { class: "rows" });
    box.append(list);
    shown = mountJob(list, { app, job, onChange: () => polling.ask() });
  }

  function showMissing() {
    const wasKnown = state !== "";
    shown?.destroy();
    shown = null;
    setHidden(note, true);
    replace(box, h("p", {}, wasKnown ? "It is removed." : "This backtest is not here any more."), h("a", { class: "button", href: "#/test" }, "Backtests"));
  }

  function fail(reason) {
    replace(box);
    mountErrorPanel(box, { what: "The backtest", reason, onRetry: () => (replace(box), polling.ask()) });
  }

  function destroy() {
    polling.stop();
    shown?.destroy();
  }

  return { element, update: () => {}, destroy };
}
