/** What dealing is assumed to cost: usual, nothing, or one's own numbers. */

import { mountChoices } from "../../components/choices.js";
import { mountField } from "../../components/field.js";
import { h, setHidden } from "../../dom.js";
import { toNumber } from "../../format.js";
import { COST_SETS, draft } from "./draft.js";

const FIELDS = [
  ["spread_bps", "Spread, basis points", "Distance of bid and ask; each side pays half. 1 basis point is a hundredth of a percent.", 10_000],
  ["slippage_bps", "Slippage, basis points", "What a fill is worse than the price, on top of the spread.", 10_000],
  ["commission_per_order", "Commission an order, dollars", "", 1000],
  ["commission_per_share", "Commission a share, dollars", "", 100],
  ["volume_fraction", "Part of a bar's volume, 0.0001 to 1", "What all orders together get at most; empty: as much as is wanted.", 1],
];

/** Mount the costs. */
export function mountCosts(parent, app) {
  const own = h("div", { class: "form-grid" });
  mountChoices(parent, {
    legend: "Costs assumed",
    options: Object.entries(COST_SETS).map(([id, [words]]) => [id, words]),
    value: draft.costSet,
    onChoose: (id) => ((draft.costSet = id), show()),
  });
  const fields = FIELDS.map(([name, label, help, most]) => [
    most,
    mountField(own, { label, help, value: draft.costs[name] ?? "", keys: "decimal", isKiosk: app.isKiosk, onInput: (text) => (draft.costs[name] = text.trim()) }),
  ]);
  const fees = h("input", { type: "checkbox", checked: draft.costs.has_regulatory_fees === true, onchange: () => (draft.costs.has_regulatory_fees = fees.checked) });
  own.append(h("label", { class: "option" }, fees, h("span", {}, "Regulatory fees that Alpaca passes on")));
  parent.append(own);
  show();

  function show() {
    setHidden(own, draft.costSet !== "own");
  }

  function firstWrong() {
    if (draft.costSet !== "own") return null;
    const wrong = fields.filter(([most, field]) => {
      const text = field.input.value.trim();
      const number = toNumber(text);
      const isBad = text !== "" && (number == null || number < 0 || number > most);
      field.setError(isBad ? `A number from 0 to ${most.toLocaleString("en-US")}.` : "");
      return isBad;
    });
    return wrong[0]?.[1] ?? null;
  }

  return { firstWrong };
}
