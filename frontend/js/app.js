/** The page's parts, put together: who is let in, what is live, what shows. */

import { Announcer } from "./announcer.js";
import { mountBars } from "./components/bars.js";
import { mountHeader } from "./components/header.js";
import { mountNav } from "./components/nav.js";
import { Toast } from "./components/toast.js";
import { Connection } from "./connection.js";
import { setText } from "./dom.js";
import { Feed } from "./feed.js";
import { setOwnerZone } from "./format.js";
import { GateDoor } from "./gate_door.js";
import { later } from "./later.js";
import { missedWords, newsWords } from "./news_words.js";
import { Painter } from "./painter.js";
import { route } from "./protocol.js";
import { Router } from "./router.js";
import { Server } from "./server.js";
import { Store } from "./store.js";
import { watchVersion } from "./version.js";

const ASK_AGAIN_MS = 2000;
const [TICK_MS, WATCH_AFTER_MS] = [1000, 1000];
// Whether this browser has been unlocked, "locked" while its session goes on behind the gate; the session itself is in
// a cookie that no script can read.
const UNLOCKED = "unlocked";

class App {
  store = new Store();
  connection = new Connection();
  painter = new Painter();
  server = new Server();
  gate = new GateDoor(this);
  isKiosk = document.documentElement.classList.contains("kiosk");
  // What keeps the page from reloading by itself: a half-filled form, an act under way.
  isFormOpen = false;
  acts = 0;
  hasRestarted = false;
  // Whether nothing is shown any more before the PIN was entered.
  isShutOut = false;
  lastStop = null;
  #feed = new Feed(this.store, this.connection, () => this.#checkSession());
  #isChecking = false;
  #idle = null;

  constructor() {
    const part = (id) => document.getElementById(id);
    this.toast = new Toast(part("toast"));
    this.announce = new Announcer(part("polite"), part("assertive"));
    this.router = new Router(this, part("main"));
    this.nav = mountNav(part("nav"), this);
    const shell = [mountHeader(part("header"), this), mountBars(part("bars"), this), this.router];
    this.painter.add(() => shell.forEach((each) => each.update()));
    this.server.askPinAgain = () => this.gate.askAgain();
    this.#listen();
  }

  /** Let in who may see the page: with a session at once, else by PIN. Retries while the server is down. */
  async start() {
    // A browser that never unlocked has no session to ask for: the refusal would stand in its console as an error.
    const note = localStorage.getItem(UNLOCKED);
    const { status } = note ? await this.server.call("GET", route("session")) : { status: 401 };
    if (status === 200) {
      this.#enter(note);
      if (note === "locked") this.lock({ isLive: true });
    } else if (status === 401) {
      await this.#askForPin();
    } else {
      setText(document.getElementById("loading"), "AutoTrader is starting. This page tries again by itself.");
      setTimeout(() => this.start(), ASK_AGAIN_MS);
    }
  }

  /** Lock the page; it stays as it is below. isLive: the session goes on, and what the page shows with it. */
  lock({ isLive = false } = {}) {
    if (isLive) localStorage.setItem(UNLOCKED, "locked");
    else this.#shutOut();
    this.gate.lock(() => this.#enter());
  }

  /** Close the feed until the page is unlocked again. */
  hangUp() {
    this.#feed.close();
  }

  /** Say whether nothing would be lost by loading the page anew: no half-filled form, no act, no question open. */
  get isAtRest() {
    return !this.isFormOpen && this.acts === 0 && !document.querySelector("dialog[open]:not(.gate, .dim)");
  }

  /** Go to a screen. */
  go(hash) {
    if (location.hash === hash) this.router.show();
    else location.hash = hash;
  }

  /** Note which screen shows. */
  onScreen(hash) {
    this.nav.update(hash);
    this.painter.request();
  }

  #enter(note = "yes") {
    localStorage.setItem(UNLOCKED, note);
    this.isShutOut = false;
    this.#feed.open();
    this.#watchIdle();
  }

  #shutOut() {
    localStorage.removeItem(UNLOCKED);
    this.isShutOut = true;
    this.#feed.close();
  }

  // Once the page is there: until then nobody can have been away.
  #watchIdle() {
    const load = later("./idle.js", import.meta.url);
    const watch = async () => (await load())?.watchIdle(this) ?? setTimeout(watch, ASK_AGAIN_MS);
    this.#idle ??= setTimeout(watch, WATCH_AFTER_MS);
  }

  #welcome() {
    this.go("#/welcome");
    this.#enter();
  }

  async #askForPin() {
    const { status, body } = await this.server.call("GET", route("pin"));
    if (status !== 200) {
      setTimeout(() => this.start(), ASK_AGAIN_MS);
      return;
    }
    if (body.exists === false) this.gate.create(() => this.#welcome());
    else this.lock();
    // A screen that waits for the PIN all night is dimmed too.
    this.#watchIdle();
  }

  #listen() {
    let isShown = false;
    this.store.addEventListener("change", () => {
      setOwnerZone(this.store.state.preferences?.timezone);
      if (!isShown) this.router.show();
      isShown = true;
      this.painter.request();
    });
    this.store.addEventListener("news", ({ detail }) => this.#onNews(detail));
    this.store.addEventListener("renewed", ({ detail }) => this.#onRenewed(detail));
    const reloadWhenIdle = watchVersion(this);
    // The machine's own screen shows the feed for longer than it acts.
    this.server.addEventListener("locked", () => this.lock({ isLive: this.isKiosk }));
    let level = this.connection.level;
    this.connection.addEventListener("change", () => this.painter.request());
    setInterval(() => {
      this.painter.request();
      reloadWhenIdle();
      if (level !== this.connection.level) this.#onLevel((level = this.connection.level));
    }, TICK_MS);
  }

  #onLevel(level) {
    document.documentElement.dataset.link = level;
    // Wakes what depends on it also when no message comes any more.
    this.connection.dispatchEvent(new Event("change"));
    this.announce.polite({ live: "Connected", stale: "Connection is stale", out: "Screen is out of date" }[level]);
  }

  #onNews(events) {
    this.announce.polite(events.map(newsWords).filter(Boolean).join(" "));
    if (events.some(({ type }) => type === "risk.resumed")) this.lastStop = null;
  }

  #onRenewed(before) {
    const words = missedWords(before, this.store.state);
    if (!words) return;
    this.announce.polite(words);
    this.toast.show(words);
  }

  async #checkSession() {
    if (this.#isChecking) return;
    this.#isChecking = true;
    const wasLocked = this.gate.isOpen;
    const { status } = await this.server.call("GET", route("session"));
    this.#isChecking = false;
    // Unlocked meanwhile: the answer may be that of the session before.
    if (status === 401 && wasLocked && !this.gate.isOpen) this.#checkSession();
    else if (status === 401 && wasLocked) this.#shutOut();
    else if (status === 401) this.lock();
    else if (status === 200) this.#feed.open();
    // A server that hung up and does not answer: the library does not try again by itself then.
    else setTimeout(() => this.#feed.isOpen || this.#checkSession(), ASK_AGAIN_MS);
  }
}

/** Start the page. */
export function start() {
  return new App().start();
}
