/** One algorithm at a glance. The whole card is one link to its detail. */

import { h, setAttribute, setHidden, setText } from "../dom.js";
import { asTitle, money, momentNear, shares, signedPercent, toNumber } from "../format.js";
import { freshness } from "../freshness.js";
import { mountFigure } from "./figure.js";
import { mountSparkline } from "./sparkline.js";

export const STATUS_WORDS = { RUNNING: "Running", PAUSED: "Paused", ERROR: "Error", STOPPED: "Stopped" };
const FLASH_MS = 600;
const BETWEEN_FLASHES_MS = 3000;

/** Mount a card; data is {algorithm, store, connection}. */
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
  const element = h(
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
  const parts = [mountFigure(day, {}), mountFigure(open, {}), mountSparkline(line, [])];
  let flashedAt = -Infinity;
  parent.append(element);

  function update({ algorithm, store, connection }) {
    const figures = algorithm.card_calculations;
    const fresh = freshness(algorithm, store, connection);
    setAttribute(element, "href", `#/algorithm/${algorithm.id}`);
    setAttribute(element, "aria-label", spoken(algorithm));
    setAttribute(element, "data-status", algorithm.status);
    element.classList.toggle("is-stale", fresh.isStale);
    setText(ticker, algorithm.ticker);
    setText(name, asTitle(algorithm.name));
    setText(price, money(figures.last_price));
    setText(tag, fresh.tag);
    setHidden(tag, !fresh.tag);
    setText(status, STATUS_WORDS[algorithm.status] ?? algorithm.status);
    setText(position, positionText(algorithm));
    parts[0].update({ value: figures.day_pl });
    parts[1].update({ value: figures.unrealized_pl });
    parts[2].update(algorithm.sparkline ?? []);
    setText(decision, decisionText(algorithm, store.state.market.now));
    setAttribute(decision, "title", decision.textContent);
  }

  function flash(now) {
    if (now - flashedAt < BETWEEN_FLASHES_MS) return false;
    flashedAt = now;
    element.classList.add("is-flashing");
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    setTimeout(() => element.classList.remove("is-flashing"), isStill ? BETWEEN_FLASHES_MS : FLASH_MS);
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

function spoken(algorithm) {
  const figures = algorithm.card_calculations;
  const words = [`${algorithm.ticker} ${asTitle(algorithm.name)}`, STATUS_WORDS[algorithm.status], positionText(algorithm)];
  if (figures.last_price != null) words.push(`price ${figures.last_price} dollars`);
  const total = toNumber(figures.total_pl_pct);
  if (total) words.push(`${total > 0 ? "up" : "down"} ${signedPercent(Math.abs(total)).slice(1)} in all`);
  return words.join(", ");
}
