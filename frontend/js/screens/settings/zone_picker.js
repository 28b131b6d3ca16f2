/** Which time zone: the likely ones at once, any other one by its part of the world. */

import { h, replace } from "../../dom.js";

const COMMON = ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Europe/London", "Europe/Berlin"];

/** Mount the picker; data: value, onPick(zone). The pick is marked; update({value}) marks another one. */
export function mountZonePicker(parent, { value, onPick }) {
  const box = h("div", { class: "zones" });
  let chosen = value;
  parent.append(box);
  showCommon();

  function showCommon() {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const zones = [...new Set([chosen, here, ...COMMON])];
    replace(box, zones.map(zoneButton), button("Another one", showRegions));
  }

  function showRegions() {
    const regions = [...new Set(everyZone().map((zone) => zone.split("/")[0]))];
    replace(box, regions.map((region) => button(region, () => showCities(region))), button("Back to the usual ones", showCommon));
    box.querySelector("button").focus();
  }

  function showCities(region) {
    const zones = everyZone().filter((zone) => zone.startsWith(`${region}/`) || zone === region);
    replace(box, zones.map(zoneButton), button("Back to the regions", showRegions));
    box.querySelector("button").focus();
  }

  function zoneButton(zone) {
    const pick = () => {
      chosen = zone;
      mark();
      onPick(zone);
    };
    return h("button", { type: "button", class: "button zone", "data-zone": zone, "aria-pressed": String(zone === chosen), onclick: pick }, zoneWords(zone));
  }

  function mark() {
    for (const each of box.querySelectorAll("[data-zone]")) each.setAttribute("aria-pressed", String(each.dataset.zone === chosen));
  }

  function update(data) {
    chosen = data.value;
    mark();
  }

  return { update, destroy: () => box.remove() };
}

/** Write a zone with its time now: New York, 10:31. */
export function zoneWords(zone) {
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(new Date());
  return `${zone.split("/").slice(1).join(", ").replaceAll("_", " ") || zone}, ${time}`;
}

function button(words, onclick) {
  return h("button", { type: "button", class: "button quiet", onclick }, words);
}

function everyZone() {
  return Intl.supportedValuesOf?.("timeZone") ?? COMMON;
}
