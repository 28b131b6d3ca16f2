/** What the letters typed so far may mean: a few keys below a field, best first. */

import { h, replace, setText } from "../dom.js";
import { route } from "../protocol.js";

const MOST = 6;
const REST_MS = 150;

/** Mount suggestions of tickers after an input; data: app, onChoose(symbol). update takes the letters. */
export function mountSuggestions(input, { app, onChoose }) {
  const list = h("div", { class: "suggestions", role: "group", "aria-label": "Suggestions" });
  const note = h("p", { class: "hint" });
  const count = h("p", { class: "visually-hidden", role: "status" });
  let asked = 0;
  let timer = null;
  input.after(list, note, count);

  function update(letters) {
    clearTimeout(timer);
    asked += 1;
    if (letters) timer = setTimeout(() => ask(letters, asked), REST_MS);
    else show({ tickers: [] });
  }

  async function ask(letters, mine) {
    const { status, body } = await app.server.ask(`${route("tickers")}?q=${encodeURIComponent(letters)}`);
    if (mine === asked) show(status === 200 ? body : { tickers: [] });
  }

  function show({ tickers, sentence = "" }) {
    const held = list.contains(document.activeElement) ? document.activeElement.dataset.symbol : null;
    replace(list, tickers.slice(0, MOST).map(key));
    // Whoever came among them by key stays there, or at the field.
    if (held) (list.querySelector(`[data-symbol="${CSS.escape(held)}"]`) ?? input).focus();
    setText(note, sentence);
    setText(count, tickers.length ? `${Math.min(MOST, tickers.length)} suggestions` : "");
  }

  function key({ symbol, name }) {
    // The input keeps the focus, and with it our keys stay where they are.
    const stay = (event) => event.preventDefault();
    const words = [h("b", {}, symbol), h("span", { class: "suggestion-name" }, name)];
    return h("button", { type: "button", class: "suggestion", "data-symbol": symbol, onpointerdown: stay, onmousedown: stay, onclick: () => onChoose(symbol) }, words);
  }

  return { element: list, update, destroy: () => ((asked = -1), clearTimeout(timer)) };
}
