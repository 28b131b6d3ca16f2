/** The line under a chart: what its marks mean and which clock it shows, or the bar that was tapped and why. */

import { h, replace } from "../../dom.js";
import { barTime, barWords, fillWords, undoneWords } from "./words.js";

const MOST_LINKS = 3;

/** Mount the line. data: whyAddress(minute as ISO text). legend(zone) shows the marks, bar({...}) a tapped bar. */
export function mountStrip(parent, { whyAddress }) {
  const element = h("div", { class: "chart-strip", role: "status" });
  parent.append(element);

  function legend(zone) {
    replace(
      element,
      sign("buy", "B", "bought"),
      sign("sell", "S", "sold"),
      sign("undone", "●", "wanted, not done"),
      h("span", { class: "muted" }, zone),
    );
  }

  function bar({ bar: tapped, timeframe, happened, minute }) {
    const acts = [...happened.fills.map((each) => [fillWords(each), each.minute]), ...happened.undone.map((each) => [undoneWords(each), each.minute])];
    const links = acts.length ? acts.slice(0, MOST_LINKS) : [["", minute]];
    replace(
      element,
      h("span", { class: "chart-when" }, barTime(tapped.at, timeframe)),
      h("span", { class: "chart-prices muted" }, barWords(tapped)),
      links.map(([words, at]) => whyLink(words, at)),
      acts.length > MOST_LINKS ? h("span", { class: "muted" }, `and ${acts.length - MOST_LINKS} more`) : null,
    );
  }

  function whyLink(words, minute) {
    return h("a", { class: "chart-why", href: whyAddress(minute) }, words ? `${words}. ` : "", h("span", { class: "chart-why-word" }, "Why?"));
  }

  return { element, legend, bar, destroy: () => element.remove() };
}

function sign(kind, letter, words) {
  return h("span", { class: `chart-sign chart-sign-${kind}` }, h("b", { "aria-hidden": "true" }, letter), ` ${words}`);
}
