/** What a stop has come to, in words. */

import { clock } from "./format.js";

const SELLING = "everything is being sold";

/** Write the state after a stop: ALL STOPPED 14:02 by this screen. lastStop: what this screen's own stop was answered. */
export function stoppedWords({ store, lastStop }) {
  const { state } = store;
  if (!state?.is_halted) return "";
  const { at, by, kind } = state.halt ?? {};
  // Somebody may have resumed and stopped again while this screen did not hear of it.
  const own = lastStop?.at === at ? lastStop : null;
  const who = own?.isMine ? "this screen" : by;
  const when = `${at ? ` ${clock(at)}` : ""}${who ? ` by ${who}` : ""}`;
  if (kind === "stop_entries") return `BUYING STOPPED${when}. Nothing new is bought; orders that work already stay, and algorithms may still sell.`;
  const sold = isSelling(state) ? "everything the algorithms hold is being sold" : "nothing was sold";
  const start = `ALL STOPPED${when}. New orders are blocked; ${sold}.`;
  return own ? `${start} ${countWords(own)}`.trim() : start;
}

/** Write what the server answered to a stop. */
export function answeredWords(halt) {
  if (halt.kind === "stop_entries") return "Buying is stopped. Orders that work already stay.";
  return `All stopped. ${countWords(halt)}`.trim();
}

/** Say whether the owner has everything sold. */
export function isSelling({ halt, alerts }) {
  return halt?.reason === SELLING || Boolean(alerts?.some(({ kind }) => kind === "risk.flatten"));
}

function countWords({ kind, selling, canceled, still_open: stillOpen }) {
  if (kind === "stop_entries" || (canceled === undefined && selling !== undefined)) return "";
  if (canceled == null) return "The broker has not confirmed the cancels yet.";
  const asked = `${canceled} open ${canceled === 1 ? "order" : "orders"} canceled`;
  return stillOpen ? `${asked}, ${stillOpen} still open at the broker.` : `${asked}, as the broker confirmed.`;
}
