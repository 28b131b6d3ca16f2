/** The summary strip: how am I doing. */

import { h, setHidden, setText } from "../dom.js";
import { money, toNumber } from "../format.js";
import { accountFreshness } from "../freshness.js";
import { mountFigure } from "./figure.js";

/** Mount the strip; data: app, whose account is null while the broker has not told it; onToday() tells more of the day. */
export function mountSummary(parent, app, { onToday = () => {} } = {}) {
  const value = h("dd", { class: "summary-value" });
  const today = h("dd", { class: "summary-value" });
  const cash = h("dd", {});
  const power = h("dd", {});
  const tag = h("span", { class: "tag stale-tag", hidden: true });
  const element = h(
    "dl",
    { class: "summary" },
    pair(["Account value ", tag], value),
    pair("Today", today, "has-more", h("button", { type: "button", class: "summary-more", "aria-label": "Today in detail", onclick: onToday })),
    pair("Cash", cash, "small"),
    pair("Buying power", power, "small wide-only"),
  );
  const figure = mountFigure(today, {});
  parent.append(element);

  function update() {
    const { account } = app.store.state;
    const fresh = accountFreshness(app);
    element.classList.toggle("is-stale", fresh.isStale);
    setText(tag, fresh.tag);
    setHidden(tag, !fresh.tag);
    setText(value, money(account?.equity));
    figure.update({ value: account?.day_pl, fraction: dayFraction(account) });
    setText(cash, money(account?.cash));
    setText(power, money(account?.buying_power));
  }

  update();
  return { element, update, destroy: () => element.remove() };
}

function pair(label, value, extra = "", act = null) {
  return h("div", { class: `summary-pair ${extra}` }, h("dt", {}, label, act), value);
}

function dayFraction(account) {
  const before = toNumber(account?.last_equity);
  return before ? toNumber(account.day_pl) / before : null;
}
