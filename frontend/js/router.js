/** Which screen the address names; each navigation starts at the screen's heading. Only Home is loaded beforehand. */

import { h, setAttribute } from "./dom.js";
import { later, loadAnew } from "./later.js";
import { showHome } from "./screens/home.js";
import { loadLaterStyles } from "./styles.js";

const HERE = import.meta.url;

const SCREENS = [
  [/^#\/algorithm\/(\d+)\/why\/([\w:.+-]+)$/, later("./screens/why.js", HERE), "showWhy"],
  [/^#\/algorithm\/(\d+)(?:\/(chart|trades|decisions|setup))?$/, later("./screens/detail.js", HERE), "showDetail"],
  [/^#\/new(?:\?(.*))?$/, later("./screens/new_algorithm/flow.js", HERE), "showNewAlgorithm"],
  [/^#\/alerts$/, later("./screens/alerts/alerts.js", HERE), "showAlerts"],
  [/^#\/signals$/, later("./screens/signals/signals.js", HERE), "showSignals"],
  [/^#\/account(?:\/([a-z-]+))?$/, later("./screens/account/account.js", HERE), "showAccount"],
  [/^#\/trades(?:\/([\w-]+))?$/, later("./screens/trades/trades.js", HERE), "showTrades"],
  [/^#\/strategies$/, later("./screens/strategies/list.js", HERE), "showStrategies"],
  [/^#\/strategy\/([^/]+)$/, later("./screens/strategies/strategy.js", HERE), "showStrategy"],
  [/^#\/test$/, later("./screens/backtests/list.js", HERE), "showBacktests"],
  [/^#\/test\/new$/, later("./screens/backtests/form.js", HERE), "showBacktestForm"],
  [/^#\/test\/again\/([\d-]+)$/, later("./screens/backtests/form.js", HERE), "showBacktestForm"],
  [/^#\/test\/compare\/([\d-]+)\/([\d-]+)$/, later("./screens/backtests/compare.js", HERE), "showComparison"],
  [/^#\/test\/([\d-]+)$/, later("./screens/backtests/run.js", HERE), "showBacktest"],
  [/^#\/settings\/notifications$/, later("./screens/settings/notifications.js", HERE), "showNotifications"],
  [/^#\/settings(?:\/([a-z]+))?$/, later("./screens/settings/settings.js", HERE), "showSettings"],
  [/^#\/more\/health$/, later("./screens/health.js", HERE), "showHealth"],
  [/^#\/more\/logs$/, later("./screens/logs.js", HERE), "showLogs"],
  [/^#\/more\/about$/, later("./screens/about.js", HERE), "showAbout"],
  [/^#\/more$/, later("./screens/more.js", HERE), "showMore"],
  [/^#\/welcome$/, later("./screens/first_run/flow.js", HERE), "showFirstRun"],
  [/^#\/restarting\/(\w+)$/, later("./screens/restarting.js", HERE), "showRestarting"],
  [/^/, null],
];

// Once Home is there the others follow, so that they open also while the server is away: one after another and with a
// pause, or all their files at once would keep a small machine busy and stand before what a finger asks for.
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
    const [pattern, load, name] = SCREENS.find(([each]) => each.test(hash));
    setAttribute(this.#main, "aria-busy", "true");
    const [module] = await Promise.all(load ? [load(), loadLaterStyles()] : [{ showHome }]);
    if (mine !== this.#navigations) return;
    const make = module ? module[name ?? "showHome"] : missing;
    this.#put(make(this.#app, ...hash.match(pattern).slice(1)));
    this.#preloadOnce();
    this.#app.onScreen(hash || "#/home");
  }

  #preloadOnce() {
    if (!this.#isPreloading) preload(this.#app);
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
  const others = SCREENS.map(([, load]) => load).filter(Boolean);
  // The gate brings Stop all with it.
  for (const load of [() => app.gate.load(), ...others]) {
    await usable(app);
    // What does not come now either is asked for again when it is needed.
    if (!(await load())) await usable(app).then(load);
  }
}

async function usable({ connection }) {
  do await new Promise((resolve) => setTimeout(resolve, BETWEEN_PRELOADS_MS));
  while (!connection.isUsable);
}

function missing(app) {
  const tryAgain = async () => (await loadAnew()) || app.router.show();
  const element = h(
    "div",
    { class: "screen" },
    h("h1", { tabindex: "-1" }, "This screen could not be loaded"),
    h("p", {}, "AutoTrader does not answer, or a file is missing. Trading goes on."),
    h("button", { type: "button", class: "button", onclick: tryAgain }, "Try again"),
  );
  // A line that is back may bring it.
  const onRenewed = () => app.router.show();
  app.store.addEventListener("renewed", onRenewed);
  return { element, update: () => {}, destroy: () => app.store.removeEventListener("renewed", onRenewed) };
}
