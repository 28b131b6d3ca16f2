/** Risk limits of all algorithms together: each with its meaning, what holds now, set and lift. */

import { mountActButton } from "../../components/act_button.js";
import { mountField } from "../../components/field.js";
import { openModal } from "../../components/modal.js";
import { mountReading } from "../../components/reading.js";
import { listRow, rowList } from "../../components/row.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h, setText } from "../../dom.js";
import { money } from "../../format.js";
import { route } from "../../protocol.js";
import { mountPreference } from "./preference.js";

const TITLES = {
  max_trade_value: "Largest buy",
  max_open_positions: "Open positions",
  max_position_value: "Largest position, in dollars",
  max_position_shares: "Largest position, in shares",
  orders_per_minute: "Orders in one minute",
  orders_per_day: "Orders in one session",
  daily_loss: "Largest loss of a session",
  daily_loss_percent: "Largest loss of a session, in percent",
};
const DAY_TRADES = [
  {
    name: "day_trade_policy",
    legend: "A fourth day trade in five sessions",
    options: [["advisory", "Tell me"], ["enforce", "Refuse it"], ["off", "Only count"]],
    help: "Your own limit, for accounts below the size set here: no rule has asked for it since June 2026, and the broker blocks nothing. Refused exits wait for the next session.",
  },
  {
    name: "day_trade_protective_exits",
    legend: "A stop when no day trade is left",
    options: [[true, "Goes ahead"], [false, "Waits too"]],
    help: "Only where day trades are refused. Waiting over night can cost more than a day trade.",
  },
];
const SIZE = {
  name: "day_trade_equity_threshold",
  title: "Day trades are free from",
  meaning: "What the account was worth at the last close, in whole dollars. From there on nothing is told or refused.",
};
const DOLLARS = new Set(["max_trade_value", "max_position_value", "daily_loss"]);

/** Show the screen. */
export function showLimits(app) {
  const element = screenFrame({ title: "Risk limits", back: ["#/settings", "Settings"], className: "settings" });
  element.append(h("p", { class: "hint" }, "For all algorithms together. They hold what is opened; selling is never limited, but for day trades if you refuse them. A higher limit, or none, asks for the PIN."));
  const reading = mountReading(element, { app, path: () => route("limits"), show: (body, box) => box.append(rows(body)), what: "The limits", rows: 8 });

  function rows({ limits, known }) {
    const set = new Map(limits.filter((each) => each.algorithm_id === null).map((each) => [each.name, each.value]));
    const own = limits.length - set.size;
    const list = rowList("Risk limits", known.map(({ name, meaning }) => row(name, meaning, set.get(name) ?? null)));
    return h("div", {}, list, own ? h("p", { class: "hint" }, `${own} more ${own === 1 ? "limit is" : "limits are"} set for single algorithms.`) : null);
  }

  function row(name, meaning, value) {
    const title = TITLES[name] ?? name.replaceAll("_", " ");
    const send = (amount) => ({ method: "PUT", path: route("limits"), body: { name, value: amount } });
    const open = () => openLimit(app, { title, meaning, value, send, mayLift: value !== null, onDone: reading.read });
    const change = h("button", { type: "button", class: "button", "aria-label": `${value === null ? "Set" : "Change"} ${title}`, onclick: open }, value === null ? "Set" : "Change");
    return listRow({ title, meta: meaning, value: value === null ? "not limited" : valueWords(name, value), actions: [change] });
  }

  for (const each of DAY_TRADES) mountPreference(element, { app, ...each });
  const size = h("span", {});
  const kept = () => app.store.state.preferences?.[SIZE.name];
  const send = (amount) => ({ method: "PUT", path: route("preferences"), body: { [SIZE.name]: Number(amount) } });
  const change = h("button", { type: "button", class: "button", "aria-label": `Change ${SIZE.title}`, onclick: () => openLimit(app, { ...SIZE, value: String(kept()), send }) }, "Change");
  element.append(rowList("Day trades", [listRow({ title: SIZE.title, meta: SIZE.meaning, value: size, actions: [change] })]));
  const update = () => setText(size, kept() === undefined ? "" : money(kept()));
  update();
  return { element, update, destroy: () => reading.destroy() };
}

/** Open the dialog of a number. send(amount) -> the request; mayLift: whether there can be none; onDone() after it. */
function openLimit(app, { title, meaning, value, send, mayLift = false, onDone = () => {} }) {
  openModal(title, (body, close) => {
    let text = value ?? "";
    const done = () => {
      close();
      onDone();
    };
    const field = mountField(body, { label: "Limit", value: text, help: meaning, keys: "decimal", isKiosk: app.isKiosk, onInput: (typed) => (text = typed.trim()) });
    const acts = h("div", { class: "choices" });
    body.append(acts);
    const buttons = [
      mountActButton(acts, {
        app,
        label: "Set the limit",
        className: "primary",
        prepare: () => {
          if (text) return send(text);
          field.setError("Type a number, such as 1000.");
          return null;
        },
        onDone: done,
      }),
    ];
    if (mayLift) buttons.push(mountActButton(acts, { app, label: "Lift the limit", prepare: () => send(null), onDone: done }));
    acts.append(h("button", { type: "button", class: "button", onclick: close }, "Cancel"));
    return () => buttons.forEach((each) => each.destroy());
  });
}

function valueWords(name, value) {
  if (DOLLARS.has(name)) return money(value);
  return name === "daily_loss_percent" ? `${value} %` : value;
}
