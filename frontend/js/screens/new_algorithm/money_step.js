/** Step 3: how much cash, and the algorithm's own settings. */

import { mountField } from "../../components/field.js";
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
  const parameters = (draft.algorithm.parameters ?? []).map((each) => [each, mountParameter(app, body, draft, each)]);
  load();
  showEstimate();

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
    const free = available() == null ? "The available cash is not known yet." : `${money(available())} available.`;
    cash.setHelp([free, estimateWords(draft)].filter(Boolean).join(" "));
  }

  function submit() {
    const problem = cashProblem(draft.cash, available());
    cash.setError(problem);
    const wrong = parameters.filter(([each, field]) => {
      const text = parameterProblem(each, field.input.value.trim());
      field.setError(text);
      return text;
    });
    const first = problem ? cash : wrong[0]?.[1];
    first?.input.focus();
    return !first;
  }

  return { submit };
}

function mountParameter(app, body, draft, parameter) {
  const { name, range, help } = parameter;
  const limits = isRange(range) ? `${range[0]} to ${range[1]}. ` : "";
  return mountField(body, {
    label: name.replaceAll("_", " "),
    value: draft.params[name] ?? parameter.default ?? "",
    help: `${help ?? ""}${help ? ". " : ""}${limits}`,
    keys: isRange(range) && typeof range[0] !== "string" ? "decimal" : "letters",
    isKiosk: app.isKiosk,
    onInput: (text) => (draft.params[name] = text.trim()),
  });
}

function isRange(range) {
  return Array.isArray(range) && range.length === 2;
}

function cashProblem(cash, available) {
  const amount = toNumber(cash);
  if (amount == null || amount <= 0) return "Say how many dollars, more than 0.";
  if (!/^\d+(\.\d{1,2})?$/.test(cash)) return "Dollars and cents only, such as 2500.00.";
  if (available != null && amount > available) return `That is more than the ${money(available)} available.`;
  return "";
}

function parameterProblem({ default: usual, range }, text) {
  if (text === "") return usual == null ? "" : `Say a number; usual is ${usual}.`;
  if (!isRange(range)) return "";
  const number = toNumber(text);
  return number == null || number < range[0] || number > range[1] ? `A number from ${range[0]} to ${range[1]}.` : "";
}

/** Say roughly how many shares the cash buys. */
export function estimateWords({ cash, asset }) {
  const [amount, price] = [toNumber(cash), toNumber(asset?.last_price)];
  if (!amount || !price) return "";
  const count = Math.floor(amount / price);
  return `Buys about ${count} ${count === 1 ? "share" : "shares"}.`;
}
