/** Style sheets that Home does without: they come with the first other screen. Those of Home are linked in the page. */

const LATER = ["parts", "pads", "screens", "fields", "trades", "health", "detail", "chart", "why", "settings", "alerts", "backtests", "strategies", "notifications"];

let coming = null;

/** Load them once; resolves when they hold. One that does not come leaves its screen plain, not absent. */
export function loadLaterStyles() {
  coming ??= Promise.all(LATER.map(load));
  return coming;
}

function load(name) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`../css/${name}.css`, import.meta.url).href;
  return new Promise((resolve) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => (link.remove(), (coming = null), resolve()));
    document.head.append(link);
  });
}
