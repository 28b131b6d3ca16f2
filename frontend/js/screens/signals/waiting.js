/** What is proposed and waits for the owner; a row stays the same element as long as its proposal waits. */

import { mountEmpty } from "../../components/empty_state.js";
import { h, setHidden } from "../../dom.js";
import { mountProposal } from "./proposal_row.js";

/** Mount the list; update() takes it from the live state. */
export function mountWaiting(parent, app) {
  const rows = new Map();
  const list = h("ul", { class: "rows", "aria-label": "Proposals that wait for you" });
  const empty = h("div", {});
  mountEmpty(empty, { text: "Nothing waits for you. What a program or a person proposes at this machine appears here, and trades only if you approve it." });
  parent.append(h("section", { class: "alert-group" }, h("h2", {}, "Waiting for you"), list, empty));

  function update() {
    const { proposals = [] } = app.store.state;
    setHidden(empty, proposals.length > 0);
    setHidden(list, proposals.length === 0);
    forgetGone(proposals);
    proposals.forEach((proposal, index) => place(shown(proposal), index));
  }

  function shown(proposal) {
    const row = rows.get(proposal.id) ?? mountProposal(app, proposal);
    rows.set(proposal.id, row);
    row.update();
    return row.element;
  }

  function forgetGone(proposals) {
    const waiting = new Set(proposals.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (waiting.has(id)) continue;
      if (row.element.contains(document.activeElement)) document.querySelector("h1").focus();
      row.destroy();
      rows.delete(id);
    }
  }

  function place(element, index) {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  }

  update();
  return { update, destroy: () => rows.forEach((row) => row.destroy()) };
}
