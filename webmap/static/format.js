// Numbers, distances and times as people of the page's language write them.

import { config, count, local, t, term } from "./config.js";

/** @typedef {import("./types").SiteProperties} SiteProperties */
/** @typedef {import("./types").Open} Open */

/** How long before closing a place counts as about to close, in minutes. */
const SOON = 45;

/** Formats as made once: to make one takes a slow phone longer than a row of the list. @type {Map<string, any>} */
const formats = new Map();

/**
 * @template {Intl.NumberFormat | Intl.DateTimeFormat} F
 * @template O
 * @param {new (locale: string, options: O) => F} kind
 * @param {O} options
 * @returns {F}
 */
function format(kind, options) {
  const key = kind.name + JSON.stringify(options);
  const made = formats.get(key) ?? new kind(config.locale, options);
  formats.set(key, made);
  return made;
}

/**
 * @param {number} n
 * @param {number} [digits]
 * @returns {string}
 */
export function number(n, digits = 0) {
  return format(Intl.NumberFormat, { maximumFractionDigits: digits }).format(n);
}

/**
 * @param {number} metres
 * @returns {string}
 */
export function distance(metres) {
  if (metres < 1000) return t("metres", { n: number(metres < 100 ? Math.round(metres) : Math.round(metres / 10) * 10) });
  return t("kilometres", { n: number(metres / 1000, metres < 10000 ? 1 : 0) });
}

/**
 * @param {number} minutes
 * @returns {string}
 */
export function walk(minutes) {
  return count("walk", minutes);
}

/**
 * @param {import("./types").SiteProperties["walk_basis"]} basis
 * @returns {string} Along what the minutes of a walk are counted.
 */
export function walkBasis(basis) {
  return basis === "street" ? t("walk_street") : t("walk_straight");
}

/** The server's clock: its offset from this device's, and the time zone of the places. */
const clock = { skew: 0, offset: "" };

/**
 * Take over the server's time, so that a wrong clock in a phone makes no wrong statement.
 *
 * @param {string | undefined} iso
 */
export function setClock(iso) {
  if (!iso) return;
  clock.skew = new Date(iso).getTime() - Date.now();
  clock.offset = iso;
}

/** @returns {number} The present time by the server's clock, in milliseconds since 1970. */
export function now() {
  return Date.now() + clock.skew;
}

/**
 * Go by this device's clock: no server has told the time. The places' offset from UTC is that of a time once told.
 *
 * @param {string} told
 */
export function setOwnClock(told) {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(told) ?? ["", "+", "00", "00"];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60000 : 60000);
  clock.skew = 0;
  clock.offset = new Date(Date.now() + offset).toISOString().slice(0, 19) + `${sign}${hours}:${minutes}`;
}

/** A night begins and ends at these hours, as the server has it (geodata/hours/night.py). */
const NIGHT = { from: 23, to: 5 };

/**
 * @returns {number} The time by whose hours the wish for places open at night goes, in milliseconds since 1970.
 */
export function nightTime() {
  const options = /** @type {const} */ ({ timeZone: config.zone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" });
  const [hour = 0, minute = 0] = new Intl.DateTimeFormat("en", options).format(now()).split(":").map(Number);
  if (hour >= NIGHT.from || hour < NIGHT.to) return now();
  return now() + ((NIGHT.from - hour) * 60 - minute) * 60000;
}

/**
 * Split a time as the places' own clocks show it; a browser elsewhere must not change it.
 *
 * @param {string} iso With an offset.
 * @returns {{day: string, time: string}}
 */
function wallClock(iso) {
  return { day: iso.slice(0, 10), time: iso.slice(11, 16).replace(/^0/, "") };
}

/**
 * @param {string} day
 * @param {number} days
 * @returns {string}
 */
function addDays(day, days) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/**
 * @param {string} day As 2026-10-10.
 * @param {Intl.DateTimeFormatOptions} options
 * @returns {string}
 */
function formatDay(day, options) {
  return format(Intl.DateTimeFormat, { ...options, timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

/**
 * @param {string} day
 * @returns {string}
 */
export function date(day) {
  return formatDay(day, { year: "numeric", month: "short", day: "numeric" });
}

/**
 * @param {string} day
 * @returns {{weekday: string, date: string}}
 */
export function weekday(day) {
  return { weekday: formatDay(day, { weekday: "short" }), date: formatDay(day, { month: "numeric", day: "numeric" }) };
}

/**
 * A time, with as much of the day as one needs to know: none today, "tomorrow", the weekday within a week, or the date.
 *
 * @param {string} iso
 * @returns {string}
 */
export function moment(iso) {
  const { day, time } = wallClock(iso);
  const today = clock.offset.slice(0, 10) || day;
  if (day === today) return time;
  if (day === addDays(today, 1)) return time === "0:00" ? "24:00" : t("tomorrow", { time });
  if (day > addDays(today, -7) && day < addDays(today, 7)) return t("weekday_time", { day: formatDay(day, { weekday: "short" }), time });
  return t("date_time", { date: formatDay(day, { month: "short", day: "numeric" }), time });
}

/**
 * Say in words whether a place is open, and until when.
 *
 * @param {SiteProperties} place
 * @returns {{look: "open" | "soon" | "closed" | "unknown", text: string}}
 */
export function openText(place) {
  if (place.state !== "open") return { look: "closed", text: term("states", place.state).name };
  const { state, until, next } = place.open;
  if (state === "unknown") return { look: "unknown", text: t("unknown") };
  if (state === "closed") {
    const opens = next ?? until;
    return { look: "closed", text: opens ? t("closed_until", { time: moment(opens) }) : t("closed") };
  }
  if (!until) return { look: "open", text: t("open_always") };
  const minutes = (new Date(until).getTime() - now()) / 60000;
  if (minutes <= SOON) return { look: "soon", text: t("closing_soon", { time: moment(until) }) };
  return { look: "open", text: t("open_until", { time: moment(until) }) };
}

/**
 * One span of a day's hours; past midnight the end is the next day's.
 *
 * @param {[string, string]} span
 * @returns {string}
 */
export function span([from, to]) {
  const [hour, minute] = to.split(":");
  const late = Number(hour) > 24;
  const end = late ? t("next_day", { time: `${Number(hour) - 24}:${minute}` }) : short(to);
  return `${short(from)}–${end}`;
}

/**
 * @param {string} time
 * @returns {string}
 */
function short(time) {
  return time.replace(/^0(\d)/, "$1");
}

/**
 * The remark on a place's open state, such as that holiday hours may differ.
 *
 * @param {Open} open
 * @returns {string}
 */
export function openNote(open) {
  return local(open.note);
}
