/** The library knows only UTC, so times are shifted until their UTC reading is the exchange's wall clock. */

const ZONE = "America/New_York";
const PARTS = new Intl.DateTimeFormat("en-US", {
  timeZone: ZONE,
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
});
const NAME = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, timeZoneName: "short" });
const HOUR = 3600;
const offsets = new Map();

/** Return epoch seconds shifted to the exchange's wall clock. */
export function exchangeTime(seconds) {
  const hour = Math.floor(seconds / HOUR);
  if (!offsets.has(hour)) offsets.set(hour, wallClock(hour * HOUR) - hour * HOUR);
  return seconds + offsets.get(hour);
}

/** Return the number of the exchange's day that a second belongs to. */
export function exchangeDay(seconds) {
  return Math.floor(exchangeTime(seconds) / (24 * HOUR));
}

/** Return the zone's name at a moment: New York time (EST). */
export function zoneWords(seconds) {
  const name = NAME.formatToParts(new Date(seconds * 1000)).find(({ type }) => type === "timeZoneName");
  return `New York time (${name?.value ?? "ET"})`;
}

function wallClock(seconds) {
  const parts = Object.fromEntries(PARTS.formatToParts(new Date(seconds * 1000)).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute) / 1000;
}
