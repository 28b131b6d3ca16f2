/** Step 1: which algorithm. One that cannot be loaded is listed with its error. */

import { h, replace, setText } from "../../dom.js";
import { asTitle } from "../../format.js";
import { route } from "../../protocol.js";

/** Show the choice. */
export function chooseStep({ app, body, draft, next }) {
  const note = h("p", { class: "muted", role: "status" }, "Loading");
  const list = h("div", { class: "choice-list" });
  body.append(note, list);
  load();

  async function load() {
    const { status, body: answer } = await app.server.ask(route("available_algorithms"));
    if (status !== 200) {
      const retry = h("button", { type: "button", class: "button", onclick: load }, "Try again");
      setText(note, `The algorithms could not be read: ${answer.error ?? "no reason given"}`);
      replace(list, retry);
      return;
    }
    setText(note, answer.algorithms.length ? "" : "There is no algorithm yet: put a file into the folder algorithm and come back.");
    replace(list, answer.algorithms.map(choice));
    takeWanted(answer.algorithms);
  }

  // Who comes from a backtest has chosen already; coming back to this step is a new choice.
  function takeWanted(algorithms) {
    const wanted = algorithms.find(({ name, error }) => name === draft.wanted && !error);
    draft.wanted = null;
    if (!wanted) return;
    draft.algorithm = wanted;
    next();
  }

  function choice(algorithm) {
    const pick = () => {
      if (draft.algorithm?.name !== algorithm.name) draft.params = {};
      draft.algorithm = algorithm;
      next();
    };
    return h(
      "button",
      { type: "button", class: "choice-row", disabled: Boolean(algorithm.error), onclick: pick },
      h("span", { class: "choice-name" }, asTitle(algorithm.name)),
      h("span", { class: "choice-help" }, algorithm.error ? `Cannot be loaded: ${algorithm.error}` : algorithm.help),
      h("span", { class: "choice-needs muted" }, needs(algorithm)),
    );
  }
}

function needs({ parameters = [] }) {
  const count = parameters.length;
  return count ? `One ticker, some cash, ${count} optional ${count === 1 ? "setting" : "settings"}` : "One ticker and some cash";
}
