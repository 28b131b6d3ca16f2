/** One open alert: how much it matters, what it says, how old it is, and what the owner can do about it. */

import { ageWords, placeOf, PRIORITIES, repeatWords } from "../../alert_words.js";
import { mountActButton } from "../../components/act_button.js";
import { mountPinChoice } from "../../components/pin_choice.js";
import { h, icon, setAttribute, setHidden, setText } from "../../dom.js";
import { clock, estimate, shares, toNumber } from "../../format.js";
import { moneyWord } from "../../market_words.js";
import { route } from "../../protocol.js";
import { doneWords, sell } from "../stop_menu.js";

// Whose algorithm does not look after its shares any more.
const UNATTENDED = /^algorithm\.(failed|quarantined|paused)$/;

/** Mount a row (an li, to be put into a list); update takes the alert as it is now. */
export function mountAlertRow(app, first) {
  const mark = h("span", { class: "alert-mark", "data-priority": first.priority }, icon(first.priority), PRIORITIES[first.priority]);
  const symbol = h("span", { class: "alert-symbol" });
  const text = h("p", { class: "alert-text" });
  const meta = h("p", { class: "row-meta" });
  const link = h("a", { class: "button", hidden: true });
  const acts = h("div", { class: "row-actions" }, link);
  const words = h("div", { class: "row-words" }, h("p", { class: "alert-head" }, mark, symbol), text, meta);
  const element = h("li", { class: "row alert-row", "data-priority": first.priority }, words, acts);
  let alert = first;
  const acknowledge = act("Acknowledge", "acknowledge_alert", "Acknowledged. It stays here until it is over.");
  const dismiss = act("Dismiss", "resolve_alert", "Dismissed. You find it under Over.");
  const sale = UNATTENDED.test(first.kind) ? mountSale(app, words, first.algorithm_id) : null;

  function act(label, name, done) {
    return mountActButton(acts, {
      app,
      label,
      prepare: () => ({ path: route(name, alert.id), body: {} }),
      onDone: () => {
        app.toast.show(done);
        if (!element.isConnected) document.querySelector("h1").focus();
        // The feed was faster than the answer: the focus was lost with the button that was off, and then hidden.
        else if (alert.acknowledged_at && document.activeElement === document.body) dismiss.element.focus();
      },
    });
  }

  function update(now) {
    alert = now;
    setText(symbol, alert.symbol);
    setText(text, alert.text);
    const seen = alert.acknowledged_at ? `acknowledged ${clock(alert.acknowledged_at)}` : "";
    setText(meta, [ageWords(alert.at, app.store.marketNow()), repeatWords(alert), seen].filter(Boolean).join(" · "));
    if (alert.acknowledged_at && document.activeElement === acknowledge.element) dismiss.element.focus();
    setHidden(acknowledge.element.parentElement, Boolean(alert.acknowledged_at));
    setAttribute(element, "data-seen", alert.acknowledged_at ? "yes" : null);
    const place = placeOf(alert, app.store);
    setHidden(link, !place);
    if (place) setAttribute(link, "href", place[0]);
    if (place) setText(link, place[1]);
    sale?.update();
  }

  function destroy() {
    acknowledge.destroy();
    dismiss.destroy();
    sale?.destroy();
    element.remove();
  }

  return { element, update, destroy };
}

// An algorithm that is switched off watches its shares no more: selling them is the act that suggests itself.
function mountSale(app, parent, id) {
  const words = h("p", {});
  const box = h("div", { class: "alert-sale", hidden: true }, words);
  const request = () => ({ path: route("stop", id), body: { liquidate: true } });
  const onDone = ({ body }) => app.toast.show(doneWords({ ticker: app.store.algorithm(id)?.ticker ?? "The algorithm" }, body));
  const acts = [
    mountActButton(box, { app, label: "Hold to sell now", className: "danger", isHold: true, prepare: request, onDone }),
    mountPinChoice(box, { app, what: "Sell now", request, onDone }),
  ];
  parent.append(box);

  function update() {
    const algorithm = app.store.algorithm(id);
    const { shares: held, last_price: price } = algorithm?.card_calculations ?? {};
    const count = toNumber(held) ?? 0;
    const isUnattended = count > 0 && algorithm.status !== "RUNNING" && algorithm.status !== "STOPPED";
    setHidden(box, !isUnattended);
    if (!isUnattended) return;
    const { state } = app.store;
    const about = price == null ? "" : `, about ${estimate(price * count)} of ${moneyWord(state.mode)}`;
    setText(words, `It holds ${shares(held)}${about}, and nobody watches them. ${sell(algorithm, state, count).text}`);
    acts[0].update({ label: `Hold to sell ${state.market.phase === "open" ? "now" : "at the next open"}` });
  }

  return { update, destroy: () => acts.forEach((each) => each.destroy()) };
}
