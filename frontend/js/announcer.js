/** What screen readers say: calmly, or at once. */

import { setText } from "./dom.js";

const BETWEEN_MS = 1000;

export class Announcer {
  #polite;
  #assertive;
  #waiting = [];
  #timer = null;

  /** Speak by two live regions of the page. */
  constructor(polite, assertive) {
    this.#polite = polite;
    this.#assertive = assertive;
  }

  /** Say something, if anything, when nothing else is being said: what follows within a second is said together then. */
  polite(text) {
    if (text) this.#waiting.push(text);
    if (this.#timer === null) this.#next();
  }

  /** Say something at once. */
  assertive(text) {
    setText(this.#assertive, text);
  }

  #next() {
    this.#timer = null;
    if (!this.#waiting.length) return;
    setText(this.#polite, this.#waiting.splice(0).join(" "));
    this.#timer = setTimeout(() => this.#next(), BETWEEN_MS);
  }
}
