/** How loudly each thing is told: a table of choices, saved one by one. */

import { freshId, h, setText } from "../../dom.js";
import { route } from "../../protocol.js";

const LEVELS = [["off", "Off"], ["quiet", "Quiet"], ["normal", "Normal"], ["urgent", "Urgent"]];
const HELP =
  "Urgent is told at once, also in quiet hours and after a restart. Normal and quiet are gathered for a minute; quiet makes no sound where the service knows that.";

/** Mount the table; data: app, body. */
export function mountLoudness(parent, { app, body }) {
  const status = h("p", { class: "refusal", role: "alert" });
  const rows = body.topics.map((topic) => topicRow(app, topic, status));
  const head = h("tr", {}, h("td", {}), LEVELS.map(([, words]) => h("th", { scope: "col" }, words)));
  const table = h("table", { class: "loudness" }, h("caption", { class: "visually-hidden" }, "How loudly each thing is told"), h("thead", {}, head), h("tbody", {}, rows));
  parent.append(h("p", { class: "hint" }, HELP), status, table);
  return { destroy: () => {} };
}

function topicRow(app, topic, status) {
  const name = freshId("loudness");
  let kept = topic.loudness;
  const inputs = LEVELS.map(([level, words]) =>
    h("input", { type: "radio", name, value: level, checked: level === kept, "aria-label": `${topic.name}: ${words}`, onchange: () => save(level) }),
  );
  const heading = h("th", { scope: "row" }, topic.name);
  return h("tr", {}, heading, inputs.map((input) => h("td", {}, h("label", { class: "loudness-cell" }, input))));

  async function save(level) {
    setText(status, "");
    app.acts += 1;
    const answer = await app.server.act({ method: "PUT", path: route("notifications"), body: { loudness: { [topic.topic]: level } } });
    app.acts -= 1;
    if (answer.status === 200) {
      kept = level;
      app.toast.show("Saved.");
      return;
    }
    for (const input of inputs) input.checked = input.value === kept;
    setText(status, `${topic.name}: not saved. ${answer.body.error ?? "AutoTrader refused without saying why."}`);
  }
}
