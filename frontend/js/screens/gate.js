/** The gate over the page: create the PIN once, unlock with it later. What lies below keeps its half-filled forms. */

import { mountPinPad } from "../components/pin_pad.js";
import { h, icon, replace, setHidden, setText } from "../dom.js";
import { minutesAndSeconds } from "../format.js";
import { route } from "../protocol.js";
import { answeredWords } from "../stop_words.js";
import { openStopAll } from "./stop_all.js";

// So that the countdown survives a reload; the server keeps the real one.
const WAIT_KEY = "autotrader.wait_until";

export class Gate {
  #app;
  #dialog;
  #isOpen = false;
  #pad = null;
  #problem = h("p", { class: "refusal", role: "alert" });
  #stopped = h("p", { class: "gate-stopped", role: "status", hidden: true });
  #ticking = null;

  constructor(app) {
    this.#app = app;
    this.#dialog = h("dialog", { class: "gate", "aria-labelledby": "gate-title" });
    document.body.append(this.#dialog);
    this.#dialog.addEventListener("cancel", (event) => event.preventDefault());
    // A second Escape closes a dialog whatever its page says.
    this.#dialog.addEventListener("close", () => this.#isOpen && this.#dialog.showModal());
  }

  get isOpen() {
    return this.#isOpen;
  }

  /** Ask for the PIN; onOpen is called once it was right. */
  lock(onOpen) {
    if (this.#isOpen) return;
    this.#show("Enter PIN", "Algorithms keep trading while locked.", (pin) => this.#unlock(pin, onOpen), this.#stopButton());
    this.#countDown();
  }

  /** Have the first PIN chosen, twice; onOpen is called once the server took it. */
  create(onOpen) {
    let first = null;
    const ask = (title, problem) => {
      this.#show(title, "6 to 8 digits. You need them to unlock this screen, to resume and to go live.", onPin);
      setText(this.#problem, problem);
    };
    const onPin = (pin) => {
      if (first === null) {
        first = pin;
        ask("Repeat the PIN", "");
      } else if (first !== pin) {
        first = null;
        ask("Choose a PIN", "The two were not the same. Choose again.");
      } else {
        this.#create(pin, onOpen, (problem) => {
          first = null;
          ask("Choose a PIN", problem);
        });
      }
    };
    ask("Choose a PIN", "");
  }

  #show(title, text, onPin, ...more) {
    this.#pad?.destroy();
    const side = h("div", { class: "gate-side" }, h("h1", { id: "gate-title", tabindex: "-1" }, title), h("p", { class: "muted" }, text));
    side.append(this.#problem, ...more, this.#stopped);
    replace(this.#dialog, side);
    setText(this.#problem, "");
    this.#pad = mountPinPad(this.#dialog, { onPin, root: this.#dialog });
    this.#isOpen = true;
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.querySelector("h1").focus();
  }

  #close(onOpen) {
    this.#isOpen = false;
    clearInterval(this.#ticking);
    localStorage.removeItem(WAIT_KEY);
    this.#pad?.destroy();
    this.#pad = null;
    setHidden(this.#stopped, true);
    this.#dialog.close();
    onOpen();
  }

  async #unlock(pin, onOpen) {
    let answer = await this.#send(route("validate_pin"), pin);
    // The last try was wrong: only asking again tells for how long no try counts.
    if (answer.body.tries_left === 0) answer = await this.#send(route("validate_pin"), pin);
    if (answer.status === 200) {
      this.#close(onOpen);
      return;
    }
    if (answer.body.wait_s != null) localStorage.setItem(WAIT_KEY, String(Date.now() + answer.body.wait_s * 1000));
    setText(this.#problem, this.#app.gate.wrongPinWords(answer));
    this.#countDown();
  }

  async #create(pin, onOpen, onRefused) {
    const answer = await this.#send(route("pin"), pin);
    if (answer.status === 201) this.#close(onOpen);
    // Another screen was quicker: its PIN counts.
    else if (answer.status === 409) this.#retry(onOpen, answer.body.error);
    else onRefused(answer.body.error ?? "The PIN was refused.");
  }

  #retry(onOpen, problem) {
    this.#isOpen = false;
    this.lock(onOpen);
    setText(this.#problem, problem ?? "A PIN exists already.");
  }

  async #send(path, pin) {
    this.#pad.update({ isDisabled: true });
    setText(this.#problem, "Checking");
    const answer = await this.#app.server.tryPin(path, pin);
    this.#pad.update({ isDisabled: false });
    return answer;
  }

  #countDown() {
    clearInterval(this.#ticking);
    const until = Number(localStorage.getItem(WAIT_KEY));
    if (until <= Date.now()) return;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      this.#pad?.update({ isDisabled: left > 0 });
      setText(this.#problem, left > 0 ? `Try again in ${minutesAndSeconds(left)}` : "");
      if (left > 0) return;
      clearInterval(this.#ticking);
      localStorage.removeItem(WAIT_KEY);
    };
    this.#ticking = setInterval(tick, 1000);
    tick();
  }

  #stopButton() {
    const onStopped = (halt) => {
      setText(this.#stopped, answeredWords(halt));
      setHidden(this.#stopped, false);
    };
    return h(
      "button",
      { type: "button", class: "button stop-all", onclick: () => openStopAll(this.#app, { onStopped }) },
      icon("stop"),
      "Stop all",
      h("span", { class: "visually-hidden" }, " algorithms"),
    );
  }
}
