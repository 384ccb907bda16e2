// The map comes after the list: its library weighs three times as much as all that the list needs. What it is to show is
// remembered until it is there.

import { config } from "./config.js";
import { afterFrame } from "./dom.js";
import { loadScript } from "./script.js";

/** @typedef {typeof import("./rest.js")} Rest */
/** @typedef {(rest: Rest) => unknown} Wish */

/** What the map is to do when it is there; a later wish of the same name takes an earlier one's place. @type {Map<string, Wish>} */
const wishes = new Map();
/** @type {Rest | null} */
let ready = null;
/** @type {Promise<Rest> | null} */
let coming = null;

/**
 * Do something with the map: at once if it is there, else as soon as it is.
 *
 * @param {string} name
 * @param {Wish} wish
 */
export function onMap(name, wish) {
  if (ready) return void wish(ready);
  wishes.delete(name); // so that it moves behind those that came since
  wishes.set(name, wish);
}

/** @returns {Rest["map"] | null} The map if it is there. */
export function mapNow() {
  return ready?.map ?? null;
}

/** @returns {Promise<Rest>} What shows a place; a failed attempt is made again the next time. */
export function loadRest() {
  return import("./rest.js");
}

/** @returns {Promise<Rest>} Everything, with the map set up. */
export function loadMap() {
  coming ??= fetchMap().catch((error) => {
    coming = null;
    throw error;
  });
  return coming;
}

async function fetchMap() {
  const [rest] = await Promise.all([loadRest(), loadScript(config.map.script)]);
  ready = rest;
  for (const wish of wishes.values()) wish(rest);
  wishes.clear();
  return rest;
}

/** Let the map come as soon as what has just been made is on the screen; without it the list still works. */
export function mapComesNext() {
  afterFrame(() => loadMap().catch(() => {}));
}
