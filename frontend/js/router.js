/** Which screen the address names; each navigation starts at the screen's heading. Only Home is loaded beforehand. */

import { h, setAttribute } from "./dom.js";
import { showHome } from "./screens/home.js";
import { loadLaterStyles } from "./styles.js";

const showHomeAlready = () => showHome;

const SCREENS = [
  [/^#\/algorithm\/(\d+)\/why\/([\w:.+-]+)$/, async () => (await import("./screens/why.js")).showWhy],
  [/^#\/algorithm\/(\d+)(?:\/(chart|trades|decisions|setup))?$/, async () => (await import("./screens/detail.js")).showDetail],
  [/^#\/new(?:\?(.*))?$/, async () => (await import("./screens/new_algorithm/flow.js")).showNewAlgorithm],
  [/^#\/alerts$/, async () => (await import("./screens/alerts/alerts.js")).showAlerts],
  [/^#\/signals$/, async () => (await import("./screens/signals/signals.js")).showSignals],
  [/^#\/account(?:\/([a-z-]+))?$/, async () => (await import("./screens/account/account.js")).showAccount],
  [/^#\/trades(?:\/([\w-]+))?$/, async () => (await import("./screens/trades/trades.js")).showTrades],
  [/^#\/strategies$/, async () => (await import("./screens/strategies/list.js")).showStrategies],
  [/^#\/strategy\/([^/]+)$/, async () => (await import("./screens/strategies/strategy.js")).showStrategy],
  [/^#\/test$/, async () => (await import("./screens/backtests/list.js")).showBacktests],
  [/^#\/test\/new$/, async () => (await import("./screens/backtests/form.js")).showBacktestForm],
  [/^#\/test\/again\/([\d-]+)$/, async () => (await import("./screens/backtests/form.js")).showBacktestForm],
  [/^#\/test\/compare\/([\d-]+)\/([\d-]+)$/, async () => (await import("./screens/backtests/compare.js")).showComparison],
  [/^#\/test\/([\d-]+)$/, async () => (await import("./screens/backtests/run.js")).showBacktest],
  [/^#\/settings\/notifications$/, async () => (await import("./screens/settings/notifications.js")).showNotifications],
  [/^#\/settings(?:\/([a-z]+))?$/, async () => (await import("./screens/settings/settings.js")).showSettings],
  [/^#\/more\/health$/, async () => (await import("./screens/health.js")).showHealth],
  [/^#\/more\/logs$/, async () => (await import("./screens/logs.js")).showLogs],
  [/^#\/more\/about$/, async () => (await import("./screens/about.js")).showAbout],
  [/^#\/more$/, async () => (await import("./screens/more.js")).showMore],
  [/^#\/welcome$/, async () => (await import("./screens/first_run/flow.js")).showFirstRun],
  [/^#\/restarting\/(\w+)$/, async () => (await import("./screens/restarting.js")).showRestarting],
  [/^/, showHomeAlready],
];

// Once Home is there the others follow, so that they open also while the server is away: one after another and with a
// pause, or all their files at once would keep a small machine busy and stand before what a finger asks for.
const PRELOAD_AFTER_MS = 1000;
const BETWEEN_PRELOADS_MS = 1000;

export class Router {
  #app;
  #main;
  #screen = null;
  #navigations = 0;
  #isPreloading = false;

  // The owner is on the way to another screen, whose files may take a while: what shows is as good as left.
  isLeaving = false;

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
    this.isLeaving = this.#screen !== null;
    const hash = location.hash;
    const [pattern, load] = SCREENS.find(([each]) => each.test(hash));
    setAttribute(this.#main, "aria-busy", "true");
    const styles = load === showHomeAlready ? null : loadLaterStyles();
    const make = await Promise.resolve().then(load).catch(() => (app) => missing(app));
    await styles;
    if (mine !== this.#navigations) return;
    this.#put(make(this.#app, ...hash.match(pattern).slice(1)));
    this.#preloadOnce();
    this.#app.onScreen(hash || "#/home");
  }

  #preloadOnce() {
    if (!this.#isPreloading) setTimeout(() => preload(this.#app), PRELOAD_AFTER_MS);
    this.#isPreloading = true;
  }

  /** Bring the screen up to date. */
  update() {
    this.#screen?.update();
  }

  #put(screen) {
    this.#screen?.destroy();
    this.#screen = screen;
    this.isLeaving = false;
    this.#main.replaceChildren(screen.element);
    setAttribute(this.#main, "aria-busy", null);
    this.#main.scrollTop = 0;
    const heading = this.#main.querySelector("h1");
    document.title = `${heading.textContent} · AutoTrader`;
    if (!this.#app.gate.isOpen) heading.focus({ preventScroll: true });
  }
}

async function preload(app) {
  const others = SCREENS.map(([, load]) => load).filter((load) => load !== showHomeAlready);
  for (const load of [() => app.gate.load(), () => import("./screens/stop_all.js"), ...others]) {
    // What is not there now is asked for again when it is needed.
    await Promise.resolve().then(load).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_PRELOADS_MS));
  }
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
