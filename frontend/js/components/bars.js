/** The bars under the header: what stands between the owner and a normal day, the most serious first. */

import { h, setHidden, setText } from "../dom.js";
import { clock, localClock } from "../format.js";
import { openResume } from "../screens/resume_all.js";

/** Mount the bars; each appears only while it is true. */
export function mountBars(parent, app) {
  const resume = h("button", { type: "button", class: "button", onclick: () => openResume(app) }, "Resume");
  const reload = h("button", { type: "button", class: "button", onclick: () => location.reload() }, "Reload");
  const bars = [
    bar("bar-stopped", stoppedWords, resume),
    bar("bar-warn bar-out", outOfDateWords),
    bar("bar-warn bar-down", downWords),
    bar("bar-note bar-restarted", restartedWords, reload),
  ];
  parent.append(...bars.map((each) => each.element));
  return { update: () => bars.forEach((each) => each.update(app)) };
}

function bar(className, words, button = null) {
  const text = h("p", {});
  const element = h("div", { class: `bar ${className}`, hidden: true }, text, button);
  function update(app) {
    const sentence = words(app);
    setText(text, sentence);
    setHidden(element, !sentence);
  }
  return { element, update };
}

/** Write the state after a stop: ALL STOPPED 14:02 by this screen. */
export function stoppedWords({ store, lastStop }) {
  if (!store.state?.is_halted) return "";
  const { at, by } = store.state.halt ?? {};
  const start = `ALL STOPPED${at ? ` ${clock(at)}` : ""}${by ? ` by ${by}` : ""}. New orders are blocked; nothing was sold.`;
  return lastStop ? `${start} ${countWords(lastStop)}` : start;
}

/** Write what came of the open orders. */
export function countWords({ canceled, still_open: stillOpen }) {
  if (canceled == null) return "The broker has not confirmed the cancels yet.";
  const asked = `${canceled} open ${canceled === 1 ? "order" : "orders"} canceled`;
  return stillOpen ? `${asked}, ${stillOpen} still open.` : `${asked}.`;
}

function outOfDateWords({ connection }) {
  if (connection.level !== "out") return "";
  return `Screen is out of date since ${localClock(connection.lastHeard)}. Trading continues on the appliance.`;
}

function downWords({ store, connection }) {
  const health = store.state?.health;
  if (!health || connection.level === "out") return "";
  const sentences = [];
  if (!health.database) sentences.push("The database cannot be written: trading is stopped.");
  if (!health.streams.data) sentences.push("Market data is down: algorithms wait for prices.");
  if (!health.streams.orders) sentences.push("The broker's order stream is down: nothing new is bought.");
  if (health.closed_gates.length) sentences.push(`Nothing new is bought: ${health.closed_gates.join("; ")}.`);
  return sentences.join(" ");
}

function restartedWords({ hasRestarted }) {
  return hasRestarted ? "AutoTrader was restarted. Reload this page when you are done here." : "";
}
