/** Step 2: which ticker. The server knows whether it exists and may be traded. */

import { mountField } from "../../components/field.js";
import { mountSuggestions } from "../../components/suggestions.js";
import { h } from "../../dom.js";
import { money } from "../../format.js";
import { route } from "../../protocol.js";

const SHAPE = /^[A-Z][A-Z.]{0,9}$/;

/** Show the field with suggestions below it; what was found shows at the next step. */
export function tickerStep({ app, body, draft, submitNow }) {
  const field = mountField(body, {
    label: "Ticker",
    value: draft.ticker,
    help: "As your broker writes it, such as AAPL; or the first letters of a company.",
    keys: "letters",
    isKiosk: app.isKiosk,
    onInput: changed,
  });
  let chosen = "";
  const suggestions = mountSuggestions(field.input, { app, onChoose: choose });

  function changed(text) {
    draft.ticker = text.trim().toUpperCase();
    draft.asset = null;
    chosen = "";
    suggestions.update(draft.ticker);
  }

  function choose(symbol) {
    field.setValue(symbol);
    chosen = symbol;
    submitNow();
  }

  async function submit() {
    if (draft.asset) return true;
    const { ticker } = draft;
    const { problem = "", asset = null } = await check(ticker);
    // Another one by now: the answer is not about it. One that was chosen meanwhile is still to be checked.
    if (ticker !== draft.ticker) return chosen ? submit() : false;
    draft.asset = asset;
    if (!problem) return true;
    field.setError(problem);
    field.input.focus();
    return false;
  }

  async function check(ticker) {
    if (!SHAPE.test(ticker)) return { problem: "A ticker is 1 to 10 letters, such as AAPL." };
    const { status, body: answer } = await app.server.ask(`${route("validate_ticker")}?ticker=${encodeURIComponent(ticker)}`);
    if (status !== 200) return { problem: answer.error ?? "The ticker could not be checked." };
    if (!answer.valid) return { problem: answer.reason || `There is no ticker ${ticker}.` };
    if (!answer.tradable) return { problem: answer.reason || `${ticker} cannot be traded.` };
    return { asset: answer };
  }

  return { submit, label: "Check", first: app.isKiosk ? field.input : null, destroy: suggestions.destroy };
}

/** Write what is known of a ticker: AAPL, Apple Inc., last price $185.90. */
export function assetWords(ticker, asset) {
  const price = asset.last_price == null ? "no price yet" : `last price ${money(asset.last_price)}`;
  return `${ticker}${asset.name ? `, ${asset.name}` : ""}, ${price}${asset.fractionable ? "" : ", whole shares only"}`;
}

/** Say that other algorithms trade the ticker already. */
export function usedWords({ used_by: users = [] }) {
  if (!users?.length) return null;
  const count = users.length === 1 ? "Another algorithm trades" : `${users.length} algorithms trade`;
  return h("p", { class: "caution" }, `${count} this ticker already: their orders may have to wait for each other.`);
}
