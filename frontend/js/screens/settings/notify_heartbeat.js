/** The heartbeat: a service outside that raises the alarm when this machine falls silent. */

import { mountPairs } from "../../components/pairs.js";
import { h } from "../../dom.js";
import { dayAndClock, UNKNOWN } from "../../format.js";
import { openAddress, openPinFor } from "./notify_address.js";

const HELP = "Such as the address that healthchecks.io gives you; it begins with https. It is kept on this machine and never shown again.";
const FROM_FILE = "The address is set in .env; change it there and start AutoTrader again.";

/** Mount the heartbeat; data: app, body, onChanged. */
export function mountHeartbeat(parent, { app, body, onChanged }) {
  const { address, of_file: isOfFile, minutes, last_success: lastSuccess, problem } = body.heartbeat;
  parent.append(
    h("p", {}, `While its engine works, AutoTrader opens an address of your choice every ${minutes} minutes. When that stops, the service there tells you: also when this machine has no power.`),
  );
  if (address) {
    mountPairs(parent, ["Address", "Last success"]).update([address, lastSuccess ? dayAndClock(lastSuccess) : UNKNOWN]);
    if (problem) parent.append(h("p", { class: "caution" }, problem));
  }
  parent.append(isOfFile ? h("p", { class: "hint" }, FROM_FILE) : acts());
  return { destroy: () => {} };

  function acts() {
    const set = () => openAddress({ app, title: "Heartbeat", label: "Address", help: HELP, part: "heartbeat", onChanged });
    const end = () => openPinFor({ app, title: "End the heartbeat", text: "The address is opened no more. Enter the PIN to end it.", part: "heartbeat", value: "", onChanged });
    return h(
      "div",
      { class: "row-actions" },
      h("button", { type: "button", class: "button", onclick: set }, address ? "Change the address" : "Set an address"),
      address ? h("button", { type: "button", class: "button", onclick: end }, "End the heartbeat") : null,
    );
  }
}
