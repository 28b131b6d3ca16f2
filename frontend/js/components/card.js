/** One algorithm at a glance. The card is one link to its detail; over its reason line lies the one to its why. */

import { h, setAttribute, setHidden, setText } from "../dom.js";
import { asTitle, direction, money, momentNear, shares, toNumber } from "../format.js";
import { freshness } from "../freshness.js";
import { mountFigure } from "./figure.js";
import { mountSparkline } from "./sparkline.js";

export const STATUS_WORDS = { RUNNING: "Running", PAUSED: "Paused", ERROR: "Error", STOPPED: "Stopped" };
const FLASH_MS = 600;
const BETWEEN_FLASHES_MS = 3000;

/** Mount a card; data is {algorithm, store, connection, alert}. alert: what its ticker needs attention for, or null. */
export function mountCard(parent, data) {
  const ticker = h("span", { class: "card-ticker" });
  const name = h("span", { class: "card-name" });
  const price = h("span", { class: "card-price" });
  const tag = h("span", { class: "tag stale-tag", hidden: true });
  const status = h("span", { class: "status" });
  const position = h("span", {});
  const day = h("span", { class: "card-day" }, h("span", { class: "label" }, "Today "));
  const open = h("span", { class: "card-open" }, h("span", { class: "label" }, "Open "));
  const line = h("span", { class: "card-line" });
  const decision = h("span", { class: "card-decision" });
  const whole = h(
    "a",
    { class: "card" },
    h("span", { class: "card-title" }, ticker, " ", name),
    h("span", { class: "card-quote" }, tag, " ", price),
    h("span", { class: "card-state" }, status, " ", position),
    day,
    open,
    line,
    decision,
  );
  // A link cannot lie in a link: the reason's own lies over its line.
  const why = h("a", { class: "card-why", hidden: true });
  const element = h("div", { class: "card-box" }, whole, why);
  const parts = [mountFigure(day, {}), mountFigure(open, {}), mountSparkline(line, [])];
  let flashedAt = -Infinity;
  parent.append(element);

  function update({ algorithm, store, connection, alert = null }) {
    const figures = algorithm.card_calculations;
    const fresh = freshness(algorithm, store, connection);
    setAttribute(whole, "href", `#/algorithm/${algorithm.id}`);
    setAttribute(whole, "aria-label", spoken(algorithm, fresh, alert));
    setAttribute(whole, "data-status", algorithm.status);
    setAttribute(whole, "data-alert", alert?.priority);
    whole.classList.toggle("is-stale", fresh.isStale);
    setText(ticker, algorithm.ticker);
    setText(name, asTitle(algorithm.name));
    setText(price, money(figures.last_price));
    setText(tag, fresh.tag);
    setHidden(tag, !fresh.tag);
    setText(status, alert ? "Alert" : STATUS_WORDS[algorithm.status] ?? algorithm.status);
    setText(position, positionText(algorithm));
    parts[0].update({ value: figures.day_pl });
    parts[1].update({ value: figures.unrealized_pl });
    parts[2].update(algorithm.sparkline ?? []);
    setText(decision, alert?.text ?? decisionText(algorithm, store.state.market.now));
    setAttribute(decision, "title", decision.textContent);
    setHidden(why, !algorithm.decision);
    if (!algorithm.decision) return;
    setAttribute(why, "href", `#/algorithm/${algorithm.id}/why/${algorithm.decision.minute}`);
    setAttribute(why, "aria-label", `Why? ${algorithm.ticker} ${decision.textContent}`);
  }

  function flash(now) {
    if (now - flashedAt < BETWEEN_FLASHES_MS) return false;
    flashedAt = now;
    whole.classList.add("is-flashing");
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    setTimeout(() => whole.classList.remove("is-flashing"), isStill ? BETWEEN_FLASHES_MS : FLASH_MS);
    return true;
  }

  update(data);
  return { element, update, flash, destroy: () => element.remove() };
}

function positionText(algorithm) {
  const figures = algorithm.card_calculations;
  const held = toNumber(figures.shares) ? shares(figures.shares) : "no position";
  return algorithm.has_working_order ? `${held}, order working` : held;
}

/** Write the newest decision with its time, or what the owner should know instead. */
export function decisionText(algorithm, now) {
  if (algorithm.status === "ERROR" && algorithm.last_error) return algorithm.last_error;
  const { decision, note } = algorithm;
  if (!decision) return note || "No decision yet";
  return `${momentNear(decision.minute, now)} ${actText(decision)}: ${note || whyText(decision)}`;
}

// What goes without saying: a hold was held, an order was sent.
const SILENT_OUTCOMES = new Set(["HELD", "SUBMITTED"]);

/** Write what was decided and what came of it: "hold", "buy 100 shares", "sell 5 shares, denied". */
export function actText({ action, shares: count, outcome }) {
  const act = toNumber(count) ? `${action} ${shares(count)}` : action;
  return outcome && !SILENT_OUTCOMES.has(outcome) ? `${act}, ${outcome.toLowerCase()}` : act;
}

/** Write why, with the rule that denied it. */
export function whyText(decision) {
  const reason = decision.reason || "no reason given";
  return decision.gate ? `${reason} (${decision.gate})` : reason;
}

function spoken(algorithm, { isStale }, alert) {
  const figures = algorithm.card_calculations;
  const status = (STATUS_WORDS[algorithm.status] ?? algorithm.status).toLowerCase();
  const words = [`${algorithm.ticker} ${asTitle(algorithm.name)}`, status, positionText(algorithm)];
  if (figures.last_price != null) words.push(`price ${figures.last_price.toFixed(2)} dollars${isStale ? ", not fresh" : ""}`);
  words.push(dayWords(figures), alert?.text);
  return words.filter(Boolean).join(", ");
}

// Of what it was worth when the day began; without that, in dollars.
function dayWords({ day_pl: change, equity }) {
  const [gained, worth] = [toNumber(change), toNumber(equity)];
  if (gained == null) return "";
  const before = worth - gained;
  const size = before > 0 ? `${Math.abs((gained / before) * 100).toFixed(2)} percent` : `${Math.abs(gained).toFixed(2)} dollars`;
  const way = { 1: "up", [-1]: "down", 0: "unchanged" }[direction(gained)];
  return way === "unchanged" ? "unchanged today" : `${way} ${size} today`;
}
