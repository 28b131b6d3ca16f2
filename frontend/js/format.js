/** Numbers and times as the screen writes them: dollars to the cent, a true minus, New York time. */

const MINUS = "−";
const DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const PLAIN = new Intl.NumberFormat("en-US", { maximumFractionDigits: 9 });
const ROUND = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const ABBREVIATIONS = new Set(["sma", "ema", "rsi", "macd", "atr", "vwap", "orb"]);
const ZONE = "America/New_York";
const CLOCK = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, weekday: "short" });
const DATE = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, month: "short", day: "numeric" });
const LOCAL = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** What stands where nothing is known: absent is not 0. */
export const UNKNOWN = "–";

/** Return the number behind a decimal text; null when there is none. */
export function toNumber(value) {
  if (value == null || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Write dollars and cents: $1,284.50. */
export function money(value) {
  const number = toNumber(value);
  return number == null ? UNKNOWN : DOLLARS.format(number).replace("-", MINUS);
}

/** Write an estimate, in whole dollars: $18,590. */
export function estimate(value) {
  const number = toNumber(value);
  return number == null ? UNKNOWN : ROUND.format(number);
}

/** Write a change with its sign: +$12.00, −$3.10, $0.00. */
export function signedMoney(value) {
  const number = toNumber(value);
  if (number == null) return UNKNOWN;
  return Math.round(number * 100) === 0 ? DOLLARS.format(0) : sign(number) + DOLLARS.format(Math.abs(number));
}

/** Write a fraction as percent with its sign: 0.0128 is +1.28%. */
export function signedPercent(fraction) {
  const number = toNumber(fraction);
  if (number == null) return "";
  const percent = Math.abs(number * 100).toFixed(2);
  return percent === "0.00" ? "0.00%" : `${sign(number)}${percent}%`;
}

function sign(number) {
  return number < 0 ? MINUS : "+";
}

/** Return 1, 0 or −1: which way a figure points once it is rounded to cents. */
export function direction(value, unit = 0.01) {
  const number = toNumber(value);
  return number == null || Math.round(Math.abs(number) / unit) === 0 ? 0 : Math.sign(number);
}

/** Write a count of shares as it is, with its unit: 100 shares, 1 share, 0.5 shares. */
export function shares(value) {
  const number = toNumber(value);
  if (number == null) return UNKNOWN;
  return `${PLAIN.format(number).replace("-", MINUS)} ${number === 1 ? "share" : "shares"}`;
}

/** Write a moment as New York wall time: 14:02. */
export function clock(iso) {
  return iso ? CLOCK.format(new Date(iso)) : UNKNOWN;
}

/** Write a day and time: Mon 9:30. */
export function dayAndClock(iso) {
  return iso ? `${DAY.format(new Date(iso))} ${clock(iso).replace(/^0/, "")}` : UNKNOWN;
}

/** Write a decision's moment: the time, with the date once the day is another one than `now`'s. */
export function momentNear(iso, now) {
  if (!iso) return UNKNOWN;
  const isSameDay = now && DATE.format(new Date(iso)) === DATE.format(new Date(now));
  return isSameDay ? clock(iso) : `${DATE.format(new Date(iso))}, ${clock(iso)}`;
}

let owner = ownerFormats(undefined);

/** Take over the owner's time zone, for times of the house; undefined is this browser's own. */
export function setOwnerZone(timeZone) {
  if (owner.timeZone !== timeZone) owner = ownerFormats(timeZone);
}

function ownerFormats(timeZone) {
  const day = new Intl.DateTimeFormat("en-US", { timeZone, month: "short", day: "numeric" });
  const date = new Intl.DateTimeFormat("en-US", { timeZone, year: "numeric", month: "short", day: "numeric" });
  return { timeZone, day, date, clock: new Intl.DateTimeFormat("en-US", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) };
}

/** Write a moment of the house in the owner's time zone: 14:02. */
export function ownerClock(iso) {
  return iso ? owner.clock.format(new Date(iso)) : UNKNOWN;
}

/** Write the same with its date: Nov 20, 14:02. */
export function ownerMoment(iso) {
  return iso ? `${owner.day.format(new Date(iso))}, ${ownerClock(iso)}` : UNKNOWN;
}

/** Write a day of the house that may be years away: Nov 20, 2026. */
export function ownerDate(iso) {
  return iso ? owner.date.format(new Date(iso)) : UNKNOWN;
}

/** Write a moment of this screen's own clock, with seconds. */
export function localClock(epochMilliseconds) {
  return LOCAL.format(new Date(epochMilliseconds));
}

/** Write a stretch of time: seconds count only below ten minutes. */
export function timeLeft(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  if (left < 600) return minutesAndSeconds(left);
  const [days, hours, minutes] = [Math.floor(left / 86400), Math.floor((left % 86400) / 3600), Math.floor((left % 3600) / 60)];
  if (days) return `${days} d ${hours} h`;
  return hours ? `${hours} h ${minutes} min` : `${minutes} min`;
}

/** Write 0:12 or 4:32. */
export function minutesAndSeconds(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Write an age; it moves every five seconds, then every minute. */
export function age(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.floor(seconds / 5) * 5)} s old`;
  if (seconds < 5400) return `${Math.floor(seconds / 60)} min old`;
  return `${Math.floor(seconds / 3600)} h old`;
}

/** Turn sma_crossover into SMA crossover: the file name as words. */
export function asTitle(name) {
  const words = String(name ?? "").replaceAll("_", " ").trim();
  const [first] = words.split(" ", 1);
  const start = ABBREVIATIONS.has(first.toLowerCase()) ? first.toUpperCase() : first.charAt(0).toUpperCase() + first.slice(1);
  return start + words.slice(first.length);
}
