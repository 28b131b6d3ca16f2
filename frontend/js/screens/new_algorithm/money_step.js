/** Step 3: how much cash, and the algorithm's own settings. */

import { mountField } from "../../components/field.js";
import { mountParameters } from "../../components/parameters.js";
import { h, setText } from "../../dom.js";
import { money, toNumber } from "../../format.js";
import { route } from "../../protocol.js";
import { assetWords, usedWords } from "./ticker_step.js";

const PARTS = [25, 50, 75, 100];
const STEP = 500;

/** Show the fields. */
export function moneyStep({ app, body, draft }) {
  body.append(h("p", { class: "muted" }, assetWords(draft.ticker, draft.asset)));
  const used = usedWords(draft.asset);
  if (used) body.append(used);
  const cash = mountField(body, {
    label: "Cash for this algorithm, dollars",
    value: draft.cash,
    keys: "decimal",
    isKiosk: app.isKiosk,
    onInput: (text) => ((draft.cash = text.trim().replaceAll(",", "")), showEstimate()),
  });
  const parts = h("div", { class: "percent-keys", role: "group", "aria-label": "Part of the available cash" });
  cash.input.after(parts);
  const step = (change) => h("button", { type: "button", class: "key", onclick: () => add(change) }, change > 0 ? `+${STEP}` : `−${STEP}`);
  const buttons = PARTS.map((part) => h("button", { type: "button", class: "key", onclick: () => take(part) }, `${part} %`));
  parts.append(step(-STEP), step(STEP), ...buttons);
  const parameters = mountParameters(body, { app, parameters: draft.algorithm.parameters, values: draft.params });
  showEstimate();
  const loaded = load();

  async function load() {
    const { status, body: answer } = await app.server.ask(route("account_cash"));
    if (status === 200) draft.account = answer;
    else cash.setError(answer.error ?? "The available cash is not known.");
    showEstimate();
  }

  function available() {
    return toNumber(draft.account?.available);
  }

  function take(part) {
    cash.setValue((Math.floor((available() ?? 0) * part) / 100).toFixed(2));
  }

  function add(change) {
    cash.setValue(Math.max(0, (toNumber(draft.cash) ?? 0) + change).toFixed(2));
  }

  function showEstimate() {
    // A part of what is not known yet would be nothing.
    for (const button of buttons) button.disabled = available() == null;
    const free = available() == null ? "The available cash is not known yet." : `${money(available())} available.`;
    cash.setHelp([free, estimateWords(draft)].filter(Boolean).join(" "));
  }

  async function submit() {
    // Before it is known what there is, any amount would do.
    await loaded;
    const problem = cashProblem(draft.cash, available());
    cash.setError(problem);
    const wrong = parameters.firstWrong();
    const first = problem ? cash : wrong;
    first?.input.focus();
    return !first;
  }

  return { submit };
}

function cashProblem(cash, available) {
  const amount = toNumber(cash);
  if (amount == null || amount <= 0) return "Say how many dollars, more than 0.";
  if (!/^\d+(\.\d{1,2})?$/.test(cash)) return "Dollars and cents only, such as 2500.00.";
  if (available != null && amount > available) return `That is more than the ${money(available)} available.`;
  return "";
}

/** Say roughly how many shares the cash buys. */
export function estimateWords({ cash, asset }) {
  const [amount, price] = [toNumber(cash), toNumber(asset?.last_price)];
  if (!amount || !price) return "";
  const count = Math.floor(amount / price);
  return `Buys about ${count} ${count === 1 ? "share" : "shares"}.`;
}
