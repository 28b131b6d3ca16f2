/** The Stop menu of one algorithm: two plainly different acts. */

import { mountActButton } from "../components/act_button.js";
import { openModal } from "../components/modal.js";
import { h } from "../dom.js";
import { dayAndClock, estimate, shares, toNumber } from "../format.js";
import { moneyWord } from "../market_words.js";
import { route } from "../protocol.js";

/** Open the menu for an algorithm of the live state. */
export function openStopMenu(app, algorithm) {
  const title = `Stop ${algorithm.ticker}?`;
  return openModal(title, (body, close) => fill({ app, algorithm, body, close }), { className: "dialog-choices" });
}

function fill({ app, algorithm, body, close }) {
  const held = toNumber(algorithm.card_calculations.shares) ?? 0;
  const acts = held > 0 ? [keep, sell] : [keep];
  const buttons = acts.map((act) => mountChoice({ app, algorithm, body, close, held }, act));
  body.append(h("button", { type: "button", class: "button", "data-focus": true, "data-leave": true, onclick: close }, "Do not stop"));
  return () => buttons.forEach((button) => button.destroy());
}

function mountChoice({ app, algorithm, body, close, held }, act) {
  const { label, text, liquidate } = act(algorithm, app.store.state, held);
  const box = h("section", { class: "choice" }, h("p", {}, text));
  body.append(box);
  return mountActButton(box, {
    app,
    label,
    className: liquidate ? "danger" : "primary",
    prepare: () => ({ path: route("stop", algorithm.id), body: { liquidate } }),
    onDone: ({ body: result }, isGone) => {
      close();
      app.toast.show(doneWords(algorithm, result));
      // Whoever left the menu is elsewhere by now.
      if (!isGone) app.go("#/home");
    },
  });
}

function keep(algorithm, _state, held) {
  if (!(held > 0)) {
    return { label: "Stop", text: "The algorithm ends for good. It holds nothing, so nothing is sold.", liquidate: false };
  }
  const text = `The algorithm ends for good. Its ${shares(algorithm.card_calculations.shares)} stay in your account; nothing is sold.`;
  return { label: "Stop, keep position", text, liquidate: false };
}

/** Write what selling its shares with the stop means, as {label, text, liquidate}; held: how many. */
export function sell(algorithm, { market, mode }, held) {
  const { last_price: price, shares: count } = algorithm.card_calculations;
  const about = price == null ? "" : ` (about ${estimate(price * held)})`;
  const unsure = price == null ? "the price is not known now" : "the price may differ from the estimate";
  const order = `Sends a market order, ${moneyWord(mode)}: ${unsure}.`;
  if (market.phase === "open") {
    return { label: `Stop and sell ${shares(count)} now${about}`, text: `The algorithm ends for good. ${order}`, liquidate: true };
  }
  const opens = market.next_open ? `, ${dayAndClock(market.next_open)}` : "";
  const text = `The market is closed. The algorithm ends now; its shares are sold when the market opens next${opens}. ${order}`;
  return { label: `Stop and sell ${shares(count)} at the next open${about}`, text, liquidate: true };
}

/** Write what a stop has come to. */
export function doneWords(algorithm, result) {
  if (!result.selling) return `${algorithm.ticker} is stopped. ${toNumber(result.shares) ? `${shares(result.shares)} stay in your account.` : ""}`;
  const when = result.when === "next_open" ? "at the next open" : "now";
  return `${algorithm.ticker} is stopped. ${shares(result.shares)} are being sold ${when}.`;
}
