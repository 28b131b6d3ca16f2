/** How fresh this screen is, judged by the page itself: the socket library notices a frozen server far too late. */

export const STALE_SECONDS = 6;
export const OUT_OF_DATE_SECONDS = 15;

export class Connection extends EventTarget {
  #heardAt = null;
  #heardAtWall = null;
  #isLinked = false;

  /** Note a message of the server. */
  heard() {
    this.#heardAt = performance.now();
    this.#heardAtWall = Date.now();
    this.#isLinked = true;
    this.dispatchEvent(new Event("change"));
  }

  /** Note that the socket is gone. */
  lost() {
    this.#isLinked = false;
    this.dispatchEvent(new Event("change"));
  }

  /** Seconds since the server was last heard; 0 before the first time. */
  get silence() {
    if (this.#heardAt === null) return 0;
    // While a machine sleeps its steady clock may stand still; its wall clock may be set. The longer of both counts.
    return Math.max(performance.now() - this.#heardAt, Date.now() - this.#heardAtWall) / 1000;
  }

  /** Say whether there is a socket; what says nothing may still be there. */
  get isLinked() {
    return this.#isLinked;
  }

  /** The moment of the last message on this screen's clock, epoch milliseconds. */
  get lastHeard() {
    return this.#heardAtWall;
  }

  /** Return "connecting", "live", "reconnecting", "stale" or "out" (of date). */
  get level() {
    if (this.#heardAt === null) return "connecting";
    if (this.silence >= OUT_OF_DATE_SECONDS) return "out";
    if (this.silence >= STALE_SECONDS) return "stale";
    return this.#isLinked ? "live" : "reconnecting";
  }

  /** Say whether an act may be offered. */
  get isUsable() {
    return this.level === "live";
  }
}
