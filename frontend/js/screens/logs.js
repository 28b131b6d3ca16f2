/** The log: filtered by level and text, newest at the end, older on demand; new lines come while it is followed. */

import { mountChoices } from "../components/choices.js";
import { mountErrorPanel } from "../components/error_panel.js";
import { mountField } from "../components/field.js";
import { mountLogLines } from "../components/log_lines.js";
import { screenFrame } from "../components/screen_frame.js";
import { h, replace, setAttribute, setHidden, setText } from "../dom.js";
import { route } from "../protocol.js";

const LEVELS = [["DEBUG", "All"], ["WARNING", "Warnings"], ["ERROR", "Errors"]];
const FOLLOW_MS = 2000;
const TYPING_MS = 400;
// How far from the end still counts as the end, in CSS pixels.
const NEAR_END = 48;

/** Show the log. */
export function showLogs(app) {
  const wanted = { level: "DEBUG", text: "" };
  const element = screenFrame({ title: "Log", className: "logs", back: ["#/more", "More"] });
  const main = document.getElementById("main");
  const filters = h("div", { class: "log-filters" });
  const zone = h("p", { class: "muted" });
  const note = h("p", { class: "muted", role: "status" });
  const problem = h("div", {});
  const older = h("button", { type: "button", class: "button", hidden: true, onclick: readOlder }, "Show older");
  const follow = h("button", { type: "button", class: "button follow", onclick: toggleFollow }, "");
  const toFilter = h("button", { type: "button", class: "button", onclick: showFilters }, "Filter");
  const foot = h("div", { class: "log-foot" }, follow, toFilter, takeAway(app.isKiosk));
  let places = { older: null, newer: null };
  let isFollowing = true;
  let asked = 0;
  let isAsking = false;
  let typing = null;
  let lastTop = 0;
  element.append(filters, zone, older, note, problem);
  const lines = mountLogLines(element, {});
  element.append(foot);
  mountChoices(filters, { legend: "Show", options: LEVELS, value: wanted.level, onChoose: (level) => ((wanted.level = level), begin()) });
  mountField(filters, { label: "Only lines with", isKiosk: app.isKiosk, onInput: onText });
  main.addEventListener("scroll", onScroll, { passive: true });
  const timer = setInterval(readNewer, FOLLOW_MS);
  showFollowing();
  begin();

  function onText(text) {
    clearTimeout(typing);
    typing = setTimeout(() => {
      wanted.text = text;
      begin();
    }, TYPING_MS);
  }

  async function begin() {
    // Where the lines end that still show is nothing to go on from.
    places = { older: null, newer: null };
    setText(note, "Loading");
    const body = await ask({});
    if (!body) return;
    lines.clear();
    places = { older: body.older, newer: body.newer };
    setText(zone, `Times are this machine's: ${body.zone}.`);
    put(body);
    if (isFollowing) toEnd();
  }

  async function readOlder() {
    if (!places.older) return;
    older.disabled = true;
    const body = await ask({ before: places.older });
    older.disabled = false;
    if (!body) return;
    places.older = body.older;
    const before = main.scrollHeight;
    lines.addBefore(body.entries);
    // What was read stays where it is.
    main.scrollTop += main.scrollHeight - before;
    tell(body.entries.length ? "" : "Nothing of this kind in that part.");
  }

  async function readNewer() {
    // What the owner asked for goes first.
    if (!isFollowing || document.hidden || !places.newer || isAsking) return;
    const body = await ask({ after: places.newer });
    if (!body || !isFollowing) return;
    places.newer = body.newer ?? places.newer;
    if (body.is_cut) {
      lines.clear();
      places.older = body.older;
    }
    const dropped = lines.addAfter(body.entries);
    if (dropped) places.older = dropped;
    tell(body.is_cut ? "There was more than could be followed: some lines were left out." : "");
    if (body.entries.length) toEnd();
  }

  async function ask(place) {
    const mine = (asked += 1);
    isAsking = true;
    const parameters = new URLSearchParams({ ...wanted, ...place });
    const { status, body } = await app.server.ask(`${route("logs")}?${parameters}`);
    if (mine !== asked) return null;
    isAsking = false;
    // The browser tells of a scroll a frame late: whoever has just scrolled up is not taken back to the end.
    onScroll();
    replace(problem);
    if (status === 200) return body;
    setText(note, "");
    setHidden(older, !places.older);
    mountErrorPanel(problem, { what: "The log", reason: body.error, onRetry: begin });
    return null;
  }

  function put(body) {
    lines.addAfter(body.entries);
    tell("");
  }

  function tell(words) {
    setHidden(older, !places.older);
    setText(older, lines.count() ? "Show older" : "Look further back");
    const isFiltered = wanted.text || wanted.level !== "DEBUG";
    const empty = isFiltered ? "No line of this kind was found." : "Nothing has been logged yet.";
    setText(note, words || (lines.count() ? "" : empty));
  }

  // A finger that scrolls up wants to read: new lines would push away what it reads.
  function onScroll() {
    const isUp = main.scrollTop < lastTop && main.scrollHeight - main.clientHeight - main.scrollTop > NEAR_END;
    lastTop = main.scrollTop;
    if (isUp && isFollowing) setFollowing(false);
  }

  function toggleFollow() {
    setFollowing(!isFollowing);
    if (!isFollowing) return;
    toEnd();
    readNewer();
  }

  function showFilters() {
    setFollowing(false);
    main.scrollTop = 0;
    filters.querySelector("input:checked").focus({ preventScroll: true });
  }

  function setFollowing(isOn) {
    isFollowing = isOn;
    showFollowing();
  }

  function showFollowing() {
    setAttribute(follow, "aria-pressed", String(isFollowing));
    setText(follow, isFollowing ? "Following: pause" : "Paused: follow");
  }

  function toEnd() {
    main.scrollTop = main.scrollHeight;
    lastTop = main.scrollTop;
  }

  function destroy() {
    asked = -1;
    clearInterval(timer);
    clearTimeout(typing);
    main.removeEventListener("scroll", onScroll);
  }

  return { element, update: () => {}, destroy };
}

function takeAway(isKiosk) {
  if (!isKiosk) return h("a", { class: "button", href: route("log_download"), download: "" }, "Download");
  return h("p", { class: "muted" }, "To keep the log, open AutoTrader in a browser on another computer and use Download there.");
}
