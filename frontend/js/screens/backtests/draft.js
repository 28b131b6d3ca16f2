/** What the form holds: kept while the page is open, so that leaving it and coming back loses nothing. */

import { chosenParameters } from "../../components/parameters.js";

// Alpaca charges no commission; a spread of some cents and the regulators' fees are what a small order meets.
const USUAL = { has_regulatory_fees: true, spread_bps: "2", slippage_bps: "1" };

export const COST_SETS = {
  usual: ["Usual: spread 2, slippage 1 basis points, regulatory fees", USUAL],
  none: ["None: every fill at the bar's own price", {}],
  own: ["My own", null],
};

export const draft = {
  algorithm: "",
  tickers: "",
  from: "",
  to: "",
  cash: "10000",
  params: {},
  costSet: "usual",
  costs: { ...USUAL },
};

/** Fill the form with what an earlier backtest was asked. */
export function fillDraft({ algorithm, tickers, from, to, cash, params, costs }) {
  const given = Object.entries(params).filter(([, value]) => value != null);
  Object.assign(draft, {
    algorithm,
    tickers: tickers.join(", "),
    from: from ?? "",
    to: to ?? "",
    cash: cash ?? "",
    params: Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    costSet: costSetOf(costs),
    costs: Object.fromEntries(Object.entries(costs).map(([name, value]) => [name, value === true ? true : String(value)])),
  });
}

/** Return the tickers that are typed, as the server wants them. */
export function typedTickers() {
  return [...new Set(draft.tickers.toUpperCase().split(/[\s,;]+/).filter(Boolean))];
}

/** Return the body of the wish. */
export function wishOf(parameters) {
  const costs = draft.costSet === "own" ? ownCosts() : COST_SETS[draft.costSet][1];
  return {
    algorithm: draft.algorithm,
    tickers: typedTickers(),
    cash: draft.cash,
    params: chosenParameters(parameters, draft.params),
    from: draft.from || null,
    to: draft.to || null,
    costs,
  };
}

function ownCosts() {
  return Object.fromEntries(Object.entries(draft.costs).filter(([, value]) => value !== "" && value !== false));
}

function costSetOf(costs) {
  const told = Object.entries(costs);
  if (!told.length) return "none";
  const isUsual = told.length === Object.keys(USUAL).length && told.every(([name, value]) => String(USUAL[name]) === String(value));
  return isUsual ? "usual" : "own";
}
