/** One short note at a time, for six seconds; never for what needs an act. */

import { setHidden, setText } from "../dom.js";

const SHOWN_MS = 6000;

export class Toast {
  #element;
  #timer = null;

  constructor(element) {
    this.#element = element;
  }

  /** Show a note in place of the one before. */
  show(text) {
    clearTimeout(this.#timer);
    setText(this.#element, text);
    setHidden(this.#element, false);
    this.#timer = setTimeout(() => setHidden(this.#element, true), SHOWN_MS);
  }
}
