/** One proposal: what is proposed, by whom and why, what it would cost, and the owner's two answers. */

import { ageWords } from "../../alert_words.js";
import { mountActButton } from "../../components/act_button.js";
import { mountPinChoice } from "../../components/pin_choice.js";
import { h, setText } from "../../dom.js";
import { asTitle, money, shares, toNumber } from "../../format.js";
import { route } from "../../protocol.js";
import { confidenceWords, costWords, leftWords, sourceWords, wishWords } from "./words.js";

/** Mount a row (an li, to be put into a list); update() takes prices and times from the live state. */
export function mountProposal(app, proposal) {
  const { id, algorithm_id: algorithmId, reason } = proposal;
  const wish = wishWords(proposal);
  const cost = h("p", {});
  const meta = h("p", { class: "row-meta" });
  const acts = h("div", { class: "row-actions" });
  const words = h(
    "div",
    { class: "row-words" },
    h("h3", { class: "row-title" }, `${wish} for ${asTitle(proposal.strategy)}`),
    reason ? h("p", { class: "alert-text" }, reason) : null,
    cost,
    meta,
  );
  const element = h("li", { class: "row alert-row", "data-priority": "high" }, words, acts);
  const isLive = app.store.state.mode === "LIVE";
  const request = () => ({ path: route("approve_signal", id), body: {} });
  const onDone = ({ body }) => tell(orderedWords(wish, body));
  const label = isLive ? "Hold to approve" : "Approve";
  const approve = mountActButton(acts, { app, label, className: "primary", isHold: isLive, prepare: request, onDone });
  const byPin = isLive ? mountPinChoice(element, { app, what: wish, request, onDone }) : null;
  const reject = mountActButton(acts, {
    app,
    label: "Reject",
    prepare: () => ({ path: route("reject_signal", id), body: {} }),
    onDone: () => tell(`Rejected: ${wish}. Nothing is ordered.`),
  });

  function tell(text) {
    app.toast.show(text);
    if (!element.isConnected) document.querySelector("h1")?.focus();
  }

  function update() {
    const { state } = app.store;
    const now = app.store.marketNow();
    setText(cost, costWords(proposal, app.store.algorithm(algorithmId), state.mode));
    const parts = [sourceWords(proposal), confidenceWords(proposal), ageWords(proposal.at, now), leftWords(proposal, now)];
    setText(meta, parts.filter(Boolean).join(" · "));
  }

  function destroy() {
    approve.destroy();
    byPin?.destroy();
    reject.destroy();
    element.remove();
  }

  return { element, update, destroy };
}

function orderedWords(wish, { status, shares: count, reason, filled_qty: filled, average_price: average }) {
  if (status === "FAILED") return `Approved, but not executed: ${reason || "the order ended without a fill"}.`;
  const said = reason && toNumber(count) ? ` (${shares(count)}: ${reason})` : "";
  return toNumber(filled) ? `${wish}: filled at ${money(average)}.` : `Approved: ${wish} is ordered${said}.`;
}
