/** The bars under the header: what stands between the owner and a normal day, the most serious first. */

import { h, setHidden, setText } from "../dom.js";
import { clock, localClock } from "../format.js";
import { later } from "../later.js";
import { mountStoppedBar } from "./stopped_bar.js";

// These gates say what the bar says better itself.
const SAID_ALREADY = new Set(["the order stream is down", "the broker does not answer"]);
// What is down, and what the engine does instead.
const DOWN = {
  broker: ["The broker does not answer", "orders that were sent are asked for again and again"],
  data: ["Market data is down", "prices are asked for each minute instead"],
  orders: ["The broker's order stream is down", "orders are asked for every few seconds instead"],
};

/** Mount the bars; each appears only while it is true. */
export function mountBars(parent, app) {
  const reload = h("button", { type: "button", class: "button", onclick: () => location.reload() }, "Reload");
  const bars = [
    mountStoppedBar(parent, app),
    mountLater(parent, hasCritical, later("./critical_bar.js", import.meta.url), "mountCriticalBar"),
    mountBar(parent, "bar-warn bar-out", outOfDateWords),
    mountBar(parent, "bar-warn bar-down", downWords),
    mountBar(parent, "bar-note bar-restarted", restartedWords, reload),
  ];
  return { update: () => bars.forEach((each) => each.update(app)) };
}

// Most days need it never: it is loaded when it is first needed.
function mountLater(parent, isNeeded, load, name) {
  const place = h("div", {});
  let bar = null;
  let isLoading = false;
  parent.append(place);

  async function update(app) {
    if (bar) bar.update();
    if (bar || isLoading || !isNeeded(app)) return;
    isLoading = true;
    bar = (await load())?.[name](place, app);
    bar?.update();
    isLoading = false;
  }

  return { update };
}

function hasCritical({ store }) {
  return store.waitingAlerts.some(({ priority }) => priority === "critical");
}

function mountBar(parent, className, words, button = null) {
  const text = h("p", {});
  const element = h("div", { class: `bar ${className}`, hidden: true }, text, button);
  parent.append(element);
  function update(app) {
    const sentence = words(app);
    setText(text, sentence);
    setHidden(element, !sentence);
  }
  return { element, update };
}

function outOfDateWords({ connection }) {
  if (connection.level !== "out") return "";
  return `Screen is out of date since ${localClock(connection.lastHeard)}. Trading continues on the appliance.`;
}

function downWords({ store, connection }) {
  const health = store.state?.health;
  if (!health || connection.level === "out") return "";
  const sentences = health.database ? [] : ["The database cannot be written: trading is stopped."];
  if (health.is_engine_late) sentences.push("AutoTrader's engine has not answered for half a minute: what shows here is old. Stop all works.");
  const names = namesDown(health);
  for (const name of names) {
    const since = health.down_since?.[name];
    const [what, instead] = DOWN[name];
    sentences.push(`${what}${since ? ` since ${clock(since)}` : ""}: ${instead}.`);
  }
  if (names.length && health.closed_gates.length) sentences.push("Meanwhile nothing new is bought; algorithms may still sell.");
  const gates = health.closed_gates.filter((gate) => !SAID_ALREADY.has(gate));
  if (gates.length) sentences.push(`Nothing new is bought: ${gates.join("; ")}.`);
  return sentences.join(" ");
}

function namesDown({ streams, down_since: since }) {
  return Object.keys(DOWN).filter((name) => (name === "broker" ? since?.broker : !streams[name]));
}

function restartedWords({ hasRestarted }) {
  return hasRestarted ? "A new version of AutoTrader runs. Reload this page when you are done here." : "";
}
