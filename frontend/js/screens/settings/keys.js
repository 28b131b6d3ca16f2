/** Keys for other programs: which there are, a new one, shown this once, and one revoked. */

import { mountActButton } from "../../components/act_button.js";
import { mountChoices } from "../../components/choices.js";
import { mountEmpty } from "../../components/empty_state.js";
import { mountField } from "../../components/field.js";
import { tellUndone } from "../../components/left_act.js";
import { openModal } from "../../components/modal.js";
import { mountReading } from "../../components/reading.js";
import { listRow, rowList } from "../../components/row.js";
import { screenFrame } from "../../components/screen_frame.js";
import { freshId, h, replace, setText } from "../../dom.js";
import { ownerDate, ownerMoment } from "../../format.js";
import { route } from "../../protocol.js";

const INTRO = "A program of yours that shows a key reads positions, signals, orders and figures. It can change nothing: no key trades, stops or sets anything.";
const OPEN = "AUTOTRADER_DEV_NOAUTH is set: programs on this machine read without a key as well.";
const ONCE = "This is the only time the key is shown. Whoever has it can read your account, so give it to that program alone.";
const VALID = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "A year"],
];

/** Show the screen. */
export function showKeys(app) {
  const element = screenFrame({ title: "Keys for other programs", back: ["#/settings", "Settings"], className: "settings" });
  element.append(h("p", {}, INTRO));
  const reading = mountReading(element, { app, path: () => route("reader_keys"), show, what: "The keys" });
  element.append(h("div", {}, h("button", { type: "button", class: "button", onclick: () => openNewKey(app, reading.read) }, "Make a key")));

  function show({ keys, is_open: isOpen }, box) {
    if (isOpen) box.append(h("p", { class: "caution" }, OPEN));
    if (keys.length) box.append(rowList("Keys", keys.map(row)));
    else mountEmpty(box, { text: "No program has a key yet." });
  }

  function row(key) {
    const end = key.is_expired ? `Ran out ${ownerDate(key.expires_at)}` : `Valid until ${ownerDate(key.expires_at)}`;
    const use = key.last_used_at ? `last used ${ownerMoment(key.last_used_at)}` : "never used";
    const revoke = h("button", { type: "button", class: "button", "aria-label": `Revoke ${key.name}`, onclick: () => openRevoke(app, key, reading.read) }, "Revoke");
    const state = key.is_expired ? "failing" : null;
    return listRow({ title: key.name, meta: `${end}, ${use}. Made ${ownerDate(key.created_at)}, begins with at_${key.id}.`, actions: [revoke], state });
  }

  return { element, update: () => {}, destroy: () => reading.destroy() };
}

function openNewKey(app, onChanged) {
  const dialog = openModal("Make a key", (body, close) => {
    let days = "90";
    const acts = h("div", { class: "choices" });
    mountChoices(body, { legend: "Valid for", options: VALID, value: days, onChoose: (value) => (days = value) });
    const field = mountField(body, { label: "Name", help: "Which program it is for, such as my dashboard.", keys: "mixed", isKiosk: app.isKiosk });
    field.input.dataset.focus = "";
    // Above our own keys, which would push them out of a small display.
    if (app.isKiosk) field.element.before(acts);
    else body.append(acts);
    const make = mountActButton(acts, {
      app,
      label: "Make the key",
      className: "primary",
      prepare: () => {
        const name = field.input.value.trim();
        if (name) return { path: route("reader_keys"), body: { name, days: Number(days) } };
        field.setError("Type a name: it is how you know the key again.");
        field.input.focus();
        return null;
      },
      onDone: ({ body: made }, isGone) => {
        make.destroy();
        if (isGone) missed(app, made.name, onChanged);
        else showOnce(body, made, close);
      },
    });
    acts.append(h("button", { type: "button", class: "button", onclick: close }, "Cancel"));
    return () => make.destroy();
  });
  dialog.addEventListener("close", onChanged);
}

// Closed before the answer came: the key is there, and nobody will ever see it.
function missed(app, name, onChanged) {
  tellUndone(app, "The key was not shown", `${name} was made after its dialog was closed. Revoke it, and make another one.`);
  onChanged();
}

function showOnce(body, { name, key }, close) {
  const id = freshId("key");
  const text = h("textarea", { id, class: "input", readonly: true, rows: "2", spellcheck: "false" }, key);
  const status = h("p", { role: "status" });
  const copy = h("button", { type: "button", class: "button primary", onclick: copyKey }, "Copy");
  replace(
    body,
    h("p", {}, `The key of ${name}. The program sends it as the header x-api-key.`),
    h("div", { class: "field" }, h("label", { for: id }, "Key"), text),
    h("p", { class: "caution" }, ONCE),
    h("div", { class: "choices" }, copy, h("button", { type: "button", class: "button", onclick: close }, "Done")),
    status,
  );
  copy.focus();

  async function copyKey() {
    try {
      await navigator.clipboard.writeText(key);
      setText(status, "Copied.");
    } catch {
      text.select();
      setText(status, "This browser does not copy by itself: the key is selected, copy it from there.");
    }
  }
}

function openRevoke(app, key, onChanged) {
  openModal(`Revoke ${key.name}`, (body, close) => {
    body.append(h("p", {}, "The program with this key reads nothing more, at once and for good. Another key can be made at any time."));
    const acts = h("div", { class: "choices" }, h("button", { type: "button", class: "button", onclick: close }, "Keep the key"));
    body.append(acts);
    const revoke = mountActButton(acts, {
      app,
      label: "Revoke the key",
      prepare: () => ({ method: "DELETE", path: route("one_reader_key", key.id), body: {} }),
      onDone: () => (close(), onChanged()),
    });
    return () => revoke.destroy();
  });
}
