/** Is it working? A line for each thing that has to be right, what to do where it is not, and the doctor. */

import { mountDiagnoses } from "../components/diagnoses.js";
import { mountErrorPanel } from "../components/error_panel.js";
import { mountReading } from "../components/reading.js";
import { screenFrame } from "../components/screen_frame.js";
import { mountTrend } from "../components/trend.js";
import { h, replace, setText } from "../dom.js";
import { route } from "../protocol.js";

const AGAIN_MS = 5000;
// It looks through large databases too.
const DOCTOR_MS = 180_000;

/** Show the health of the process and its machine; it is read anew every five seconds while it shows. */
export function showHealth(app) {
  const element = screenFrame({ title: "Health", className: "health", back: ["#/more", "More"] });
  let lines = null;
  let trends = null;
  const reading = mountReading(element, {
    app,
    what: "The health of AutoTrader",
    path: () => route("health_report"),
    rows: 6,
    show: (body, box) => {
      lines ??= mountDiagnoses(box, { label: "Health", lines: [] });
      trends ??= mountTrends(box);
      box.append(lines.element, trends.element);
      lines.update(body);
      trends.update(body.trend);
    },
  });
  const doctor = mountDoctor(element, app);
  const timer = setInterval(readAgain, AGAIN_MS);
  let isAsking = false;

  // One question at a time: a server that is slow would never be heard otherwise.
  async function readAgain() {
    const isFirstAsked = reading.element.hasAttribute("aria-busy");
    // What could not be read stays said until there is somebody to ask.
    const isInVain = element.querySelector(".error-panel") && !app.connection.isUsable;
    if (document.hidden || isAsking || isFirstAsked || isInVain) return;
    isAsking = true;
    await reading.read();
    isAsking = false;
  }

  function destroy() {
    clearInterval(timer);
    reading.destroy();
    doctor.destroy();
  }

  return { element, update: () => {}, destroy };
}

function mountTrends(parent) {
  const element = h("div", { class: "trends" });
  const memory = mountTrend(element, { name: "Memory of AutoTrader", write: (value) => `${Math.round(value)} MB`, points: [] });
  const late = mountTrend(element, { name: "How long after its minute a decision was done", write: (value) => `${value.toFixed(1)} s`, points: [] });
  parent.append(element);

  function update(trend) {
    memory.update({ points: trend.map((each) => ({ ago_s: each.ago_s, value: each.rss_mb || null })) });
    late.update({ points: trend.map((each) => ({ ago_s: each.ago_s, value: each.late_s })) });
  }

  return { element, update };
}

function mountDoctor(parent, app) {
  const button = h("button", { type: "button", class: "button", onclick: run }, "Run the doctor");
  const status = h("p", { class: "muted", role: "status" });
  const found = h("div", {});
  let isGone = false;
  parent.append(
    h(
      "section",
      { class: "doctor" },
      h("h2", {}, "Doctor"),
      h("p", {}, "It looks at the machine, the settings, the databases, the backups and the account, and changes nothing."),
      button,
      status,
      found,
    ),
  );

  async function run() {
    button.disabled = true;
    replace(found);
    setText(status, "Looking at everything. This takes a few seconds, longer with large databases.");
    const answer = await app.server.ask(route("doctor"), { patienceMs: DOCTOR_MS });
    if (isGone) return;
    button.disabled = false;
    setText(status, "");
    if (answer.status === 200) {
      mountDiagnoses(found, { label: "What the doctor found", lines: answer.body.lines });
      setText(status, "The doctor is done.");
    } else {
      mountErrorPanel(found, { what: "What the doctor found", reason: answer.body.error, onRetry: run });
    }
  }

  return { destroy: () => (isGone = true) };
}
