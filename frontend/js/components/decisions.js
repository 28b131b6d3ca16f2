/** The decisions of an algorithm, newest first: when, what, why, on which values; holds in a row are one line. */

import { h, replace, setHidden, setText } from "../dom.js";
import { clock, momentNear } from "../format.js";
import { route } from "../protocol.js";
import { sawLine } from "../saw_words.js";
import { actText, whyText } from "./card.js";
import { mountReading } from "./reading.js";

const PAGE = 50;
const BETWEEN_READS_MS = 5000;
const MINUTE_MS = 60_000;
const EMPTY = { text: "No decision yet: it takes its first turn at the next minute of the session." };

/** Mount the list of an algorithm; it reads again when a newer decision arrives, at most every five seconds. */
export function mountDecisions(parent, { app, id }) {
  const list = h("ol", { class: "decisions" });
  const problem = h("p", { class: "refusal", role: "alert", hidden: true });
  const older = h("button", { type: "button", class: "button", onclick: readOlder }, "Older decisions");
  const opened = new Set();
  let rows = [];
  let [shownMinute, readAt] = [app.store.algorithm(id)?.decision?.minute ?? null, performance.now()];
  const reading = mountReading(parent, {
    app,
    path: () => address(""),
    show: (body, box) => (take(body), box.append(list, problem, older)),
    isEmpty: ({ decisions }) => !decisions.length,
    empty: EMPTY,
    what: "The decisions",
  });

  function address(more) {
    return `${route("decisions", id)}?limit=${PAGE}${more}`;
  }

  /** Take the newest page; older ones that were asked for stay. */
  function take({ decisions, has_older: hasOlder }) {
    const oldest = decisions.at(-1).minute;
    const kept = rows.filter(({ minute }) => minute < oldest);
    if (!kept.length) setHidden(older, !hasOlder);
    rows = [...decisions, ...kept];
    show();
  }

  async function readOlder() {
    older.disabled = true;
    const { status, body } = await app.server.ask(address(`&before=${rows.at(-1).minute}`));
    older.disabled = false;
    setText(problem, status === 200 ? "" : `Older decisions could not be read: ${body.error ?? "no reason given"}`);
    setHidden(problem, status === 200);
    if (status !== 200) return;
    rows = [...rows, ...body.decisions];
    setHidden(older, !body.has_older);
    show();
  }

  function show() {
    const now = app.store.state.market.now;
    replace(list, grouped(rows).map((group) => (minutesOf(group) > 1 && isHold(group[0]) ? stretch(group, now) : entry(group[0], now))));
  }

  function stretch(group, now) {
    const key = group.at(-1).minute;
    const [newest, oldest] = [group[0], group.at(-1)];
    const when = `${minutesOf(group)} × hold, ${momentNear(oldest.minute, now)}–${clock(newest.until)}`;
    const summary = h("summary", {}, h("span", { class: "decision-what" }, when), h("span", { class: "decision-why" }, whyText(newest)));
    const inside = h("ol", {}, group.map((each) => entry(each, now)));
    const details = h("details", { open: opened.has(key) }, summary, inside);
    details.addEventListener("toggle", () => (details.open ? opened.add(key) : opened.delete(key)));
    return h("li", { class: "decision-stretch" }, details);
  }

  function entry(decision, now) {
    const isLong = decision.until !== decision.minute;
    const when = isLong ? `${momentNear(decision.minute, now)}–${clock(decision.until)}` : momentNear(decision.minute, now);
    return h(
      "li",
      {},
      h(
        "a",
        { class: "decision", href: `#/algorithm/${id}/why/${decision.until}`, "data-action": decision.action },
        h("span", { class: "decision-when" }, when),
        h("span", { class: "decision-what" }, actText(decision)),
        h("span", { class: "decision-why" }, whyText(decision)),
        h("span", { class: "decision-saw" }, sawLine(decision.saw)),
      ),
    );
  }

  function update() {
    const minute = app.store.algorithm(id)?.decision?.minute ?? null;
    // A list that is being walked by keyboard or has a finger on it is left alone.
    if (minute === shownMinute || performance.now() - readAt < BETWEEN_READS_MS || list.contains(document.activeElement)) return;
    [shownMinute, readAt] = [minute, performance.now()];
    reading.read();
  }

  return { update, destroy: () => reading.destroy() };
}

function isHold({ action, outcome }) {
  return action === "hold" && outcome === "HELD";
}

/** Return runs of holds together, everything else alone. */
function grouped(rows) {
  const groups = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last && isHold(row) && isHold(last[0]) && isSameDay(row, last.at(-1))) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function isSameDay(row, later) {
  return row.minute.slice(0, 10) === later.minute.slice(0, 10);
}

function minutesOf(group) {
  return group.reduce((sum, { minute, until }) => sum + (Date.parse(until) - Date.parse(minute)) / MINUTE_MS + 1, 0);
}
