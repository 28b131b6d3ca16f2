/** Signals: what is proposed to the owner, each with his word on it, then what was wanted lately and what came of it. */

import { screenFrame } from "../../components/screen_frame.js";
import { mountRecent } from "./recent.js";
import { mountWaiting } from "./waiting.js";

/** Show the signals. */
export function showSignals(app) {
  const element = screenFrame({ title: "Signals", className: "signals" });
  const waiting = mountWaiting(element, app);
  const recent = mountRecent(element, app);

  function update() {
    waiting.update();
    recent.update();
  }

  function destroy() {
    waiting.destroy();
    recent.destroy();
  }

  return { element, update, destroy };
}
