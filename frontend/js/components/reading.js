/** Something read from the server: grey rows while it loads, a sentence when there is nothing, an error with Retry. */

import { h, replace, setAttribute, setHidden } from "../dom.js";
import { mountEmpty } from "./empty_state.js";
import { mountErrorPanel } from "./error_panel.js";

const SLOW_MS = 1000;
const GIVE_UP_MS = 10_000;

/**
 * Mount a reading. data: app; path() -> the URL to ask; show(body, box) fills the box; isEmpty(body); empty: {text,
 * href?, action?}; what: what could not be read, for the error; rows: how many grey rows hold its place;
 * keeps: it holds a form, and what was entered outlives a line that breaks.
 * read() asks anew and keeps what shows until the answer is there.
 */
export function mountReading(parent, { app, path, show, isEmpty = () => false, empty = { text: "Nothing here yet." }, what, rows = 3, keeps = false }) {
  const slow = h("p", { class: "muted", role: "status", hidden: true }, "Loading");
  const grey = h("div", { class: "skeleton-rows", "aria-hidden": "true" }, Array.from({ length: rows }, () => h("div", { class: "skeleton skeleton-row" })));
  const box = h("div", { class: "reading-box" });
  const problem = h("div", {});
  const element = h("div", { class: "reading", "aria-busy": "true" }, slow, grey, problem, box);
  let asked = 0;
  let isRead = false;
  let timers = [];
  parent.append(element);
  // After a gap or a restart it may be old; before the first answer it is being asked for anyway.
  const onRenewed = () => isRead && !keeps && read();
  app.store.addEventListener("renewed", onRenewed);
  read();

  async function read() {
    // An act whose screen was left may ask for what it changed.
    if (asked < 0) return;
    const mine = (asked += 1);
    if (!isRead) wait(mine);
    const { status, body } = await app.server.ask(path());
    if (mine !== asked) return;
    settle();
    if (status === 200) showBody(body);
    else fail(body.error);
  }

  function wait(mine) {
    clear();
    setHidden(grey, false);
    replace(problem);
    timers = [setTimeout(() => setHidden(slow, false), SLOW_MS), setTimeout(() => mine === asked && fail("No answer yet."), GIVE_UP_MS)];
  }

  function showBody(body) {
    isRead = true;
    replace(problem);
    replace(box);
    if (isEmpty(body)) mountEmpty(box, empty);
    else show(body, box);
  }

  function fail(reason) {
    settle();
    replace(problem);
    mountErrorPanel(problem, { what, reason, onRetry: read });
  }

  function settle() {
    clear();
    setHidden(grey, true);
    setHidden(slow, true);
    setAttribute(element, "aria-busy", null);
  }

  function clear() {
    timers.forEach(clearTimeout);
    timers = [];
  }

  function destroy() {
    asked = -1;
    app.store.removeEventListener("renewed", onRenewed);
    clear();
    element.remove();
  }

  return { element, read, destroy };
}
