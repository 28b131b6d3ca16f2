/** New algorithm in four steps: choose, ticker, money, review. Nothing is sent before Start. */

import { stepFlow } from "../../components/step_flow.js";
import { chooseStep } from "./choose_step.js";
import { moneyStep } from "./money_step.js";
import { reviewStep } from "./review_step.js";
import { tickerStep } from "./ticker_step.js";

const STEPS = [
  ["Choose an algorithm", chooseStep],
  ["Ticker", tickerStep],
  ["Cash and parameters", moneyStep],
  ["Review", reviewStep],
];

/** Show the flow; query fills it in: algorithm, ticker, cash, param.NAME. */
export function showNewAlgorithm(app, query = "") {
  const draft = draftOf(new URLSearchParams(query ?? ""));
  return stepFlow(app, { steps: STEPS, draft, onLeave: () => app.go("#/home") });
}

function draftOf(query) {
  const params = [...query].filter(([name]) => name.startsWith("param.")).map(([name, value]) => [name.slice("param.".length), value]);
  const wanted = query.get("algorithm");
  const filled = { ticker: query.get("ticker") ?? "", cash: query.get("cash") ?? "", params: Object.fromEntries(params) };
  return { algorithm: wanted ? { name: wanted } : null, wanted, asset: null, account: null, ...filled };
}
