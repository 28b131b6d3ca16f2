/** Step 4: everything in words, then Start: a tap, with real money a hold. */

import { mountActButton } from "../../components/act_button.js";
import { h } from "../../dom.js";
import { asTitle, money, toNumber } from "../../format.js";
import { moneyWord } from "../../market_words.js";
import { route } from "../../protocol.js";
import { estimateWords } from "./money_step.js";

/** Show the summary and Start. */
export function reviewStep({ app, body, draft }) {
  const { mode } = app.store.state;
  const isLive = mode === "LIVE";
  const risk = `It trades ${moneyWord(mode)}: up to ${money(draft.cash)} is at risk. ${estimateWords(draft)}`;
  body.append(
    h("p", { class: "review-lead" }, `${asTitle(draft.algorithm.name)} on ${draft.ticker} with ${money(draft.cash)}.`),
    h("p", { class: isLive ? "caution" : "" }, risk),
    h("dl", { class: "figures" }, settings(draft).map(([name, value]) => pair(name, value))),
  );
  const start = mountActButton(body, {
    app,
    label: isLive ? "Hold to start with real money" : "Start",
    className: "primary",
    isHold: isLive,
    prepare: () => ({ path: route("algorithms"), body: request(draft) }),
    onDone: () => {
      app.toast.show(`${draft.ticker} started. Its first turn is at the next minute of the session.`);
      app.go("#/home");
    },
  });
  return { destroy: () => start.destroy() };
}

function request({ algorithm, ticker, cash, params }) {
  return { name: algorithm.name, ticker, initial_capital: cash, params: chosen(algorithm, params) };
}

function chosen({ parameters = [] }, params) {
  const given = parameters.filter(({ name }) => (params[name] ?? "") !== "");
  return Object.fromEntries(given.map(({ name }) => [name, toNumber(params[name]) ?? params[name]]));
}

function settings({ algorithm, params }) {
  return (algorithm.parameters ?? []).map((each) => [each.name.replaceAll("_", " "), params[each.name] || (each.default ?? "none")]);
}

function pair(name, value) {
  return h("div", { class: "figures-pair" }, h("dt", {}, name), h("dd", {}, String(value)));
}
