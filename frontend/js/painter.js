/** Latest wins, painted together: at most two paints a second, none while the page is hidden. */

const BETWEEN_PAINTS_MS = 500;

export class Painter {
  #paints = new Set();
  #timer = null;
  #lastAt = -Infinity;

  constructor() {
    document.addEventListener("visibilitychange", () => document.hidden || this.request());
  }

  /** Call `paint` at every painting from now on; returns what ends that. */
  add(paint) {
    this.#paints.add(paint);
    return () => this.#paints.delete(paint);
  }

  /** Ask for a painting as soon as one is due. */
  request() {
    if (this.#timer !== null || document.hidden) return;
    const wait = Math.max(0, BETWEEN_PAINTS_MS - (performance.now() - this.#lastAt));
    this.#timer = setTimeout(() => this.#paintAll(), wait);
  }

  #paintAll() {
    this.#timer = null;
    this.#lastAt = performance.now();
    for (const paint of this.#paints) paint();
  }
}
