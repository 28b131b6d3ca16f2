/** The decisions of an algorithm, newest first: when, what, why, and what came of it. */

import { h, replace, setHidden, setText } from "../dom.js";
import { clock, momentNear } from "../format.js";
import { route } from "../protocol.js";
import { actText, whyText } from "./card.js";

const SHOWN = 50;
const BETWEEN_READS_MS = 5000;

/** Mount the list of an algorithm; it reads again when a newer decision arrives, at most every five seconds. */
export function mountDecisions(parent, { app, id }) {
  const list = h("ol", { class: "decisions" });
  const note = h("p", { class: "muted" }, "Loading");
  const retry = h("button", { type: "button", class: "button", hidden: true, onclick: read }, "Try again");
  parent.append(h("section", { "aria-label": "Decisions" }, h("h2", {}, "Decisions"), note, retry, list));
  let shownMinute;
  let readAt = -Infinity;
  let isReading = false;
  let isOver = false;

  async function read() {
    isReading = true;
    readAt = performance.now();
    const { status, body } = await app.server.ask(`${route("decisions", id)}?limit=${SHOWN}`);
    isReading = false;
    if (isOver) return;
    const isRead = status === 200;
    setHidden(retry, isRead);
    setText(note, noteWords(isRead, body));
    setHidden(note, !note.textContent);
    if (isRead) replace(list, body.decisions.map((each) => entry(each, app.store.state.market.now)));
  }

  function update(algorithm) {
    const minute = algorithm.decision?.minute ?? null;
    if (minute === shownMinute || isReading || performance.now() - readAt < BETWEEN_READS_MS) return;
    shownMinute = minute;
    read();
  }

  return { update, destroy: () => (isOver = true) };
}

function noteWords(isRead, body) {
  if (!isRead) return `The decisions could not be read: ${body.error ?? "no reason given"}. Prices and orders go on.`;
  return body.decisions.length ? "" : "No decision yet: it takes its first turn at the next minute of the session.";
}

function entry(decision, now) {
  const isStretch = decision.until && decision.until !== decision.minute;
  const when = isStretch ? `${momentNear(decision.minute, now)}–${clock(decision.until)}` : momentNear(decision.minute, now);
  return h(
    "li",
    { class: "decision", "data-action": decision.action },
    h("span", { class: "decision-when" }, when),
    h("span", { class: "decision-what" }, actText(decision)),
    h("span", { class: "decision-why" }, whyText(decision)),
  );
}
