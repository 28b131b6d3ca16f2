/** Latest wins, painted together: at most two paints a second, none while the page is hidden or dimmed. */

const BETWEEN_PAINTS_MS = 500;
// Nothing moves that soon after a touch: the second half of a double tap would fall on what came to lie there.
const DOUBLE_TAP_MS = 500;

export class Painter {
  #paints = new Set();
  #timer = null;
  #lastAt = -Infinity;
  #touchedAt = -Infinity;
  #isPaused = false;
  #between;
  #onVisibility = () => document.hidden || this.request();
  // A touch soon after another does not prolong it, or who types would see nothing new.
  #onTouch = () => {
    if (this.#stillFor <= 0) this.#touchedAt = performance.now();
  };

  constructor(between = BETWEEN_PAINTS_MS) {
    this.#between = between;
    document.addEventListener("visibilitychange", this.#onVisibility);
    document.addEventListener("pointerdown", this.#onTouch, true);
  }

  /** Call `paint` at every painting from now on; returns what ends that. */
  add(paint) {
    this.#paints.add(paint);
    return () => this.#paints.delete(paint);
  }

  /** Ask for a painting as soon as one is due. */
  request() {
    if (this.#timer !== null || document.hidden || this.#isPaused) return;
    const wait = Math.max(0, this.#between - (performance.now() - this.#lastAt), this.#stillFor);
    this.#timer = setTimeout(() => this.#paintAll(), wait);
  }

  /** Paint nothing, until resume. */
  pause() {
    this.#isPaused = true;
  }

  /** Paint again, what changed meanwhile first. */
  resume() {
    this.#isPaused = false;
    // The touch that woke the page pressed nothing.
    this.#touchedAt = -Infinity;
    this.request();
  }

  /** Paint no more. */
  destroy() {
    clearTimeout(this.#timer);
    this.#paints.clear();
    document.removeEventListener("visibilitychange", this.#onVisibility);
    document.removeEventListener("pointerdown", this.#onTouch, true);
  }

  get #stillFor() {
    return this.#touchedAt + DOUBLE_TAP_MS - performance.now();
  }

  #paintAll() {
    this.#timer = null;
    // Hidden or dimmed since it was asked for: what changed is painted first when the page is seen again.
    if (document.hidden || this.#isPaused) return;
    if (this.#stillFor > 0) {
      this.request();
      return;
    }
    this.#lastAt = performance.now();
    for (const paint of this.#paints) paint();
  }
}
