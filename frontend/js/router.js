/** Which screen the address names; each navigation starts at the screen's heading. Only Home is loaded beforehand. */

import { h, setAttribute } from "./dom.js";
import { showHome } from "./screens/home.js";

const SCREENS = [
  [/^#\/algorithm\/(\d+)$/, async () => (await import("./screens/detail.js")).showDetail],
  [/^#\/new$/, async () => (await import("./screens/new_algorithm/flow.js")).showNewAlgorithm],
  [/^#\/more$/, async () => (await import("./screens/more.js")).showMore],
  [/^/, () => showHome],
];

// Once Home is there the others follow, so that they open also while the server is away.
const PRELOAD_AFTER_MS = 1000;

export class Router {
  #app;
  #main;
  #screen = null;
  #navigations = 0;

  constructor(app, main) {
    this.#app = app;
    this.#main = main;
    window.addEventListener("hashchange", () => this.show());
  }

  /** Show the screen of the address. */
  async show() {
    if (!this.#app.store.state) return;
    this.#navigations += 1;
    const mine = this.#navigations;
    const hash = location.hash;
    const [pattern, load] = SCREENS.find(([each]) => each.test(hash));
    setAttribute(this.#main, "aria-busy", "true");
    const make = await Promise.resolve().then(load).catch(() => (app) => missing(app));
    if (mine !== this.#navigations) return;
    this.#put(make(this.#app, ...hash.match(pattern).slice(1)));
    if (mine === 1) setTimeout(preload, PRELOAD_AFTER_MS);
    this.#app.onScreen(hash || "#/home");
  }

  /** Bring the screen up to date. */
  update() {
    this.#screen?.update();
  }

  #put(screen) {
    this.#screen?.destroy();
    this.#screen = screen;
    this.#main.replaceChildren(screen.element);
    setAttribute(this.#main, "aria-busy", null);
    this.#main.scrollTop = 0;
    const heading = this.#main.querySelector("h1");
    document.title = `${heading.textContent} · AutoTrader`;
    if (!this.#app.gate.isOpen) heading.focus({ preventScroll: true });
  }
}

function preload() {
  for (const [, load] of SCREENS) Promise.resolve().then(load).catch(() => {});
}

function missing(app) {
  const element = h(
    "div",
    { class: "screen" },
    h("h1", { tabindex: "-1" }, "This screen could not be loaded"),
    h("p", {}, "AutoTrader does not answer, or a file is missing. Trading goes on."),
    h("button", { type: "button", class: "button", onclick: () => app.router.show() }, "Try again"),
  );
  return { element, update: () => {}, destroy: () => {} };
}
