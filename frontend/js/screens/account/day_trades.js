/** Day trades of the rolling five sessions: how many, since when, and whose limit that is. */

import { mountPairs } from "../../components/pairs.js";
import { limitWords } from "../../day_trade_words.js";
import { h, setHidden, setText } from "../../dom.js";

const LABELS = ["Used", "Left", "Counted since", "Policy"];
const POLICIES = { off: "only count", advisory: "tell me", enforce: "refuse" };
const DAY = new Intl.DateTimeFormat("en-US", { timeZone: "UTC", month: "short", day: "numeric" });
const STARTING = "AutoTrader is starting; its day trades are counted in a moment.";

/** Show them in a panel; they follow the live state. */
export function showDayTrades({ app, panel }) {
  const words = h("p", { class: "account-lead" });
  const box = h("div", {});
  panel.append(words, box);
  const pairs = mountPairs(box, LABELS);
  box.append(h("div", { class: "account-act" }, h("a", { class: "button", href: "#/settings/limits" }, "Change the policy")));

  function update() {
    const told = app.store.state.day_trades;
    setText(words, told ? limitWords(told) : STARTING);
    setHidden(box, !told);
    if (!told) return;
    pairs.update([String(told.trades_used), String(told.trades_remaining), DAY.format(new Date(told.week_start)), POLICIES[told.policy] ?? told.policy]);
  }

  update();
  return { update };
}
