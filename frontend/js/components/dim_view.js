/** The dimmed screen of a kiosk: clock, mode, account value, today, alerts; muted, and never long in the same place. */

import { h, setHidden, setText } from "../dom.js";
import { money, signedMoney, signedPercent, toNumber, UNKNOWN } from "../format.js";
import { accountFreshness } from "../freshness.js";
import { marketWords } from "../market_words.js";
import { preferences } from "../preferences.js";

const MINUTE_MS = 60_000;
// A finger that is lifted sends its click only now; it must still find this view.
const AFTER_RELEASE_MS = 50;

/** Mount the view; it is not shown yet. onWake is called by the first touch or key, which does nothing else. */
export function mountDimView(app, { onWake }) {
  const parts = Object.fromEntries(["clock", "mode", "value", "today", "alerts", "note"].map((name) => [name, h("p", { class: `dim-${name}` })]));
  const block = h("div", { class: "dim-block" }, Object.values(parts));
  const element = h("dialog", { class: "dim", "aria-label": "Dimmed. Touch or press a key to wake." }, block);
  let isShown = false;
  let words = "";
  document.body.append(element);
  element.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, () => setTimeout(wake, AFTER_RELEASE_MS));
  element.addEventListener("keydown", (event) => event.preventDefault());
  element.addEventListener("keyup", wake);
  element.addEventListener("cancel", (event) => event.preventDefault());
  // A second Escape closes a dialog whatever its page says.
  element.addEventListener("close", () => element.open || wake());

  function wake() {
    if (isShown) onWake();
  }

  function show() {
    isShown = true;
    update();
    element.showModal();
  }

  function hide() {
    isShown = false;
    element.close();
  }

  /** Come before what was opened later. */
  function raise() {
    if (!isShown) return;
    isShown = false;
    element.close();
    show();
  }

  function update() {
    if (!isShown) return;
    const now = Date.now();
    move(Math.floor(now / MINUTE_MS));
    setText(parts.clock, wallClock(now, preferences(app.store).timezone));
    for (const [name, text] of Object.entries(figures(app))) setText(parts[name], text);
    setText(parts.note, words);
    setHidden(parts.note, !words);
  }

  function move(minute) {
    block.style.setProperty("--dim-x", `${((minute * 5) % 41) - 20}px`);
    block.style.setProperty("--dim-y", `${((minute * 3) % 25) - 12}px`);
  }

  const view = { element, show, hide, raise, update, note: (text) => (words = text), destroy: () => element.remove() };
  return Object.defineProperty(view, "isShown", { get: () => isShown });
}

function wallClock(now, timeZone) {
  return new Date(now).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
}

// What is not of now is not shown, but why: a figure from a while ago would look like one of now, and so would an all-clear.
function figures({ store, connection, isShutOut }) {
  const { state } = store;
  if (!state) return {};
  const { isStale, cause } = accountFreshness({ store, connection });
  const isConnected = connection.level === "live" || connection.level === "reconnecting";
  return {
    mode: isConnected ? `${state.mode} · ${marketWords(state.market, store.marketNow())}` : state.mode,
    value: isStale ? UNKNOWN : money(state.account?.equity),
    today: isStale ? (isShutOut ? "" : cause) : todayWords(state.account),
    alerts: alertWords(state, isStale ? "" : "No alerts"),
  };
}

function todayWords(account) {
  const before = toNumber(account?.last_equity);
  return `Today ${signedMoney(account?.day_pl)} ${before ? signedPercent(toNumber(account.day_pl) / before) : ""}`;
}

function alertWords({ is_halted: isHalted, alerts = [] }, allClear) {
  const open = alerts.filter(({ acknowledged_at: seenAt }) => !seenAt);
  const count = open.length === 1 ? "1 alert" : `${open.length} alerts`;
  const told = open.length ? `${count}: ${open[0].text}` : allClear;
  return [isHalted ? "ALL STOPPED" : "", told].filter(Boolean).join(" · ");
}
