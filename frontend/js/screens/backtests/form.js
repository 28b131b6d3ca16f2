/** The form of a backtest: which algorithm, which tickers and days, how much cash, what dealing costs. */

import { mountActButton } from "../../components/act_button.js";
import { mountChoices } from "../../components/choices.js";
import { mountDateField } from "../../components/date_field.js";
import { mountField } from "../../components/field.js";
import { mountParameters } from "../../components/parameters.js";
import { mountReading } from "../../components/reading.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h, replace, setText } from "../../dom.js";
import { asTitle, toNumber } from "../../format.js";
import { route } from "../../protocol.js";
import { mountCosts } from "./cost_fields.js";
import { mountDaysNote } from "./days_note.js";
import { draft, fillDraft, typedTickers, wishOf } from "./draft.js";
import { mountPeriodKeys } from "./period_keys.js";
import { newYorkDay } from "./words.js";

const SHAPE = /^[A-Z][A-Z.]{0,9}$/;
const MOST_TICKERS = 5;
const MOST_SUGGESTED = 6;

/** Show the form; with an id it is filled with what that backtest was asked. */
export function showBacktestForm(app, id = null) {
  const element = screenFrame({ title: "New backtest", className: "backtests", back: ["#/test", "Backtests"] });
  const parts = [];
  let isLeft = false;
  const reading = mountReading(element, {
    app,
    path: () => route("available_algorithms"),
    what: "The algorithms",
    keeps: true,
    isEmpty: ({ algorithms }) => !algorithms.length,
    empty: { text: "There is no algorithm yet: put a file into the folder algorithm and come back." },
    show: async ({ algorithms }, box) => {
      forget();
      const earlier = id && (await app.server.ask(route("backtest", id)));
      if (isLeft) return;
      if (earlier) fillFrom(app, earlier);
      parts.push(...fillForm(app, box, algorithms));
    },
  });
  app.isFormOpen = true;

  function forget() {
    parts.splice(0).forEach((each) => each.destroy());
  }

  function destroy() {
    app.isFormOpen = false;
    isLeft = true;
    reading.destroy();
    forget();
  }

  return { element, update: () => {}, destroy };
}

function fillFrom(app, { status, body }) {
  if (status === 200 && body.request) fillDraft(body.request);
  else app.toast.show("What that backtest was asked could not be read; the form is as it was left.");
}

function fillForm(app, box, algorithms) {
  const usable = algorithms.filter(({ error }) => !error);
  if (!usable.some(({ name }) => name === draft.algorithm)) Object.assign(draft, { algorithm: usable[0]?.name ?? "", params: {} });
  const about = h("p", { class: "muted" });
  const settings = h("div", { class: "form-grid" });
  const form = h("div", { class: "backtest-form" });
  box.append(form);
  mountChoices(form, { legend: "Algorithm", options: usable.map(({ name }) => [name, asTitle(name)]), value: draft.algorithm, onChoose: choose });
  form.append(about, ...algorithms.filter(({ error }) => error).map(({ name, error }) => h("p", { class: "refusal" }, `${asTitle(name)} cannot be loaded: ${error}`)));
  const tickers = tickerField(app, form, changed);
  const days = h("div", { class: "form-grid" });
  form.append(days);
  const start = () => draft.to || draft.from || newYorkDay(app.store.marketNow());
  const from = mountDateField(days, { label: "From", value: draft.from, start: () => draft.from || start(), isKiosk: app.isKiosk, onInput: (day) => ((draft.from = day), changed()) });
  const to = mountDateField(days, { label: "To", value: draft.to, start, isKiosk: app.isKiosk, onInput: (day) => ((draft.to = day), changed()) });
  const period = mountPeriodKeys(form, { app, onPeriod: takePeriod });
  const note = mountDaysNote(form, { app, onDays: period.onDays });
  const cash = mountField(form, { label: "Cash for each ticker, dollars", value: draft.cash, keys: "decimal", isKiosk: app.isKiosk, onInput: (text) => (draft.cash = text.trim().replaceAll(",", "")) });
  form.append(h("h2", {}, "Settings"), settings);
  let parameters = null;
  showSettings();
  const costs = mountCosts(form, app);
  const act = mountActButton(form, { app, label: "Run backtest", className: "primary run-backtest", prepare, onDone: ({ body }, isGone) => isGone || app.go(`#/test/${body.id}`) });
  changed();
  return [note, act];

  function choose(name) {
    draft.algorithm = name;
    draft.params = {};
    showSettings();
  }

  function showSettings() {
    replace(settings);
    const chosen = current();
    setText(about, chosen?.help ?? "");
    parameters = mountParameters(settings, { app, parameters: chosen?.parameters, values: draft.params });
    if (!chosen?.parameters.length) settings.append(h("p", { class: "muted" }, "It has none."));
  }

  function current() {
    return usable.find(({ name }) => name === draft.algorithm);
  }

  function takePeriod(first, last) {
    Object.assign(draft, { from: first, to: last });
    from.setValue(first);
    to.setValue(last);
    changed();
  }

  function changed() {
    note.update({ tickers: typedTickers().filter((each) => SHAPE.test(each)).slice(0, MOST_TICKERS), from: draft.from, to: draft.to });
  }

  function prepare() {
    tickers.setError(tickerProblem());
    to.setError(draft.from && draft.to && draft.to < draft.from ? "The last day is before the first." : "");
    cash.setError(cashProblem());
    const wrong = [tickers, to, cash].find((field) => field.input.hasAttribute("aria-invalid")) ?? parameters.firstWrong() ?? costs.firstWrong();
    wrong?.input.focus();
    return wrong ? null : { path: route("backtests"), body: wishOf(current()?.parameters) };
  }
}

function tickerField(app, form, changed) {
  const field = mountField(form, {
    label: "Ticker",
    value: draft.tickers,
    help: app.isKiosk ? "As your broker writes it, such as AAPL." : "As your broker writes it, such as AAPL. Several with a comma between: each gets its own cash.",
    isKiosk: app.isKiosk,
    onInput: (text) => ((draft.tickers = text), changed()),
  });
  const known = [...new Set(app.store.state.algorithms.map(({ ticker }) => ticker))].slice(0, MOST_SUGGESTED);
  const keys = known.map((ticker) => h("button", { type: "button", class: "key", onclick: () => field.setValue(ticker) }, ticker));
  if (keys.length) field.input.after(h("div", { class: "percent-keys", role: "group", "aria-label": "Tickers in use" }, keys));
  return field;
}

function tickerProblem() {
  const typed = typedTickers();
  if (!typed.length) return "Say which ticker, such as AAPL.";
  if (typed.length > MOST_TICKERS) return `At most ${MOST_TICKERS} tickers.`;
  const wrong = typed.find((each) => !SHAPE.test(each));
  return wrong ? `${wrong.slice(0, 20)} is no ticker: 1 to 10 letters, such as AAPL.` : "";
}

function cashProblem() {
  const amount = toNumber(draft.cash);
  if (amount == null || amount <= 0) return "Say how many dollars, more than 0.";
  return /^\d+(\.\d{1,2})?$/.test(draft.cash) ? "" : "Dollars and cents only, such as 2500.00.";
}
