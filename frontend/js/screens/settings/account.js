/** Account and mode: which money is traded, whose keys, and another mode; real money is the slow path. */

import { mountActButton } from "../../components/act_button.js";
import { mountPairs } from "../../components/pairs.js";
import { mountReading } from "../../components/reading.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h } from "../../dom.js";
import { moneyWord } from "../../market_words.js";
import { route } from "../../protocol.js";
import { waitForRestart } from "../restarting.js";
import { mountKeyForm } from "./key_form.js";

const CHANGE = {
  DEMO: ["Back to the demo", "Simulated money in a made-up market, on this machine alone."],
  PAPER: ["Switch to paper", "Alpaca's prices and paper money; the keys of the paper account are kept here."],
};

/** Show the screen. */
export function showAccount(app) {
  const element = screenFrame({ title: "Account and mode", back: ["#/settings", "Settings"], className: "settings more" });
  const parts = [];
  const reading = mountReading(element, { app, path: () => route("setup"), show, what: "The account", keeps: true });

  function show(setup, box) {
    forget();
    const now = section(box, "Now");
    mountPairs(now, ["Mode", "Money", "Key"]).update([setup.mode, moneyWord(setup.mode), setup.mode === "DEMO" ? "none needed" : setup.key ?? "none"]);
    if (setup.obstacle) {
      box.append(h("p", { class: "caution" }, setup.obstacle));
      return;
    }
    for (const mode of ["PAPER", "DEMO"]) if (setup.mode !== mode && (mode === "DEMO" || setup.has_paper_keys)) mountChange(app, box, setup, mode, parts);
    mountNewKeys(app, box, setup, parts);
    if (setup.mode !== "LIVE") mountWayToLive(box);
  }

  function forget() {
    parts.splice(0).forEach((each) => each.destroy());
  }

  return { element, update: () => {}, destroy: () => (reading.destroy(), forget()) };
}

function section(box, title) {
  const made = h("section", {}, h("h2", {}, title));
  box.append(made);
  return made;
}

function mountChange(app, box, setup, mode, parts) {
  const [label, text] = CHANGE[mode];
  const part = section(box, label);
  part.append(h("p", {}, text), h("p", { class: "hint" }, leavingWords(setup.mode)));
  parts.push(mountActButton(part, { app, label, prepare: () => ({ path: route("mode"), body: { mode } }), onDone: () => waitForRestart(app) }));
}

function mountNewKeys(app, box, setup, parts) {
  // With real money the keys of that account are entered on the way to it.
  if (setup.mode === "LIVE") return;
  const keys = { key: "", secret: "" };
  const part = section(box, setup.has_paper_keys ? "Other keys of the paper account" : "Connect a paper account");
  const use = h("div", { hidden: true });
  const form = mountKeyForm(part, { app, mode: "PAPER", keys, onChecked: (account) => (use.hidden = !account) });
  use.append(h("p", { class: "hint" }, leavingWords(setup.mode)));
  part.append(use);
  const connect = mountActButton(use, {
    app,
    label: setup.mode === "PAPER" ? "Use these keys" : "Connect and switch to paper",
    className: "primary",
    prepare: () => ({ path: route("mode"), body: { mode: "PAPER", ...keys } }),
    onDone: () => waitForRestart(app),
  });
  parts.push(form, connect);
}

function mountWayToLive(box) {
  const part = section(box, "Real money");
  part.append(
    h("p", {}, "Trading with real money needs the keys of the live account, an amount, the PIN and a long press."),
    h("a", { class: "button", href: "#/settings/live" }, "What changes with real money"),
  );
}

/** Say what becomes of what runs now. */
export function leavingWords(mode) {
  return {
    DEMO: "AutoTrader starts again. The algorithms of the demo rest, and go on when you come back.",
    PAPER: "AutoTrader starts again. The algorithms of the paper account rest: what they hold stays there, and nobody watches it until you come back.",
    LIVE: "AutoTrader starts again. It refuses while an algorithm holds shares or orders for real money: stop those first.",
  }[mode];
}
