/** The starting page of the kiosk: a file, shown before any server answers; asks the kiosk's own file each second. */

const LOOK_MS = 1000;
const PATIENCE_S = 90;
const FILE = "file:///";

const began = Date.now();
const status = new URLSearchParams(location.search).get("status") ?? "";

/** Called by the kiosk's file: {words, page}; page: the address to go on to, empty while nobody answers there. */
window.autotraderStatus = ({ words, page }) => {
  document.getElementById("words").textContent = words;
  if (/^http:\/\/localhost:\d+\//.test(page)) location.replace(page);
};

function look() {
  const seconds = Math.floor((Date.now() - began) / 1000);
  document.getElementById("elapsed").textContent = seconds < 5 ? "" : `Waiting for ${seconds} seconds. This page goes on by itself.`;
  document.getElementById("patience").hidden = seconds < PATIENCE_S;
  // A page of a file may read another file only as a script.
  if (!status.startsWith(FILE)) return;
  const script = document.createElement("script");
  script.src = `${status}?${Date.now()}`;
  script.onload = script.onerror = () => script.remove();
  document.head.append(script);
}

look();
setInterval(look, LOOK_MS);
