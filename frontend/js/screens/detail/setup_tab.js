/** How an algorithm was set up: its money, its parameters, its file, its limits. */

import { mountPairs } from "../../components/pairs.js";
import { mountReading } from "../../components/reading.js";
import { h } from "../../dom.js";
import { asTitle, money, momentNear } from "../../format.js";
import { route } from "../../protocol.js";
import { valueText } from "../../saw_words.js";
import { mountLimits } from "./limits.js";

const MONEY = ["Capital", "Its cash", "Market value", "Total result"];

/** Mount the tab. */
export function mountSetup(parent, { app, id }) {
  const worth = section(parent, "Money");
  const pairs = mountPairs(worth, MONEY);
  const file = section(parent, "Strategy");
  const reading = mountReading(file, { app, path: () => route("algorithm_setup", id), show, what: "The set-up" });
  const limits = mountLimits(section(parent, "Limits"), { app, id });
  update();

  function show(body, box) {
    const parameters = parameterPairs(body);
    const list = mountPairs(box, parameters.map(([name]) => name));
    list.update(parameters.map(([, text]) => text));
    box.append(h("p", { class: "hint" }, parameters.some(([, , isDefault]) => isDefault) ? "What you have not set has the strategy's own value." : ""));
    box.append(
      h(
        "dl",
        { class: "setup-file" },
        pair("Strategy", asTitle(body.name)),
        pair("File", body.file),
        pair("Digest (SHA-256)", body.file_sha256),
        pair("Started", momentNear(body.created_at, null)),
        body.stopped_at ? pair("Stopped", momentNear(body.stopped_at, null)) : null,
      ),
      h("p", {}, h("a", { class: "button", href: `#/strategy/${encodeURIComponent(body.name)}` }, "How this strategy does")),
    );
  }

  function update() {
    const algorithm = app.store.algorithm(id);
    if (!algorithm) return;
    const { cash, market_value: value, total_pl: total } = algorithm.card_calculations;
    pairs.update([money(algorithm.initial_capital), money(cash), money(value), money(total)]);
  }

  return { update, destroy: () => (reading.destroy(), limits.destroy()) };
}

/** Return [name, text, whether it is the strategy's own value] of every parameter. */
function parameterPairs({ parameters, help }) {
  const known = help.map(({ name, default: own }) => [name, name in parameters ? parameters[name] : own, !(name in parameters)]);
  const others = Object.entries(parameters).filter(([name]) => !help.some((each) => each.name === name));
  const all = [...known, ...others.map(([name, value]) => [name, value, false])];
  return all.map(([name, value, isDefault]) => [name.replaceAll("_", " "), `${valueText(value)}${isDefault ? " (its own)" : ""}`, isDefault]);
}

function pair(label, text) {
  return h("div", {}, h("dt", {}, label), h("dd", {}, text || "–"));
}

function section(parent, title) {
  const made = h("section", { class: "setup-part" }, h("h2", {}, title));
  parent.append(made);
  return made;
}
