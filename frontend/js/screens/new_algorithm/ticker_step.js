/** Step 2: which ticker. The server knows whether it exists and may be traded. */

import { mountField } from "../../components/field.js";
import { h, replace } from "../../dom.js";
import { money } from "../../format.js";
import { route } from "../../protocol.js";

const SHAPE = /^[A-Z][A-Z.]{0,9}$/;

/** Show the field; its answer shows the company and the last price. */
export function tickerStep({ app, body, draft }) {
  const found = h("div", { class: "found", role: "status" });
  const field = mountField(body, {
    label: "Ticker",
    value: draft.ticker,
    help: "As your broker writes it, such as AAPL.",
    keys: "letters",
    isKiosk: app.isKiosk,
    onInput: changed,
  });
  body.append(found);
  if (draft.asset) show(draft.asset);

  function changed(text) {
    draft.ticker = text.trim().toUpperCase();
    draft.asset = null;
    replace(found);
  }

  async function submit() {
    if (draft.asset) return true;
    const problem = await check(draft.ticker);
    if (!problem) {
      show(draft.asset);
      return true;
    }
    field.setError(problem);
    field.input.focus();
    return false;
  }

  async function check(ticker) {
    if (!SHAPE.test(ticker)) return "A ticker is 1 to 10 letters, such as AAPL.";
    const { status, body: answer } = await app.server.ask(`${route("validate_ticker")}?ticker=${encodeURIComponent(ticker)}`);
    if (status !== 200) return answer.error ?? "The ticker could not be checked.";
    if (!answer.valid) return answer.reason || `There is no ticker ${ticker}.`;
    if (!answer.tradable) return answer.reason || `${ticker} cannot be traded.`;
    draft.asset = answer;
    return "";
  }

  function show(asset) {
    replace(found, h("p", {}, assetWords(draft.ticker, asset)), usedWords(asset));
  }

  return { submit, label: "Check", first: app.isKiosk ? field.input : null };
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
