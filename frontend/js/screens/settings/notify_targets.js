/** Who is told: each address masked, with how it goes, a test, and a way out; a way to add one. */

import { mountActButton } from "../../components/act_button.js";
import { mountEmpty } from "../../components/empty_state.js";
import { listRow, rowList } from "../../components/row.js";
import { h, setText } from "../../dom.js";
import { dayAndClock } from "../../format.js";
import { route } from "../../protocol.js";
import { openAddress, openPinFor } from "./notify_address.js";

const HELP = "As Apprise writes it, such as ntfys://my-topic or mailtos://user:password@example.org. It stays on this machine and is never shown again.";

/** Mount the targets; data: app, body, onChanged. */
export function mountTargets(parent, { app, body, onChanged }) {
  const rows = body.targets.map((target) => targetRow(app, target, onChanged));
  if (rows.length) parent.append(rowList("Who is told", rows.map(({ element }) => element)));
  else mountEmpty(parent, { text: "Nobody is told yet." });
  parent.append(h("button", { type: "button", class: "button", onclick: add }, "Add an address"));

  function add() {
    openAddress({ app, title: "Add an address", label: "Address", help: HELP, part: "add", onChanged });
  }

  return { destroy: () => rows.forEach(({ destroy }) => destroy()) };
}

function targetRow(app, target, onChanged) {
  const outcome = h("p", { class: "notify-outcome", role: "status" });
  const acts = h("div", { class: "row-actions" });
  const test = mountActButton(acts, {
    app,
    label: "Send a test",
    prepare: () => (setText(outcome, ""), { path: route("test_notification"), body: { key: target.key } }),
    onDone: ({ body }) => setText(outcome, body.delivered ? "The service took the test. Look whether it arrives." : `Not sent: ${body.error}`),
  });
  if (!target.of_file) acts.append(h("button", { type: "button", class: "button", onclick: remove }, "Remove"));
  const element = listRow({ title: target.address, meta: metaWords(target), actions: [acts], state: target.problem ? "failing" : null });
  if (target.problem) element.querySelector(".row-words").append(h("p", { class: "caution" }, problemWords(target)));
  element.append(outcome);

  function remove() {
    openPinFor({ app, title: "Remove this address", text: `${target.address} is told no more. Enter the PIN to remove it.`, part: "remove", value: target.key, onChanged });
  }

  return { element, destroy: () => test.destroy() };
}

function metaWords({ of_file: isOfFile, last_sent: lastSent }) {
  const origin = isOfFile ? "Set in .env" : "Added on this screen";
  return `${origin}. ${lastSent ? `Last told ${dayAndClock(lastSent)}.` : "Told nothing yet."}`;
}

function problemWords({ failing_since: since, problem }) {
  return `Does not arrive since ${dayAndClock(since)}: ${problem} It is tried again by itself.`;
}
