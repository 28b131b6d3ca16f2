/** What happens while nobody touches the page: the kiosk dims, the page locks, and at night the kiosk reloads. */

import { mountDimView } from "./components/dim_view.js";
import { mountLockWarning } from "./components/lock_warning.js";
import { preferences } from "./preferences.js";
import { route } from "./protocol.js";
import { loadLaterStyles } from "./styles.js";

const TICK_MS = 1000;
const WARNING_SECONDS = 20;
const SHUT_OUT = "Enter the PIN to see how things stand.";
const DIMMED = "autotrader.dimmed";
// Once a night: a page that has been there for hours, in the small hours of the owner's clock, while nothing trades.
const [NIGHT_FROM, NIGHT_TO] = [2, 5];
const OLD_SECONDS = 6 * 3600;
const UNTOUCHED_SECONDS = 600;

/** Watch for touches and keys from now on. */
export async function watchIdle(app) {
  await loadLaterStyles();
  return new Idle(app);
}

class Idle {
  #app;
  #dim = null;
  #warning = mountLockWarning(document.body);
  #startedAt = performance.now();
  #touchedAt = this.#startedAt;
  #wokenAt = this.#startedAt;
  #knownAlerts = null;
  #wasLocked = false;
  #isReloading = false;

  constructor(app) {
    this.#app = app;
    const touched = () => (this.#touchedAt = performance.now());
    for (const name of ["pointerdown", "keydown", "wheel"]) document.addEventListener(name, touched, { capture: true, passive: true });
    // The browser also tells of a pointer that lies still while the page moves below it.
    document.addEventListener("pointermove", (event) => (event.movementX || event.movementY) && touched(), { passive: true });
    app.store.addEventListener("change", () => this.#lookForAlerts());
    this.#lookForAlerts();
    if (app.isKiosk) this.#dim = mountDimView(app, { onWake: () => this.#wake() });
    if (app.isKiosk && sessionStorage.getItem(DIMMED)) this.#showDim();
    setInterval(() => this.#tick(), TICK_MS);
  }

  #tick() {
    const { dim_minutes: dimMinutes, lock_minutes: lockMinutes } = preferences(this.#app.store);
    const untouched = this.#secondsSince(this.#touchedAt);
    const isAwakeLong = this.#secondsSince(Math.max(this.#touchedAt, this.#wokenAt)) >= dimMinutes * 60;
    if (this.#dim && !this.#dim.isShown && dimMinutes > 0 && isAwakeLong) this.#showDim();
    this.#lockAfter(lockMinutes * 60 - untouched, lockMinutes > 0);
    const isLocked = document.querySelector(".gate[open]") !== null;
    if (isLocked && !this.#wasLocked) this.#dim?.raise();
    this.#wasLocked = isLocked;
    this.#dim?.update();
    if (untouched > UNTOUCHED_SECONDS && this.#isNight()) this.#reload();
  }

  // Once: each further call would begin anew what a slow server has not answered yet.
  #reload() {
    if (this.#isReloading) return;
    this.#isReloading = true;
    location.reload();
  }

  #lockAfter(secondsLeft, isWanted) {
    const isDue = isWanted && !this.#app.gate.isOpen;
    const words = isDue && secondsLeft > 0 && secondsLeft <= WARNING_SECONDS ? `This screen locks in ${Math.ceil(secondsLeft)} s.` : "";
    this.#warning.update(words);
    this.#dim?.note(words || (this.#app.isShutOut ? SHUT_OUT : ""));
    if (!isDue || secondsLeft > 0) return;
    // In kiosk the session goes on, or the dimmed view could not say how things stand; elsewhere it ends.
    if (!this.#app.isKiosk) this.#app.server.call("DELETE", route("session"));
    this.#app.lock({ isLive: this.#app.isKiosk });
  }

  #showDim() {
    sessionStorage.setItem(DIMMED, "yes");
    this.#app.painter.pause();
    this.#dim.show();
  }

  #wake() {
    sessionStorage.removeItem(DIMMED);
    this.#wokenAt = performance.now();
    this.#dim.hide();
    this.#app.painter.resume();
  }

  #lookForAlerts() {
    const critical = (this.#app.store.state?.alerts ?? []).filter(({ priority, acknowledged_at: seenAt }) => priority === "critical" && !seenAt);
    const isNew = this.#knownAlerts && critical.some(({ id }) => !this.#knownAlerts.has(id));
    if (this.#app.store.state) this.#knownAlerts = new Set(critical.map(({ id }) => id));
    if (isNew && this.#dim?.isShown) this.#wake();
  }

  #isNight() {
    const { store, connection, isKiosk, isAtRest } = this.#app;
    // A server that is away serves no page either.
    if (!isKiosk || !isAtRest || !connection.isUsable || this.#secondsSince(this.#startedAt) < OLD_SECONDS || store.state?.market?.phase === "open") return false;
    const { timezone } = preferences(store);
    const hour = Number(new Date().toLocaleString("en-GB", { timeZone: timezone, hour: "2-digit", hourCycle: "h23" }));
    return hour >= NIGHT_FROM && hour < NIGHT_TO;
  }

  #secondsSince(moment) {
    return (performance.now() - moment) / 1000;
  }
}
