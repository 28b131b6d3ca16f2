/** Why a minute went as it did: what the algorithm saw, what it said, what stopped it, what became of its order. */

import { mountReading } from "../components/reading.js";
import { screenFrame } from "../components/screen_frame.js";
import { h } from "../dom.js";
import { asTitle, momentNear } from "../format.js";
import { isOver } from "../order_words.js";
import { route } from "../protocol.js";
import { explained } from "./why/explained.js";

const BETWEEN_READS_MS = 5000;

/** Show the minute of an algorithm; id and minute (ISO text) as the address has them. */
export function showWhy(app, id, minute) {
  const name = nameOf(app.store.algorithm(Number(id)));
  const when = Number.isNaN(Date.parse(minute)) ? minute : momentNear(minute, null);
  const element = screenFrame({
    title: `Why? ${name}${when}`,
    className: "why",
    back: [`#/algorithm/${id}`, "the algorithm"],
  });
  // Whoever came from a tab, a chart or Home goes back to where they were.
  element.querySelector(".back").addEventListener("click", goBack);
  let [isSettled, readAt] = [false, performance.now()];
  const reading = mountReading(element, {
    app,
    path: () => `${route("why", id)}?minute=${encodeURIComponent(minute)}`,
    show,
    what: "This minute",
    rows: 4,
  });

  function show(body, box) {
    isSettled = body.nothing?.kind !== "not_yet" && body.orders.every(isOver);
    box.append(explained(body), neighbours(body));
  }

  function neighbours({ earlier, later }) {
    const link = (at, words) => (at ? h("a", { class: "button", href: `#/algorithm/${id}/why/${at}`, onclick: replaceAddress }, words) : null);
    return h("nav", { class: "why-neighbours", "aria-label": "Other minutes" }, link(earlier, "Earlier minute"), link(later, "Later minute"));
  }

  /** An order that still works, and a minute that is still to come, are read again. */
  function update() {
    if (isSettled || performance.now() - readAt < BETWEEN_READS_MS || element.contains(document.activeElement?.closest("a"))) return;
    readAt = performance.now();
    reading.read();
  }

  return { element, update, destroy: () => reading.destroy() };
}

function goBack(event) {
  if (!cameFromHere()) return;
  event.preventDefault();
  history.back();
}

// Walking from minute to minute leaves one step in the history, so that back leads out of it.
function replaceAddress(event) {
  event.preventDefault();
  location.replace(event.currentTarget.href);
}

function cameFromHere() {
  return window.navigation ? navigation.canGoBack : history.length > 1;
}

function nameOf(algorithm) {
  return algorithm ? `${algorithm.ticker} ${asTitle(algorithm.name)}, ` : "";
}
