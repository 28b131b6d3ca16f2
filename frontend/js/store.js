/** What the server last said, kept whole: one snapshot, then numbered updates. Everything on screen is read from here. */

const MINUTE_MS = 60_000;
// Until the engine's first minute the server knows neither market nor health.
const UNKNOWN_MARKET = { now: null, phase: "unknown", is_open: false, closes_at: null, next_open: null, speed: null };
const UNKNOWN_HEALTH = { streams: { data: true, orders: true, last_message_age_s: null }, closed_gates: [], database: true };

export class Store extends EventTarget {
  state = null;
  boot = null;
  seq = 0;
  #takenAt = 0;

  /**
   * Take a snapshot. Says "renewed" with the state before it, when there was one: whatever was read besides
   * may be old then, and news was missed. Says "restarted" when it comes from another process than the one before.
   */
  take({ boot, seq, state }) {
    const [before, stateBefore] = [this.boot, this.state];
    this.boot = boot;
    this.seq = seq;
    this.#put(state);
    if (before !== null) this.dispatchEvent(new CustomEvent("renewed", { detail: stateBefore }));
    if (before !== null && before !== boot) this.dispatchEvent(new Event("restarted"));
  }

  /** Apply an update; false when one before it is missing, so that a snapshot is needed. */
  apply({ boot, seq, changes, events }) {
    if (this.state === null || boot !== this.boot || seq > this.seq + 1) return false;
    if (seq <= this.seq) return true;
    this.seq = seq;
    this.#put(merged(this.state, changes ?? {}));
    if (events?.length) this.dispatchEvent(new CustomEvent("news", { detail: events }));
    return true;
  }

  /** Say whether a heartbeat with these numbers finds everything here. */
  isComplete({ boot, seq }) {
    return this.state !== null && boot === this.boot && seq <= this.seq;
  }

  /** Say whether the engine has not shown its first state yet. */
  get isStarting() {
    return this.state?.market.phase === "unknown";
  }

  /** Return the open alerts that nobody has acknowledged, what matters most first. */
  get waitingAlerts() {
    return (this.state?.alerts ?? []).filter((each) => !each.acknowledged_at);
  }

  /** Return an algorithm by its id. */
  algorithm(id) {
    return this.state?.algorithms.find((each) => each.id === id) ?? null;
  }

  /** Return the market's time in epoch milliseconds: the server's, carried on by this page's own clock. */
  marketNow() {
    const market = this.state?.market;
    if (!market?.now) return null;
    const passed = performance.now() - this.#takenAt;
    // An exchange that owns the clock may stand still, so its next minute is not taken for granted.
    return Date.parse(market.now) + (market.speed ? Math.min(passed * market.speed, MINUTE_MS) : passed);
  }

  #put(state) {
    if (state.market !== this.state?.market) this.#takenAt = performance.now();
    this.state = { ...state, market: state.market ?? UNKNOWN_MARKET, health: state.health ?? UNKNOWN_HEALTH };
    this.dispatchEvent(new Event("change"));
  }
}

function merged(state, changes) {
  const { removed = [], algorithms: changed = [], ...rest } = changes;
  const byId = new Map(state.algorithms.map((each) => [each.id, each]));
  for (const each of changed) byId.set(each.id, each);
  for (const id of removed) byId.delete(id);
  return { ...state, ...rest, algorithms: [...byId.values()] };
}
