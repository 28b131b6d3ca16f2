/** The summary strip: how am I doing. */

import { h, setText } from "../dom.js";
import { money, toNumber } from "../format.js";
import { mountFigure } from "./figure.js";

/** Mount the strip; data is the account of the live state, null while the broker has not told it. */
export function mountSummary(parent, data) {
  const value = h("dd", { class: "summary-value" });
  const today = h("dd", { class: "summary-value" });
  const cash = h("dd", {});
  const available = h("dd", {});
  const element = h(
    "dl",
    { class: "summary" },
    pair("Account value", value),
    pair("Today", today),
    pair("Cash", cash, "small"),
    pair("Available", available, "small"),
  );
  const figure = mountFigure(today, {});
  parent.append(element);

  function update(account) {
    setText(value, money(account?.equity));
    figure.update({ value: account?.day_pl, fraction: dayFraction(account) });
    setText(cash, money(account?.cash));
    setText(available, money(account?.available));
  }

  update(data);
  return { element, update, destroy: () => element.remove() };
}

function pair(label, value, extra = "") {
  return h("div", { class: `summary-pair ${extra}` }, h("dt", {}, label), value);
}

function dayFraction(account) {
  const before = toNumber(account?.last_equity);
  return before ? toNumber(account.day_pl) / before : null;
}
