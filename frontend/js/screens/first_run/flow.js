/** The first minutes, after the PIN: the time zone, then the demo or a paper account. Each step can be left out. */

import { mountActButton } from "../../components/act_button.js";
import { stepFlow } from "../../components/step_flow.js";
import { h, setText } from "../../dom.js";
import { route } from "../../protocol.js";
import { waitForRestart } from "../restarting.js";
import { mountKeyForm } from "../settings/key_form.js";
import { keepPreferences } from "../settings/preference.js";
import { mountZonePicker } from "../settings/zone_picker.js";

const STEPS = [
  ["Your time zone", zoneStep],
  ["Demo or paper account", accountStep],
  ["Keys of the paper account", keysStep],
];

/** Show the flow. */
export function showFirstRun(app) {
  const draft = { keys: { key: "", secret: "" } };
  const flow = stepFlow(app, { steps: STEPS, draft, onLeave: () => app.go("#/home"), backLabel: "Skip", isFormAtOnce: true });
  return { ...flow, destroy: () => ((draft.keys = {}), flow.destroy()) };
}

function zoneStep({ app, body, draft }) {
  const problem = h("p", { class: "refusal", role: "alert" });
  body.append(h("p", { class: "hint" }, "For logs, backups and screen hours. Market times stay New York's, and say so."));
  draft.zone ??= app.store.state.preferences.timezone;
  const picker = mountZonePicker(body, { value: draft.zone, onPick: (zone) => (draft.zone = zone) });
  body.append(problem);

  async function submit() {
    setText(problem, await keepPreferences(app, { timezone: draft.zone }));
    return !problem.textContent;
  }

  return { submit, destroy: picker.destroy };
}

function accountStep({ app, body, next, leave }) {
  const choice = (name, help, onclick) => h("button", { type: "button", class: "choice-row", onclick }, h("span", { class: "choice-name" }, name), h("span", {}, help));
  const paper = choice("Connect a paper account", "Alpaca's prices and paper money. You need the two keys of a paper account, which is free.", next);
  body.append(
    h(
      "div",
      { class: "choice-list" },
      choice("Start with the demo", "Simulated money in a made-up market that runs day and night. Nothing is needed, nothing can be lost.", leave),
      app.store.state.mode === "DEMO" ? paper : null,
    ),
    h("p", { class: "hint" }, "You can change this later under More, Settings, Account and mode."),
  );
}

function keysStep({ app, body, draft, leave }) {
  const use = h("div", { hidden: true });
  const form = mountKeyForm(body, { app, mode: "PAPER", keys: draft.keys, onChecked: (account) => (use.hidden = !account) });
  const connect = mountActButton(use, {
    app,
    label: "Connect and start again",
    className: "primary",
    prepare: () => ({ path: route("mode"), body: { mode: "PAPER", ...draft.keys } }),
    onDone: () => waitForRestart(app),
  });
  body.append(use, h("div", {}, h("button", { type: "button", class: "button quiet", onclick: leave }, "Not now: start with the demo")));
  return { first: app.isKiosk ? form.first : null, destroy: () => (form.destroy(), connect.destroy()) };
}
