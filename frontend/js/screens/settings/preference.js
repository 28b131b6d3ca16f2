/** A preference kept by the server: a choice that is sent at once, and falls back to what is kept when it is refused. */

import { mountChoices } from "../../components/choices.js";
import { h, setText } from "../../dom.js";
import { route } from "../../protocol.js";

let last = Promise.resolve();

/** Send preferences, after those before: of two choices the later one holds. Resolves to "" or to why they were not kept. */
export function keepPreferences(app, changes) {
  last = last.then(() => keep(app, changes));
  return last;
}

async function keep(app, changes) {
  const answer = await app.server.act({ method: "PUT", path: route("preferences"), body: changes });
  return answer.status === 200 ? "" : answer.body.error ?? "It could not be kept.";
}

/** Mount choices for one preference. data: app, name, legend, options: [[value, label]], help; values are numbers. */
export function mountPreference(parent, { app, name, legend, options, help = "" }) {
  const box = h("div", { class: "preference" });
  const problem = h("p", { class: "refusal", role: "alert" });
  const kept = () => app.store.state.preferences[name];
  const choices = mountChoices(box, { legend, options, value: kept(), onChoose: choose });
  box.append(problem);
  if (help) box.append(h("p", { class: "hint" }, help));
  parent.append(box);

  async function choose(value) {
    setText(problem, await keepPreferences(app, { [name]: value }));
    if (problem.textContent) choices.update({ value: kept() });
  }

  return { update: () => {}, destroy: () => box.remove() };
}
