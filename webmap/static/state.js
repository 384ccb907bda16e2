// What the page shows, and how the address tells it. Filters stand in the query, a chosen place in the fragment, so
// that a link opens the same; where the person is stands in neither.

import { filterQuery } from "./api.js";
import { config } from "./config.js";

/** @typedef {import("./types").Filters} Filters */
/** @typedef {import("./types").Origin} Origin */
/** @typedef {"filters" | "origin" | "place"} Topic */

/** In a frame the address is its site's, and Back belongs to the page around it: neither is touched. */
const framed = Boolean(config.embed);
const CODE = /^#s=([0-9A-Za-z]+)$/;

/**
 * @type {{filters: Filters, origin: Origin | null, place: string | null}}
 */
export const state = { filters: readFilters(), origin: null, place: readPlace() };

/** @type {Map<Topic, (() => void)[]>} */
const listeners = new Map();

/**
 * Call `listener` after each change of a topic.
 *
 * @param {Topic} topic
 * @param {() => void} listener
 */
export function on(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

/**
 * Call who listens to a topic.
 *
 * @param {Topic} topic
 */
export function tell(topic) {
  for (const listener of listeners.get(topic) ?? []) listener();
}

/** @returns {Filters} */
function readFilters() {
  const query = new URLSearchParams(framed ? "" : location.search);
  return {
    kind: query.getAll("kind"),
    facility: query.getAll("facility"),
    service: query.getAll("service"),
    open: wishedTime(query.get("open")),
    q: query.get("q") ?? "",
    area: query.get("area") ?? "",
    min_rating: query.get("min_rating") ?? "",
  };
}

/**
 * @param {string | null} given
 * @returns {Filters["open"]}
 */
function wishedTime(given) {
  return given === "now" || given === "night" ? given : "";
}

/** @returns {string | null} */
function readPlace() {
  return CODE.exec(location.hash)?.[1]?.toUpperCase() ?? null;
}

/**
 * The query of the address for the present filters, with its question mark, or nothing.
 *
 * @returns {string}
 */
function queryOf() {
  const text = filterQuery(state.filters).toString();
  return text ? `?${text}` : "";
}

/**
 * Change some of the filters; Back undoes it.
 *
 * @param {Partial<Filters>} changes
 */
export function setFilters(changes) {
  state.filters = { ...state.filters, ...changes };
  state.place = null;
  if (!framed) history.pushState(null, "", location.pathname + queryOf());
  tell("filters");
  tell("place");
}

/** Take all filters away. */
export function clearFilters() {
  setFilters({ kind: [], facility: [], service: [], open: "", q: "", area: "", min_rating: "" });
}

/** @returns {number} How many filters are set. */
export function filtersSet() {
  const { kind, facility, service, open, q, area, min_rating: rating } = state.filters;
  return kind.length + facility.length + service.length + [open, q, area, rating].filter(Boolean).length;
}

/**
 * Count distances from a point, or from none.
 *
 * @param {Origin | null} origin
 */
export function setOrigin(origin) {
  state.origin = origin;
  tell("origin");
}

/**
 * The address of a place on this page.
 *
 * @param {string} code
 * @returns {string}
 */
export function placeAddress(code) {
  if (framed) return config.sitePath + code;
  return `${location.pathname}${queryOf()}#s=${code}`;
}

/**
 * Open a place; Back closes it.
 *
 * @param {string} code
 */
export function openPlace(code) {
  if (code === state.place) return;
  if (framed) return showPlace(code);
  // From one place to the next Back leads to the list, not through all places that were looked at.
  const record = { fromList: true };
  if (state.place && history.state?.fromList) history.replaceState(record, "", placeAddress(code));
  else history.pushState(record, "", placeAddress(code));
  showPlace(code);
}

/** @param {string | null} code */
function showPlace(code) {
  state.place = code;
  tell("place");
}

/** Close the place that is open. */
export function closePlace() {
  if (!state.place) return;
  if (framed) return showPlace(null);
  if (history.state?.fromList) {
    history.back();
    return;
  }
  history.replaceState(null, "", location.pathname + queryOf());
  showPlace(null);
}

addEventListener("popstate", () => {
  const before = queryOf();
  state.filters = readFilters();
  if (queryOf() !== before) tell("filters");
  const place = readPlace();
  if (place !== state.place) showPlace(place);
});
