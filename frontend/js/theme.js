/** Dark, light or terminal: the system's wish, unless the owner chose. A kiosk is dark by default. */

const KEY = "autotrader.theme";

export const THEMES = { system: "As the system", dark: "Dark", light: "Light", terminal: "Terminal" };

/** Return the choice: system, dark, light or terminal. */
export function currentTheme() {
  const kept = localStorage.getItem(KEY);
  return kept in THEMES ? kept : "system";
}

/** Keep a choice on this screen and show it. */
export function setTheme(theme) {
  localStorage.setItem(KEY, theme);
  applyTheme();
}

/** Show the kept choice. */
export function applyTheme() {
  const theme = currentTheme();
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}
