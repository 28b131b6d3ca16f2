/** A day: the device's own picker, and in kiosk three steppers in a dialog, because no picker opens above a full screen. */

import { freshId, h, setAttribute, setText } from "../dom.js";
import { openModal } from "./modal.js";
import { mountStepper } from "./stepper.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const ANY = "Any day";

/** Mount the field. data: label, value: "2026-01-30" or "", start: where the steppers begin, help, isKiosk, onInput(value). */
export function mountDateField(parent, { label, value = "", start, help = "", isKiosk, onInput = () => {} }) {
  const id = freshId("date");
  const error = h("p", { class: "refusal", id: `${id}-error` });
  const described = { "aria-describedby": `${id}-error` };
  const input = isKiosk
    ? h("button", { id, type: "button", class: "input date-button", "aria-labelledby": `${id}-label ${id}`, ...described, onclick: choose }, value || ANY)
    : h("input", { id, type: "date", class: "input", value, min: "1990-01-01", max: "2099-12-31", ...described, oninput: () => changed(input.value) });
  const name = h("label", { for: id, id: `${id}-label` }, label);
  const element = h("div", { class: "field" }, name, input, error, help ? h("p", { class: "hint" }, help) : null);
  let day = value;
  parent.append(element);

  function choose() {
    openModal(label, (body, close) => fillDay(body, { day: day || start(), onTake: (taken) => (setValue(taken), onInput(taken), close()) }));
  }

  function changed(text) {
    day = text;
    setError("");
    onInput(text);
  }

  function setValue(text) {
    day = text;
    if (isKiosk) setText(input, text || ANY);
    else input.value = text;
    setError("");
  }

  function setError(text) {
    setText(error, text);
    setAttribute(input, "aria-invalid", text ? "true" : null);
  }

  return { element, input, setValue, setError, destroy: () => element.remove() };
}

function fillDay(body, { day, onTake }) {
  let parts = day.split("-").map(Number);
  const show = h("p", { class: "review-lead", role: "status" });
  const rows = h("div", { class: "date-steppers" });
  const stepper = (label, at) => mountStepper(rows, { label, words: "", onStep: (step) => put(stepped(parts, at, step)) });
  const steppers = [stepper("Year", 0), stepper("Month", 1), stepper("Day", 2)];
  const take = h("button", { type: "button", class: "button primary", "data-focus": true, onclick: () => onTake(written(parts)) }, "Take this day");
  const any = h("button", { type: "button", class: "button", onclick: () => onTake("") }, ANY);
  body.append(show, rows, h("div", { class: "choices" }, take, any));
  put(parts);

  function put(next) {
    parts = next;
    const [year, month, date] = parts;
    [String(year), MONTHS[month - 1], String(date)].forEach((words, at) => steppers[at].update({ words }));
    setText(show, `${weekday(parts)}, ${written(parts)}`);
  }
}

/** Return a day with its year, month or date (0, 1, 2) a step on; months and dates go round, a date too late moves up. */
export function stepped([year, month, date], at, step) {
  if (at === 0) return fitted(Math.min(2099, Math.max(1990, year + step)), month, date);
  if (at === 1) return fitted(year, around(month + step, 12), date);
  return [year, month, around(date + step, lastOf(year, month))];
}

function fitted(year, month, date) {
  return [year, month, Math.min(date, lastOf(year, month))];
}

function around(number, most) {
  return number < 1 ? most : number > most ? 1 : number;
}

function lastOf(year, month) {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function written([year, month, date]) {
  return `${year}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
}

function weekday([year, month, date]) {
  return ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"][new Date(Date.UTC(year, month - 1, date)).getUTCDay()];
}
