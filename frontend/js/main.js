/** Load the page's modules; when one is missing, say so instead of staying blank. */

import { later, loadAnew } from "./later.js";
import { applyTheme } from "./theme.js";

const PATIENCE_MS = 10_000;

if (new URLSearchParams(location.search).has("kiosk")) document.documentElement.classList.add("kiosk");
applyTheme();

const loading = document.getElementById("loading");
setTimeout(() => (loading.hidden = false), 1000);
setTimeout(() => loading.isConnected && (loading.textContent = "Still loading. AutoTrader may be starting; trading does not need this page."), PATIENCE_MS);

document.querySelector(".skip").addEventListener("click", (event) => {
  // The address names the screen, so the link must not change it.
  event.preventDefault();
  document.getElementById("main").focus();
});
if (document.documentElement.classList.contains("kiosk")) {
  for (const name of ["contextmenu", "dragstart"]) document.addEventListener(name, (event) => event.preventDefault());
}

later("./app.js", import.meta.url)().then((app) => (app ? app.start() : showBroken()));

function showBroken() {
  loading.hidden = false;
  loading.textContent =
    "A part of this page is missing. If it does not load by itself, run ./start_autotrader.sh on the appliance: it repairs that. Trading goes on.";
  setInterval(loadAnew, PATIENCE_MS);
}
