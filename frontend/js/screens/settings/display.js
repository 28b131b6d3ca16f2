/** Display: colours, size, and when the machine's own screen dims, locks and goes off. */

import { mountChoices } from "../../components/choices.js";
import { screenFrame } from "../../components/screen_frame.js";
import { currentTheme, setTheme, THEMES } from "../../theme.js";
import { mountHours } from "./hours.js";
import { mountPreference } from "./preference.js";

const minutes = (count) => [count, count === 0 ? "Never" : `${count} min`];
const CHOICES = [
  {
    name: "scale",
    legend: "Size of everything",
    options: [100, 125, 150, 175, 200].map((each) => [each, `${each} %`]),
    help: "On the machine's own screen, from its next start on. Phones and laptops have their own zoom.",
  },
  { name: "dim_minutes", legend: "Dim after", options: [1, 3, 10, 30, 0].map(minutes), help: "A first touch only wakes the screen." },
  {
    name: "lock_minutes",
    legend: "Lock after",
    options: [1, 5, 15, 60, 0].map(minutes),
    help: "Algorithms keep trading while locked. Never is for a screen that only you can reach; once a day it asks for the PIN before it does more than show.",
  },
];

/** Show the screen. */
export function showDisplay(app) {
  const element = screenFrame({ title: "Display", back: ["#/settings", "Settings"], className: "settings" });
  mountChoices(element, { legend: "Colours of this screen", options: Object.entries(THEMES), value: currentTheme(), onChoose: setTheme });
  for (const each of CHOICES) mountPreference(element, { app, ...each });
  mountHours(element, {
    app,
    name: "screen_off",
    legend: "Screen off",
    usual: { from: "22:00", to: "07:00" },
    help: "Times of your time zone. Trading goes on; a touch or a critical alert wakes the screen.",
  });
  mountHours(element, {
    app,
    name: "locked_hours",
    legend: "Locked hours",
    usual: { from: "22:00", to: "07:00" },
    help: "Then the screen locks after a minute without a touch, and whatever changes something asks for the PIN. Stop all never does.",
  });
  return { element, update: () => {}, destroy: () => {} };
}
