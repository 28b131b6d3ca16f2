/** Which version of the page's files the server has: another one than this page is loaded once, when nothing is lost by it. */

import { loadAnewIfStuck } from "./later.js";

// It is a part of their address.
const OWN_VERSION = new URL(import.meta.url).pathname.split("/")[2];
// For which version this window has been loaded anew: once is enough, whatever is served then.
const RELOADED_FOR = "autotrader.reloaded_for";

/** Watch the version, and keep in app.hasRestarted whether it is another one; returns what loads it when it may. */
export function watchVersion(app) {
  // A new process with the same page goes on where the old one was; only new files have to be loaded.
  app.store.addEventListener("restarted", () => {
    const version = app.store.state.page_version;
    app.hasRestarted = version != null && version !== OWN_VERSION;
    reloadWhenIdle();
  });

  function reloadWhenIdle() {
    const version = app.store.state?.page_version;
    if (!app.hasRestarted || !app.connection.isUsable || !app.isAtRest || sessionStorage.getItem(RELOADED_FOR) === version) return;
    sessionStorage.setItem(RELOADED_FOR, version);
    location.reload();
  }

  return () => {
    reloadWhenIdle();
    loadAnewIfStuck(() => app.isAtRest || app.gate.isComing);
  };
}
