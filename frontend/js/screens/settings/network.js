/** Network and screens: whether the page may be seen from elsewhere, and which screens are unlocked. */

import { mountActButton } from "../../components/act_button.js";
import { mountReading } from "../../components/reading.js";
import { listRow, rowList } from "../../components/row.js";
import { screenFrame } from "../../components/screen_frame.js";
import { h } from "../../dom.js";
import { ownerMoment } from "../../format.js";
import { route } from "../../protocol.js";
import { waitForRestart } from "../restarting.js";

/** Show the screen. */
export function showNetwork(app) {
  const element = screenFrame({ title: "Network and screens", back: ["#/settings", "Settings"], className: "settings more" });
  const acts = { lan: [], sessions: [] };
  const network = section(element, "The page in your network");
  const screens = section(element, "Unlocked screens");
  const readings = [
    mountReading(network, { app, path: () => route("setup"), show: (setup, box) => showLan(setup, box), what: "The network" }),
    mountReading(screens, { app, path: () => route("sessions"), show: ({ sessions }, box) => showSessions(sessions, box), what: "The screens" }),
  ];

  function showLan({ is_lan: isLan, addresses }, box) {
    takeDown("lan");
    const words = isLan ? "On: other devices in your network can open the page." : "Off: the page is on this machine alone.";
    box.append(h("p", {}, words));
    if (isLan && addresses.length) box.append(h("p", {}, "Address: ", addresses.map((each) => h("strong", { class: "address" }, each))));
    if (isLan && !addresses.length) box.append(h("p", { class: "caution" }, "This machine has no address in a network now."));
    box.append(
      h("p", { class: "caution" }, "The connection is not encrypted: whoever listens in your network learns the PIN. So from there AutoTrader can be read and stopped, and nothing can be started or changed. Never open this port to the internet."),
    );
    acts.lan.push(
      mountActButton(box, {
        app,
        label: isLan ? "Close the page to the network" : "Open the page to the network",
        prepare: () => ({ path: route("lan"), body: { is_on: !isLan } }),
        onDone: () => waitForRestart(app),
      }),
    );
    box.append(h("p", { class: "hint" }, "AutoTrader starts again for this, which takes up to a minute."));
  }

  function showSessions(sessions, box) {
    takeDown("sessions");
    box.append(rowList("Unlocked screens", sessions.map(sessionRow)));
    if (sessions.length < 2) return;
    const all = h("div", {});
    box.append(all);
    acts.sessions.push(mountActButton(all, { app, label: "End all others", prepare: () => ({ path: route("end_other_sessions"), body: {} }), onDone: () => readings[1].read() }));
  }

  function sessionRow(session) {
    const end = h("div", {});
    if (!session.is_this) {
      acts.sessions.push(mountActButton(end, { app, label: "End", prepare: () => ({ method: "DELETE", path: route("one_session", session.id), body: {} }), onDone: () => readings[1].read() }));
    }
    const place = session.kind === "kiosk" ? "This machine" : session.address;
    const meta = `Unlocked ${ownerMoment(session.created_at)}, last used ${ownerMoment(session.last_seen_at)}. ${browserWords(session.browser)}`;
    return listRow({ title: session.is_this ? `${place}, this screen` : place, meta, actions: session.is_this ? [] : [end] });
  }

  // Both are shown anew after a gap or an act.
  function takeDown(name) {
    acts[name].splice(0).forEach((each) => each.destroy());
  }

  function destroy() {
    readings.forEach((each) => each.destroy());
    Object.keys(acts).forEach(takeDown);
  }

  return { element, update: () => {}, destroy };
}

function section(element, title) {
  const made = h("section", {}, h("h2", {}, title));
  element.append(made);
  return made;
}

/** Say which browser it is, as far as it tells. */
export function browserWords(agent) {
  const system = [["iPhone", /iPhone/], ["iPad", /iPad/], ["Android", /Android/], ["Windows", /Windows/], ["Mac", /Mac OS/], ["Linux", /Linux/]].find(([, shape]) => shape.test(agent));
  const browser = [["Firefox", /Firefox/], ["Edge", /Edg\//], ["Chromium", /Chrom/], ["Safari", /Safari/]].find(([, shape]) => shape.test(agent));
  return [browser?.[0], system?.[0]].filter(Boolean).join(" on ") || "An unknown browser";
}
