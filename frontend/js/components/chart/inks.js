/** The theme's colours as the canvas needs them, and when they change. */

const NAMES = ["surface", "raised", "text", "muted", "line", "control", "gain", "loss", "accent", "warn"];

/** Return the tokens' colours by name; `probe` is an element of the page that nobody sees. */
export function inksOf(probe) {
  const found = {};
  for (const name of NAMES) {
    probe.style.setProperty("color", `var(--${name})`);
    found[name] = getComputedStyle(probe).color;
  }
  probe.style.removeProperty("color");
  return found;
}

/** Call `onChange` when the theme changes; returns what ends that. */
export function watchTheme(onChange) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(onChange);
  system.addEventListener("change", onChange);
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  return () => {
    system.removeEventListener("change", onChange);
    chosen.disconnect();
  };
}
