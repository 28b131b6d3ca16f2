/** Notifications: who is told when nobody looks at the screen, how loudly, and when not; and the heartbeat. */

import { mountEmpty } from "../../components/empty_state.js";
import { mountReading } from "../../components/reading.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h } from "../../dom.js";
import { route } from "../../protocol.js";
import { mountHeartbeat } from "./notify_heartbeat.js";
import { mountLoudness } from "./notify_loudness.js";
import { mountQuietHours } from "./notify_quiet.js";
import { mountTargets } from "./notify_targets.js";

const INTRO = "AutoTrader tells you by the services you name here. Nothing is sent before you add one.";

/** Show Notifications. */
export function showNotifications(app) {
  const element = screenFrame({ title: "Notifications", className: "more notify", back: ["#/more", "More"] });
  let parts = [];
  const reading = mountReading(element, { app, path: () => route("notifications"), show, what: "The notifications", rows: 6 });

  function show(body, box) {
    end();
    if (!body.available) {
      mountEmpty(box, { text: body.why });
      return;
    }
    const data = { app, body, onChanged: reading.read };
    box.append(h("p", {}, INTRO));
    parts = [
      mountTargets(section(box, "Who is told"), data),
      mountQuietHours(section(box, "Quiet hours"), data),
      mountLoudness(section(box, "How loudly"), data),
      mountHeartbeat(section(box, "Heartbeat"), data),
    ];
  }

  function end() {
    for (const part of parts) part.destroy();
    parts = [];
  }

  return { element, update: () => {}, destroy: () => (end(), reading.destroy()) };
}

function section(box, title) {
  const made = h("section", {}, h("h2", {}, title));
  box.append(made);
  return made;
}
