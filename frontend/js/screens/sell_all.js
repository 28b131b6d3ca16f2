/** Sell everything: the second, separate choice after a stop. It needs the PIN, and names the money. */

import { openModal } from "../components/modal.js";
import { mountPinPad } from "../components/pin_pad.js";
import { h, setText } from "../dom.js";
import { dayAndClock, estimate, toNumber } from "../format.js";
import { moneyWord } from "../market_words.js";
import { route } from "../protocol.js";

// The server asks for this word, so that no slip sells anything.
const CONFIRMATION = "FLATTEN";

/** Open the dialog that says what would be sold and asks for the PIN. */
export function openSellAll(app) {
  return openModal("Sell everything?", (body, close) => fill(app, body, close), { className: "dialog-pin" });
}

function fill(app, body, close) {
  const problem = h("p", { class: "refusal", role: "alert" });
  const keep = h("button", { type: "button", class: "button", "data-focus": true, onclick: close }, "Keep the positions");
  body.append(h("p", {}, soldWords(app.store.state)), h("p", { class: "hint" }, "What the account held before AutoTrader came stays."), keep);
  const pad = mountPinPad(body, { onPin: sell, root: body.closest("dialog") });
  body.append(problem);

  async function sell(pin) {
    pad.update({ isDisabled: true });
    setText(problem, "Sending");
    const request = { path: route("flatten"), body: { confirm: CONFIRMATION, pin } };
    const answer = await app.server.act(request, (silence) => setText(problem, silence));
    pad.update({ isDisabled: false });
    if (answer.status < 200 || answer.status >= 300) {
      setText(problem, app.gate.wrongPinWords(answer));
      return;
    }
    // What was counted at an earlier stop is not of this one.
    app.lastStop = { ...(app.lastStop?.at === app.store.state.halt?.at ? app.lastStop : {}), ...answer.body };
    app.announce.assertive(doneWords(answer.body));
    app.toast.show(doneWords(answer.body));
    app.painter.request();
    close();
  }

  return () => pad.destroy();
}

function soldWords({ algorithms, market, mode }) {
  const held = algorithms.map(({ card_calculations: figures }) => figures).filter(({ shares }) => toNumber(shares) > 0);
  const isPriced = held.every(({ market_value: value }) => value != null);
  const about = isPriced ? `, about ${estimate(held.reduce((sum, each) => sum + toNumber(each.market_value), 0))} of ${moneyWord(mode)}` : ` of ${moneyWord(mode)}`;
  const what = `${held.length} ${held.length === 1 ? "position" : "positions"}${about}`;
  const when = market.is_open ? "are sold now at the market price" : `are sold at the market price when the market opens${market.next_open ? ` (${dayAndClock(market.next_open)})` : ""}`;
  return `All shares that the algorithms hold ${when}: ${what}. Enter the PIN to sell.`;
}

function doneWords({ selling, when }) {
  const what = `${selling} ${selling === 1 ? "algorithm" : "algorithms"}`;
  return when === "next_open" ? `The shares of ${what} are sold when the market opens.` : `The shares of ${what} are being sold.`;
}
