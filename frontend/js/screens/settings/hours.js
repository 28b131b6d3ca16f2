/** Hours of the day, from and to, in steps of half an hour; or none. */

import { mountChoices } from "../../components/choices.js";
import { h, setHidden, setText } from "../../dom.js";
import { keepPreferences } from "./preference.js";

const STEP = 30;
const DAY = 24 * 60;

/** Mount the hours. data: app, name of the preference, legend, help, usual: {from, to} when they are switched on. */
export function mountHours(parent, { app, name, legend, help, usual }) {
  const kept = () => app.store.state.preferences[name];
  let hours = { ...(kept() ?? usual) };
  const problem = h("p", { class: "refusal", role: "alert" });
  const times = h("div", { class: "hours", hidden: !kept() });
  const box = h("div", { class: "preference" });
  const choices = mountChoices(box, {
    legend,
    options: [
      ["off", "Never"],
      ["on", "Each day"],
    ],
    value: kept() ? "on" : "off",
    onChoose: (value) => {
      setHidden(times, value === "off");
      keep(value === "on" ? hours : null);
    },
  });
  const values = { from: h("output", { class: "hours-value" }, hours.from), to: h("output", { class: "hours-value" }, hours.to) };
  times.append(stepper("from", "From"), stepper("to", "To"));
  box.append(times, problem, h("p", { class: "hint" }, help));
  parent.append(box);

  function stepper(end, label) {
    const move = (by) => {
      hours = { ...hours, [end]: moved(hours[end], by) };
      // From and to alike would be no hours at all.
      if (hours.from === hours.to) hours = { ...hours, [end]: moved(hours[end], by) };
      setText(values[end], hours[end]);
      keep(hours);
    };
    const key = (by, sign, words) => h("button", { type: "button", class: "key", "aria-label": `${label} ${words}`, onclick: () => move(by) }, sign);
    return h("div", { class: "stepper" }, h("span", {}, label), key(-STEP, "−", "half an hour earlier"), values[end], key(STEP, "+", "half an hour later"));
  }

  async function keep(value) {
    setText(problem, await keepPreferences(app, { [name]: value }));
    if (problem.textContent) showKept();
  }

  function showKept() {
    hours = { ...(kept() ?? usual) };
    choices.update({ value: kept() ? "on" : "off" });
    setHidden(times, !kept());
    for (const end of ["from", "to"]) setText(values[end], hours[end]);
  }

  return { destroy: () => box.remove() };
}

/** Move a time of day: 23:30 and half an hour is 00:00. */
export function moved(time, minutes) {
  const [hour, minute] = time.split(":").map(Number);
  const whole = (hour * 60 + minute + minutes + DAY) % DAY;
  return [Math.floor(whole / 60), whole % 60].map((each) => String(each).padStart(2, "0")).join(":");
}
