// Asking the server. A newer question of the same kind takes the place of an older one that is still under way.

import { config, t } from "./config.js";

/** @typedef {import("./types").Filters} Filters */
/** @typedef {import("./types").Sites} Sites */
/** @typedef {import("./types").Clusters} Clusters */
/** @typedef {import("./types").Place} Place */
/** @typedef {import("./types").Suggestion} Suggestion */
/** @typedef {import("./types").Origin} Origin */
/** @typedef {import("./types").Bbox} Bbox */

/** What went wrong, in words for a person. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status 0 when no answer came.
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** @type {Map<string, AbortController>} */
const underWay = new Map();

/**
 * @param {string} channel
 * @param {string} url
 * @param {URLSearchParams} [query]
 * @returns {Promise<any>}
 */
async function ask(channel, url, query = new URLSearchParams()) {
  underWay.get(channel)?.abort();
  const controller = new AbortController();
  underWay.set(channel, controller);
  query.set("lang", config.lang);
  let response;
  try {
    response = await fetch(`${url}?${query}`, { signal: controller.signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(t("error_network"), 0);
  }
  if (response.ok) return response.json();
  throw new ApiError(await problemText(response), response.status);
}

/**
 * @param {Response} response
 * @returns {Promise<string>}
 */
async function problemText(response) {
  try {
    const problem = await response.json();
    return problem.detail || t("error_server");
  } catch {
    return t("error_server");
  }
}

/**
 * Say whether an error only means that a newer question took an older one's place.
 *
 * @param {unknown} error
 * @returns {boolean}
 */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * Say whether no answer came at all: there is no network, or no server.
 *
 * @param {unknown} error
 * @returns {boolean}
 */
export function isUnreachable(error) {
  return error instanceof ApiError && error.status === 0;
}

/**
 * Return the parameters that the API and the page's address share.
 *
 * @param {Filters} filters
 * @returns {URLSearchParams}
 */
export function filterQuery(filters) {
  const query = new URLSearchParams();
  for (const name of /** @type {const} */ (["kind", "facility", "service"])) {
    for (const value of filters[name]) query.append(name, value);
  }
  if (filters.open) query.set("open", filters.open);
  for (const name of /** @type {const} */ (["q", "area", "min_rating"])) {
    if (filters[name]) query.set(name, filters[name]);
  }
  return query;
}

/**
 * Return the parameters of a question about sites: the filters, and in a frame what its site has chosen for all.
 *
 * @param {Filters} filters
 * @returns {URLSearchParams}
 */
function siteQuery(filters) {
  const query = filterQuery(filters);
  for (const [name, values] of Object.entries(config.embed?.given ?? {})) {
    const narrower = query.has(name) && name !== "facility" && name !== "service";
    if (!narrower) for (const value of values) query.append(name, value);
  }
  return query;
}

/**
 * @param {URLSearchParams} query
 * @param {Origin} origin
 */
function countFrom(query, { lon, lat }) {
  query.set("lat", lat.toFixed(6));
  query.set("lon", lon.toFixed(6));
}

/**
 * The places nearest to a point, whatever their name or area.
 *
 * @param {Origin} origin
 * @param {Filters} filters
 * @param {{radius: number, limit: number}} reach
 * @param {string} [channel] Questions of different channels do not take each other's place.
 * @returns {Promise<Sites>}
 */
export function nearby(origin, filters, reach, channel = "list") {
  const query = siteQuery({ ...filters, q: "", area: "" });
  countFrom(query, origin);
  query.set("radius", String(reach.radius));
  query.set("limit", String(reach.limit));
  return ask(channel, config.api.nearby, query);
}

/**
 * The places that fit, in a part of the map or everywhere.
 *
 * @param {Filters} filters
 * @param {{bbox?: Bbox | null, origin?: Origin | null, channel?: string, limit?: number}} [where] Questions of different channels do
 *   not take each other's place.
 * @returns {Promise<Sites>}
 */
export function sites(filters, { bbox = null, origin = null, channel = "list", limit = config.limits.page } = {}) {
  const query = siteQuery(filters);
  query.set("limit", String(limit));
  query.set("sort", origin ? "distance" : "name");
  if (origin) countFrom(query, origin);
  if (bbox) query.set("bbox", bbox.map((degrees) => degrees.toFixed(5)).join(","));
  return ask(channel, config.api.sites, query);
}

/**
 * The places that fit, gathered by the cells of the map.
 *
 * @param {Filters} filters
 * @param {Bbox} bbox
 * @param {number} zoom
 * @returns {Promise<Clusters>}
 */
export function clusters(filters, bbox, zoom) {
  const query = siteQuery(filters);
  query.set("bbox", bbox.map((degrees) => degrees.toFixed(5)).join(","));
  query.set("zoom", String(zoom));
  return ask("clusters", config.api.clusters, query);
}

/** Give up a question that nobody waits for any more. */
export function forgetClusters() {
  underWay.get("clusters")?.abort();
}

/**
 * @param {string} code
 * @returns {Promise<Place>}
 */
export function site(code) {
  return ask("site", `${config.api.sites}/${encodeURIComponent(code)}`);
}

/**
 * The way on foot to a place.
 *
 * @param {string} code
 * @param {Origin} origin
 * @returns {Promise<import("./types").Way>}
 */
export function way(code, origin) {
  const query = new URLSearchParams();
  countFrom(query, origin);
  return ask("way", `${config.api.sites}/${encodeURIComponent(code)}/way`, query);
}

/** Give up a question that nobody waits for any more. */
export function forgetWay() {
  underWay.get("way")?.abort();
}

/**
 * Why a place has its score.
 *
 * @param {string} code
 * @returns {Promise<import("./types").SiteRating>}
 */
export function rating(code) {
  return ask("rating", `${config.api.sites}/${encodeURIComponent(code)}/rating`);
}

/**
 * @param {string} text
 * @param {Origin | null} origin From where the nearer ones come first.
 * @returns {Promise<Suggestion[]>}
 */
export async function suggest(text, origin) {
  const query = new URLSearchParams({ q: text.slice(0, config.limits.text), limit: String(config.limits.suggest) });
  if (origin) countFrom(query, origin);
  return (await ask("suggest", config.api.suggest, query)).suggestions;
}

/** @returns {Promise<GeoJSON.FeatureCollection>} */
export function areas() {
  return ask("areas", config.api.areas);
}
