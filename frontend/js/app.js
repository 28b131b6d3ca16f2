/** The page's parts, put together: who is let in, what is live, what shows. */

import { mountBars } from "./components/bars.js";
import { mountHeader } from "./components/header.js";
import { mountNav } from "./components/nav.js";
import { Toast } from "./components/toast.js";
import { Connection } from "./connection.js";
import { setText } from "./dom.js";
import { Feed } from "./feed.js";
import { newsWords } from "./news_words.js";
import { Painter } from "./painter.js";
import { route } from "./protocol.js";
import { Router } from "./router.js";
import { Gate } from "./screens/gate.js";
import { Server } from "./server.js";
import { Store } from "./store.js";

const ASK_AGAIN_MS = 2000;
const TICK_MS = 1000;
// Whether this browser has been unlocked; the session itself is in a cookie that no script can read.
const UNLOCKED = "unlocked";

class App {
  store = new Store();
  connection = new Connection();
  painter = new Painter();
  server = new Server();
  gate = new Gate(this);
  isKiosk = document.documentElement.classList.contains("kiosk");
  // What keeps the page from reloading by itself: a half-filled form, an act under way.
  isFormOpen = false;
  acts = 0;
  hasRestarted = false;
  lastStop = null;
  #feed = new Feed(this.store, this.connection, () => this.#checkSession());
  #isChecking = false;

  constructor() {
    const part = (id) => document.getElementById(id);
    this.toast = new Toast(part("toast"));
    this.announce = { polite: (text) => setText(part("polite"), text), assertive: (text) => setText(part("assertive"), text) };
    this.router = new Router(this, part("main"));
    this.nav = mountNav(part("nav"));
    const shell = [mountHeader(part("header"), this), mountBars(part("bars"), this), this.router];
    this.painter.add(() => shell.forEach((each) => each.update()));
    this.#listen();
  }

  /** Let in who may see the page: with a session at once, else by PIN. Retries while the server is down. */
  async start() {
    // A browser that never unlocked has no session to ask for: the refusal would stand in its console as an error.
    const { status } = wasUnlocked() ? await this.server.call("GET", route("session")) : { status: 401 };
    if (status === 200) {
      this.#enter();
    } else if (status === 401) {
      await this.#askForPin();
    } else {
      setText(document.getElementById("loading"), "AutoTrader is starting. This page tries again by itself.");
      setTimeout(() => this.start(), ASK_AGAIN_MS);
    }
  }

  /** Lock the page; it stays as it is below. */
  lock() {
    noteUnlocked(false);
    this.#feed.close();
    this.gate.lock(() => this.#enter());
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

  #enter() {
    noteUnlocked(true);
    this.#feed.open();
  }

  async #askForPin() {
    const { status, body } = await this.server.call("GET", route("pin"));
    if (status === 200 && body.exists === false) this.gate.create(() => this.#enter());
    else if (status === 200) this.gate.lock(() => this.#enter());
    else setTimeout(() => this.start(), ASK_AGAIN_MS);
  }

  #listen() {
    let isShown = false;
    this.store.addEventListener("change", () => {
      if (!isShown) this.router.show();
      isShown = true;
      this.painter.request();
    });
    this.store.addEventListener("news", ({ detail }) => this.#onNews(detail));
    this.store.addEventListener("restarted", () => this.#onRestart());
    this.server.addEventListener("locked", () => this.lock());
    let level = this.connection.level;
    this.connection.addEventListener("change", () => this.painter.request());
    setInterval(() => {
      this.painter.request();
      if (level !== this.connection.level) this.#onLevel((level = this.connection.level));
    }, TICK_MS);
  }

  #onLevel(level) {
    document.documentElement.dataset.link = level;
    // Wakes what depends on it also when no message comes any more.
    this.connection.dispatchEvent(new Event("change"));
    const words = { live: "Connected", stale: "Connection is stale", out: "Screen is out of date" }[level];
    if (words) this.announce.polite(words);
  }

  #onNews(events) {
    const words = events.map(newsWords).filter(Boolean);
    if (words.length) this.announce.polite(words.join(" "));
    if (events.some(({ type }) => type === "risk.resumed")) this.lastStop = null;
  }

  #onRestart() {
    const isIdle = !this.isFormOpen && this.acts === 0 && !document.querySelector("dialog[open]");
    if (isIdle) location.reload();
    this.hasRestarted = true;
  }

  async #checkSession() {
    if (this.#isChecking || this.gate.isOpen) return;
    this.#isChecking = true;
    const { status } = await this.server.call("GET", route("session"));
    this.#isChecking = false;
    if (status === 401) this.lock();
    else if (status === 200) this.#feed.open();
  }
}

function wasUnlocked() {
  return localStorage.getItem(UNLOCKED) !== null;
}

function noteUnlocked(isUnlocked) {
  if (isUnlocked) localStorage.setItem(UNLOCKED, "yes");
  else localStorage.removeItem(UNLOCKED);
}

/** Start the page. */
export function start() {
  return new App().start();
}
