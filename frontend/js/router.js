/** Which screen the address names; each navigation starts at the screen's heading. */

import { showDetail } from "./screens/detail.js";
import { showHome } from "./screens/home.js";
import { showMore } from "./screens/more.js";
import { showNewAlgorithm } from "./screens/new_algorithm/flow.js";

const SCREENS = [
  [/^#\/algorithm\/(\d+)$/, (app, id) => showDetail(app, Number(id))],
  [/^#\/new$/, showNewAlgorithm],
  [/^#\/more$/, showMore],
  [/^/, showHome],
];

export class Router {
  #app;
  #main;
  #screen = null;

  constructor(app, main) {
    this.#app = app;
    this.#main = main;
    window.addEventListener("hashchange", () => this.show());
  }

  /** Show the screen of the address. */
  show() {
    if (!this.#app.store.state) return;
    this.#screen?.destroy();
    const [pattern, show] = SCREENS.find(([each]) => each.test(location.hash));
    this.#screen = show(this.#app, ...(location.hash.match(pattern)?.slice(1) ?? []));
    this.#main.replaceChildren(this.#screen.element);
    this.#main.scrollTop = 0;
    const heading = this.#main.querySelector("h1");
    document.title = `${heading.textContent} · AutoTrader`;
    if (!this.#app.gate.isOpen) heading.focus({ preventScroll: true });
    this.#app.onScreen(location.hash || "#/home");
  }

  /** Bring the screen up to date. */
  update() {
    this.#screen?.update();
  }
}
