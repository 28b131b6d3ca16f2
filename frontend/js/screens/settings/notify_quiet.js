/** Quiet hours: from when to when only what is urgent is told. */

import { mountActButton } from "../../components/act_button.js";
import { mountField } from "../../components/field.js";
import { openModal } from "../../components/modal.js";
import { h } from "../../dom.js";
import { route } from "../../protocol.js";

const HELP = "Four digits of your time zone, such as 2200.";

/** Mount the quiet hours; data: app, body, onChanged. */
export function mountQuietHours(parent, { app, body, onChanged }) {
  const hours = body.quiet_hours;
  const words = hours
    ? `From ${hours.from} to ${hours.to} only what is urgent is told. The rest comes afterwards.`
    : "There are none: everything is told at any hour.";
  const acts = h("div", { class: "row-actions" }, h("button", { type: "button", class: "button", onclick: () => openHours(app, hours, onChanged) }, hours ? "Change" : "Set quiet hours"));
  parent.append(h("p", {}, words), acts);
  const end = hours ? mountActButton(acts, { app, label: "End quiet hours", prepare: () => change(null), onDone: onChanged }) : null;
  return { destroy: () => end?.destroy() };
}

function openHours(app, hours, onChanged) {
  openModal("Quiet hours", (body, close) => {
    const fields = [["From", hours?.from], ["To", hours?.to]].map(([label, value]) =>
      mountField(body, { label, value: (value ?? "").replace(":", ""), help: HELP, keys: "digits", isKiosk: app.isKiosk }),
    );
    const acts = h("div", { class: "choices" }, h("button", { type: "button", class: "button", onclick: close }, "Cancel"));
    body.append(acts);
    const save = mountActButton(acts, { app, label: "Save", className: "primary", prepare: read, onDone: () => (close(), onChanged()) });
    fields[0].input.dataset.focus = "";

    function read() {
      const times = fields.map(({ input }) => timeOf(input.value));
      fields.forEach((field, index) => field.setError(times[index] ? "" : "This is no time of day."));
      if (times.includes(null)) fields[times.indexOf(null)].input.focus();
      return times.includes(null) ? null : change({ from: times[0], to: times[1] });
    }

    return () => save.destroy();
  });
}

function change(hours) {
  return { method: "PUT", path: route("notifications"), body: { quiet_hours: hours } };
}

function timeOf(text) {
  const found = /^(\d{1,2}):?(\d{2})$/.exec(text.trim());
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return null;
  return `${found[1].padStart(2, "0")}:${found[2]}`;
}
