/** Time zone: for the times of this house; those of the market stay New York's, and say so. */

import { screenFrame } from "../../components/screen_frame.js";
import { h, setText } from "../../dom.js";
import { keepPreferences } from "./preference.js";
import { mountZonePicker, zoneWords } from "./zone_picker.js";

/** Show the screen. */
export function showTimeZone(app) {
  const element = screenFrame({ title: "Time zone", back: ["#/settings", "Settings"], className: "settings" });
  const now = h("p", { role: "status" });
  const problem = h("p", { class: "refusal", role: "alert" });
  const kept = () => app.store.state.preferences.timezone;
  element.append(h("p", { class: "hint" }, "For logs, backups and screen hours. Market times stay New York's, and say so."), now, problem);
  const picker = mountZonePicker(element, { value: kept(), onPick: pick });
  update();

  async function pick(timezone) {
    setText(problem, await keepPreferences(app, { timezone }));
    if (problem.textContent) picker.update({ value: kept() });
  }

  function update() {
    setText(now, `Now: ${zoneWords(kept())}.`);
  }

  return { element, update, destroy: () => picker.destroy() };
}
