/** Step 4: everything in words, then Start: a tap, with real money a hold. */

import { mountActButton } from "../../components/act_button.js";
import { chosenParameters, parameterLabel } from "../../components/parameters.js";
import { mountPinChoice } from "../../components/pin_choice.js";
import { h } from "../../dom.js";
import { asTitle, money } from "../../format.js";
import { moneyWord } from "../../market_words.js";
import { route } from "../../protocol.js";
import { estimateWords } from "./money_step.js";

/** Show the summary and Start. */
export function reviewStep({ app, body, draft }) {
  const { mode } = app.store.state;
  const { ticker } = draft;
  const isLive = mode === "LIVE";
  const risk = `It trades ${moneyWord(mode)}: up to ${money(draft.cash)} is at risk. ${estimateWords(draft)}`;
  body.append(
    h("p", { class: "review-lead" }, `${asTitle(draft.algorithm.name)} on ${ticker} with ${money(draft.cash)}.`),
    h("p", { class: isLive ? "caution" : "" }, risk),
    h("dl", { class: "figures" }, settings(draft).map(([name, value]) => pair(name, value))),
  );
  const prepare = () => ({ path: route("algorithms"), body: request(draft) });
  const start = mountActButton(body, {
    app,
    label: isLive ? "Hold to start with real money" : "Start",
    className: "primary",
    isHold: isLive,
    prepare,
    onDone: started,
  });
  const choice = isLive ? mountPinChoice(body, { app, request: prepare, onDone: started }) : null;

  function started(_answer, isGone) {
    app.toast.show(`${ticker} started. Its first turn is at the next minute of the session.`);
    // Who has gone elsewhere meanwhile stays there, also at the next algorithm.
    if (!isGone) app.go("#/home");
  }

  return { destroy: () => (start.destroy(), choice?.destroy()) };
}

function request({ algorithm, ticker, cash, params }) {
  return { name: algorithm.name, ticker, initial_capital: cash, params: chosenParameters(algorithm.parameters, params) };
}

function settings({ algorithm, params }) {
  return (algorithm.parameters ?? []).map((each) => [parameterLabel(each), params[each.name] || (each.default ?? "not set")]);
}

function pair(name, value) {
  return h("div", { class: "figures-pair" }, h("dt", {}, name), h("dd", {}, String(value)));
}
