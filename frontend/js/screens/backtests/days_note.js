/** Which days of the tickers have bars; those that lack them can be fetched, while everything else goes on. */

import { mountActButton } from "../../components/act_button.js";
import { mountProgress } from "../../components/progress_bar.js";
import { h, replace } from "../../dom.js";
import { startPolling } from "../../polling.js";
import { route } from "../../protocol.js";

const TYPING_MS = 400;
const NO_TICKER = "Once a ticker is given, this says which days have bars.";

/** Mount the note. data: app, onDays(days): told of each answer. update({tickers, from, to}) asks anew. */
export function mountDaysNote(parent, { app, onDays }) {
  const element = h("div", { class: "days-note", role: "status" });
  let asked = "";
  let timer = null;
  let lines = [];
  parent.append(element);

  function update(wish) {
    const text = JSON.stringify(wish);
    if (text === asked) return;
    asked = text;
    clearTimeout(timer);
    timer = setTimeout(() => show(wish), TYPING_MS);
  }

  function show({ tickers, from, to }) {
    clear();
    if (!tickers.length) element.append(h("p", { class: "muted" }, NO_TICKER));
    lines = tickers.map((ticker) => mountLine(element, { app, ticker, from, to, onDays }));
  }

  function clear() {
    lines.forEach((line) => line.destroy());
    lines = [];
    replace(element);
  }

  return { element, update, destroy: () => (clearTimeout(timer), clear(), element.remove()) };
}

function mountLine(parent, { app, ticker, from, to, onDays }) {
  const box = h("div", { class: "days-line" });
  let act = null;
  parent.append(box);
  const query = new URLSearchParams(Object.entries({ ticker, from, to }).filter(([, value]) => value));
  const polling = startPolling(app, () => `${route("backtest_days")}?${query}`, ({ status, body }) => {
    clear();
    if (status !== 200) {
      box.append(h("p", { class: "muted" }, `Which days of ${ticker} have bars is not known. ${body.error ?? ""}`));
      return false;
    }
    onDays(body);
    return show(body);
  });

  function show(days) {
    const fetching = days.fetching;
    const isFetching = fetching && !fetching.is_over;
    box.append(h("p", {}, heldWords(days)));
    if (isFetching) {
      const label = `Fetching bars of ${ticker}`;
      mountProgress(box, { label, fraction: fetching.total ? fetching.done / fetching.total : null, words: `${label}: ${fetching.done} of ${fetching.total} sessions.` });
    } else if (days.missing) {
      box.append(h("p", { class: "caution" }, missingWords(days)));
      if (fetching?.failure) box.append(h("p", { class: "refusal" }, `They could not be fetched: ${fetching.failure}`));
      if (days.to_fetch) act = fetchButton();
    }
    return isFetching;
  }

  function fetchButton() {
    return mountActButton(box, {
      app,
      label: `Fetch the missing days of ${ticker}`,
      prepare: () => ({ path: route("backtest_days"), body: { ticker, from: from || null, to: to || null } }),
      onDone: () => polling.ask(),
    });
  }

  function clear() {
    act?.destroy();
    act = null;
    replace(box);
  }

  return { destroy: () => (polling.stop(), clear()) };
}

function heldWords({ ticker, first, last, held, sessions }) {
  if (!first) return `There are no bars of ${ticker} here yet.${sessions ? "" : " Choose the days: then they can be fetched."}`;
  return `Bars of ${ticker} are here from ${first} to ${last}; of the days asked for, ${held} of ${sessions} ${sessions === 1 ? "session has" : "sessions have"} them.`;
}

function missingWords({ missing, first_missing: first, last_missing: last, to_fetch: fetchable }) {
  const which = first === last ? `${first} has none` : `${missing} sessions between ${first} and ${last} have none`;
  if (fetchable === missing) return `${which}.`;
  return fetchable ? `${which}; ${fetchable} of them can be fetched.` : `${which}, and the broker knows of none. They are left out.`;
}
