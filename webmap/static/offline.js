// Places taken along for when there is no network: those of the area last looked at, with the times at which they open
// and close in the coming days, so that the phone works out by its own clock what is open. Where the person is, is not
// kept: the area is that of the map, in steps of several kilometres.

import { config } from "./config.js";
import { nightTime, now } from "./format.js";

/** @typedef {import("./types").Site} Site */
/** @typedef {import("./types").Sites} Sites */
/** @typedef {import("./types").Filters} Filters */
/** @typedef {import("./types").Origin} Origin */
/** @typedef {import("./types").Open} Open */
/** @typedef {import("./types").Pack} Pack */

const STORE = "stationmap-places";
const KEY = "/places-taken-along";
/** Areas begin and end at multiples of this, and reach so far around the middle of the map, in degrees. */
const STEP = 0.05;
const REACH = 0.15;
/** An area is fetched anew after this time, in milliseconds. */
const FRESH = 10 * 60 * 1000;
const EARTH_M = 6371008.8;
/** @type {Open} */
const UNKNOWN = { state: "unknown", until: null, next: null, note: null };

/** @type {{bbox: string, at: number}} */
let last = { bbox: "", at: 0 };
/** What was taken along, once it is read. @type {Promise<Pack | null> | null} */
let kept = null;

/**
 * Take the places around a point along, unless they were just taken; a failure changes nothing.
 *
 * @param {{lon: number, lat: number}} middle
 */
export async function takeAlong({ lon, lat }) {
  if (config.embed || !("caches" in window)) return;
  const [x, y] = [Math.round(lon / STEP) * STEP, Math.round(lat / STEP) * STEP];
  const bbox = [x - REACH, y - REACH, x + REACH, y + REACH].map((degrees) => degrees.toFixed(2)).join(",");
  if (bbox === last.bbox && Date.now() - last.at < FRESH) return;
  last = { bbox, at: Date.now() };
  try {
    const response = await fetch(`${config.api.offline}?${new URLSearchParams({ bbox, lang: config.lang })}`);
    if (!response.ok) return;
    const text = await response.text();
    const pack = JSON.parse(text);
    if (pack.features.length === 0) return; // what there was before is worth more
    // Without the answer's headers: what they say of languages and encodings would keep it from being found again.
    await (await caches.open(STORE)).put(KEY, new Response(text));
    kept = Promise.resolve(pack);
  } catch {
    last.at = 0; // try again with the next move
  }
}

/** @returns {Promise<Pack | null>} What was taken along. */
export function takenAlong() {
  kept ??= read();
  return kept;
}

/** @returns {Promise<Pack | null>} */
async function read() {
  if (config.embed || !("caches" in window)) return null;
  try {
    const found = await (await caches.open(STORE)).match(KEY);
    return found ? await found.json() : null;
  } catch {
    return null;
  }
}

/**
 * Answer from what was taken along as the server would: what fits, open or not by this device's clock, nearest first.
 *
 * @param {Pack} pack
 * @param {Filters} filters
 * @param {Origin | null} origin
 * @returns {Sites}
 */
export function answerFrom(pack, filters, origin) {
  const opened = statesAt(pack, now());
  const wished = filters.open === "night" ? statesAt(pack, nightTime()) : opened;
  const stateOf = (/** @type {number} */ index) => wished[pack.table_of[index] ?? -1]?.state ?? "unknown";
  const fitting = pack.features
    .map((site, index) => present(site, opened[pack.table_of[index] ?? -1] ?? UNKNOWN, origin))
    .filter((site, index) => fits(site, filters, stateOf(index)))
    .sort((a, b) => order(a, filters) - order(b, filters) || (a.properties.distance_m ?? Infinity) - (b.properties.distance_m ?? Infinity));
  return {
    type: "FeatureCollection",
    features: fitting,
    limit: fitting.length,
    truncated: false,
    next: null,
    total: fitting.length,
    generated_at: "",
  };
}

/**
 * Work out each timetable once: many places share one, and a slow phone feels it.
 *
 * @param {Pack} pack
 * @param {number} time
 * @returns {Open[]}
 */
function statesAt(pack, time) {
  const end = Date.parse(pack.ends_at);
  return pack.tables.map((table) => openAt(table, end, time));
}

/**
 * @param {Site} site
 * @param {Open} open
 * @param {Origin | null} origin
 * @returns {Site}
 */
function present(site, open, origin) {
  const metres = origin && site.geometry ? metresBetween(origin, site.geometry.coordinates) : null;
  return {
    ...site,
    properties: {
      ...site.properties,
      open,
      distance_m: metres,
      walk_min: metres === null ? null : Math.ceil((metres * 1.3) / 80),
      walk_basis: "straight_line",
    },
  };
}

/**
 * Work out a state from a timetable; beyond its end nothing is known.
 *
 * @param {[string, Open["state"]][]} table
 * @param {number} end
 * @param {number} time
 * @returns {Open}
 */
function openAt(table, end, time) {
  const later = table.findIndex(([from]) => Date.parse(from) > time);
  const here = (later === -1 ? table.length : later) - 1;
  const state = table[here]?.[1];
  if (!state || time >= end) return UNKNOWN;
  const following = table.slice(here + 1);
  return {
    state,
    until: following[0]?.[0] ?? null,
    next: state === "open" ? null : (following.find(([, then]) => then === "open")?.[0] ?? null),
    note: null,
  };
}

/**
 * @param {Site} site
 * @param {Filters} filters
 * @param {Open["state"]} opened Whether it is open at the time that is asked for.
 * @returns {boolean}
 */
function fits({ properties: place }, filters, opened) {
  const has = (/** @type {Record<string, string>} */ values, /** @type {string} */ wish) => {
    const [code = "", strict] = wish.split(":");
    return values[code] === "yes" || (values[code] === "limited" && !strict);
  };
  const text = filters.q.trim().toLowerCase();
  return (
    (filters.kind.length === 0 || filters.kind.includes(place.kind)) &&
    filters.facility.every((wish) => has(place.facilities, wish)) &&
    filters.service.every((wish) => has(place.services, wish)) &&
    (!filters.open || opened !== "closed") &&
    (!filters.area || place.area === filters.area) &&
    (!filters.min_rating || (place.rating?.score ?? -1) >= Number(filters.min_rating)) &&
    (!text || [place.name, place.address, ...place.labels].some((each) => each.toLowerCase().includes(text)))
  );
}

/**
 * @param {Site} site
 * @param {Filters} filters
 * @returns {number} Those of unknown hours stand after the open ones, as in the server's answers.
 */
function order({ properties: place }, filters) {
  return filters.open && place.open.state === "unknown" ? 1 : 0;
}

/**
 * The length of the great circle; the server's distances, on the ellipsoid, differ by half a per cent at the most.
 *
 * @param {{lon: number, lat: number}} from
 * @param {[number, number]} to
 * @returns {number}
 */
function metresBetween(from, to) {
  const radians = Math.PI / 180;
  const [a, b] = [from.lat * radians, to[1] * radians];
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(((to[0] - from.lon) * radians) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}
