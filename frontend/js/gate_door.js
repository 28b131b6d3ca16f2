/** The way to the gate, which is loaded once Home is there, or when it is needed: the page is locked from that moment on. */

import { minutesAndSeconds } from "./format.js";
import { later } from "./later.js";
import { loadLaterStyles } from "./styles.js";

const ASK_AGAIN_MS = 2000;
const loadGate = later("./screens/gate.js", import.meta.url);
const loadPinAgain = later("./screens/pin_again.js", import.meta.url);

export class GateDoor {
  #app;
  #gate = null;
  #isComing = false;

  constructor(app) {
    this.#app = app;
  }

  // Nothing can be touched any more, and nothing be entered yet.
  get isComing() {
    return this.#isComing;
  }

  get isOpen() {
    return this.#isComing || (this.#gate?.isOpen ?? false);
  }

  /** Ask for the PIN; onOpen is called once it was right. */
  lock(onOpen) {
    this.#show((gate) => gate.lock(onOpen));
  }

  /** Have the first PIN chosen, twice; onOpen is called once the server took it. */
  create(onOpen) {
    this.#show((gate) => gate.create(onOpen));
  }

  /** Have the gate at hand, so that it shows also while the server is away. */
  async load() {
    while (!this.#gate) {
      await loadLaterStyles();
      const module = await loadGate();
      if (module) this.#gate ??= new module.Gate(this.#app);
      else await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
    return this.#gate;
  }

  /** Ask for the PIN once more, over what is unlocked; resolves to whether it was right. */
  async askAgain() {
    const module = await loadPinAgain();
    return module ? module.askPinAgain(this.#app) : false;
  }

  /** Say why a PIN was not taken. */
  wrongPinWords({ status, body }) {
    if (status === 429 && body.wait_s != null) return `Too many tries. Try again in ${minutesAndSeconds(body.wait_s)}.`;
    if (body.tries_left == null) return body.error ?? "Wrong PIN.";
    return `Wrong PIN. ${body.tries_left} ${body.tries_left === 1 ? "try" : "tries"} left.`;
  }

  async #show(how) {
    if (this.isOpen) return;
    const page = document.getElementById("app");
    this.#isComing = page.inert = true;
    const gate = await this.load();
    this.#isComing = page.inert = false;
    how(gate);
  }
}
