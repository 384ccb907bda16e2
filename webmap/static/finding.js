// Finding places: what is asked of the server, what was taken along until it answers, and who shows it.

import * as api from "./api.js";
import { areaBox } from "./areas.js";
import { byId, h, spoken } from "./dom.js";
import { config, t } from "./config.js";
import { distance, moment, number, setClock, setOwnClock } from "./format.js";
import { nearestWithoutOne } from "./instead.js";
import { mapComesNext, mapNow, onMap } from "./later.js";
import { keepInSight, offerInstead, places, showLoading, showNothing, showRows } from "./list.js";
import { answerFrom, takeAlong, takenAlong } from "./offline.js";
import { clearFilters, filtersSet, setFilters, state, tell } from "./state.js";

/** @typedef {import("./types").Site} Site */
/** @typedef {import("./types").Sites} Sites */
/** @typedef {import("./later.js").Rest["map"]} SiteMap */

/** How many of the nearest the map shows when it finds its own view. */
const IN_SIGHT = 5;
/** Places are taken along when the page has had this long to itself, in milliseconds. */
const QUIET = 1500;

const status = byId("status");

/** @type {{radius: number, limit: number}} */
let reach = startingReach();
/** Whether the list follows the map: only after a person moved it. @type {boolean} */
let followsMap = Boolean(config.embed?.view);
/** What the list shows. @type {Site[]} */
let shown = [];
/** Whether the server has answered, or cannot be reached. */
let settled = false;
/** Whether the list shows what was taken along while the server is asked. */
let glimpsed = false;
let glimpses = 0;
let takeTimer = 0;
/** The area that the site around a frame has chosen. */
const fixedArea = config.embed?.given.area?.[0] ?? "";

function startingReach() {
  return { radius: config.limits.radius, limit: config.limits.nearby };
}

/** @returns {boolean} Whether names or an area are asked for, whatever the map shows. */
export function asksForNames() {
  return Boolean(state.filters.q || state.filters.area || fixedArea);
}

/** @returns {boolean} Whether the list is that of the nearest places. */
function asksForNearest() {
  return Boolean(state.origin) && !asksForNames();
}

/**
 * @param {string} code
 * @returns {Site | undefined} A place as the list has it.
 */
export function knownPlace(code) {
  return shown.find((site) => site.id === code);
}

/**
 * Ask as at the start: for other wishes, or from another point.
 *
 * @param {{fit: boolean, everywhere?: boolean}} options `everywhere`: whatever part the map shows.
 */
export function askAfresh({ fit, everywhere = false }) {
  reach = startingReach();
  if (everywhere) followsMap = false;
  return refresh({ fit });
}

/** The person moved the map: its places are wanted, in the list unless that counts from a point. */
export function followMap() {
  if (asksForNames()) return;
  if (state.origin) return onMap("sites", ({ map }) => refreshMarkers(map));
  followsMap = true;
  refresh();
}

/**
 * Ask for the list anew and show it.
 *
 * @param {{fit?: boolean}} [options] Whether the map goes to what was found.
 */
export async function refresh({ fit = false } = {}) {
  glimpse();
  if (!glimpsed) showLoading();
  try {
    const found = await ask();
    settled = true;
    showAge(null);
    setClock(found.generated_at);
    shown = found.features;
    if (fit) fitMap();
    showFound(found);
    onMap("sites", ({ map }) => showOnMap(map, found.truncated));
    onMap("way", ({ drawWay }) => drawWay(state.place ? knownPlace(state.place) : undefined));
    onMap("along", ({ map }) => takeAlongSoon(map));
  } catch (error) {
    if (api.isAbort(error)) return;
    settled = true;
    if (!api.isUnreachable(error) || !(await showTakenAlong())) showTrouble(error);
  }
  mapComesNext();
}

/** @returns {Promise<Sites>} What the server says to the present wishes. */
function ask() {
  const { origin, filters } = state;
  if (origin && asksForNearest()) return api.nearby(origin, filters, reach);
  return api.sites(filters, { bbox: viewWanted(), origin });
}

/** @returns {import("./types").Bbox | null} The part of the map that the list keeps to. */
function viewWanted() {
  return (followsMap && !asksForNames() && mapNow()?.view()) || null;
}

/** @param {SiteMap} map */
function takeAlongSoon(map) {
  clearTimeout(takeTimer);
  takeTimer = window.setTimeout(() => takeAlong(middle(map)), QUIET);
}

/**
 * @param {SiteMap} map
 * @returns {{lon: number, lat: number}} Around what places are taken along: there should be some.
 */
function middle(map) {
  if (state.origin) return state.origin;
  const centre = map.centre();
  const away = (/** @type {[number, number]} */ [lon, lat]) => Math.hypot((lon - centre.lon) * Math.cos((lat * Math.PI) / 180), lat - centre.lat);
  const points = shown.flatMap(({ geometry }) => (geometry ? [geometry.coordinates] : []));
  const [nearest] = points.sort((a, b) => away(a) - away(b));
  return nearest ? { lon: nearest[0], lat: nearest[1] } : centre;
}

/** Show what was taken along for as long as the server has not answered: on a weak network that is seconds. */
export async function glimpse() {
  if (settled || asksForNames()) return;
  const mine = ++glimpses;
  const pack = await takenAlong();
  if (!pack || settled || mine !== glimpses) return; // a later call shows it, as things stand then
  setOwnClock(pack.generated_at);
  // No more than the server will say: what lies outside of its radius, or behind the last of its rows, would go again.
  const all = answerFrom(pack, state.filters, state.origin);
  const near = state.origin ? all.features.filter((site) => (site.properties.distance_m ?? Infinity) <= reach.radius) : all.features;
  if (near.length === 0) {
    if (glimpsed) showLoading({ anew: true }); // those were for other wishes
    glimpsed = false;
    return;
  }
  show({ ...all, features: near.slice(0, reach.limit) }, { fit: Boolean(state.origin), age: moment(pack.generated_at) });
  mapComesNext();
}

/** @returns {Promise<boolean>} Whether there was anything to show, as there is no network. */
async function showTakenAlong() {
  const pack = await takenAlong();
  if (!pack?.features.length) return false;
  setOwnClock(pack.generated_at);
  showAge(moment(pack.generated_at));
  show(answerFrom(pack, state.filters, state.origin), { fit: true });
  if (state.place) tell("place"); // the list knows now what the server could not say
  return true;
}

/**
 * Show what this device has found by itself, in the list and on the map.
 *
 * @param {Sites} found
 * @param {{fit: boolean, age?: string}} options
 */
function show(found, { fit, age }) {
  shown = found.features;
  if (fit) fitMap();
  showFound(found, age);
  onMap("sites", ({ map }) => map.showSites(shown));
}

/**
 * Say that there is no network, and how old the places are.
 *
 * @param {string | null} time
 */
function showAge(time) {
  const notice = byId("offline-notice");
  notice.hidden = time === null;
  if (time === null) return notice.replaceChildren();
  notice.replaceChildren(
    h("p", {}, `${t("offline_now", { time })} ${t("offline_later")}`),
    h("button", { type: "button", class: "link", onclick: () => refresh() }, t("try_again")),
  );
}

/** Let the map go to what was found. */
export function fitMap() {
  onMap("fit", ({ map }) => {
    const { origin, filters } = state;
    const box = areaBox(filters.area || fixedArea);
    if (origin && !filters.q && !filters.area) map.fitTo(shown.slice(0, IN_SIGHT), origin);
    else if (box) map.fitBox(box);
    else if (shown.some((site) => site.geometry)) map.fitTo(shown, null);
  });
}

/**
 * @param {SiteMap} map
 * @param {boolean} truncated Whether the list has not all that fits.
 */
function showOnMap(map, truncated) {
  if (asksForNearest()) refreshMarkers(map);
  else if (truncated) map.showClusters(state.filters);
  else map.showSites(shown);
}

/**
 * Ask for what the map shows beside the nearest places of the list.
 *
 * @param {SiteMap} map
 */
async function refreshMarkers(map) {
  const filters = { ...state.filters, q: "", area: "" };
  if (!map.showsClusters()) map.showSites(shown);
  try {
    const around = await api.sites(filters, { bbox: map.view(), channel: "markers" });
    if (around.truncated) return map.showClusters(filters);
    const nearest = new Map(shown.map((site) => [site.id, site]));
    map.showSites([...shown, ...around.features.filter((site) => !nearest.has(site.id))]);
  } catch {
    // The list's own places are there; the others come with the next move of the map.
  }
}

/**
 * @param {Sites} found
 * @param {string} [age] Of when they are, while the server is asked.
 */
function showFound(found, age) {
  const steady = glimpsed;
  glimpsed = age !== undefined;
  if (shown.length === 0) return showEmpty();
  const more = asksForNearest() && found.truncated ? moreNearby() : undefined;
  const draw = () => {
    status.replaceChildren(age ? h("span", { class: "aged" }, t("offline_updating", { time: age })) : counted(found), nearestSaid());
    showRows(shown, { more, note: cutNote(found) });
  };
  if (steady) keepInSight(draw);
  else draw();
}

/**
 * @param {Sites} found
 * @returns {string} How many were found, of what.
 */
function counted(found) {
  const { filters } = state;
  const count = places(found.total ?? shown.length);
  if (filters.q) return t("matching", { count, q: filters.q });
  if (asksForNearest()) return t(found.truncated ? "nearest_cut" : "nearest_first", { count: places(shown.length) });
  const inView = followsMap && !asksForNames();
  return t(inView ? "in_view" : "all_places", { count });
}

/** @returns {Node} What only a screen reader says: the nearest place. */
function nearestSaid() {
  const first = shown[0]?.properties;
  if (!first || first.distance_m === null) return spoken("");
  return spoken(` ${t("nearest_is", { name: first.name, distance: distance(first.distance_m) })}`);
}

/** @returns {(() => void) | undefined} */
function moreNearby() {
  if (reach.limit >= config.limits.nearbyMax) return undefined;
  return () => {
    reach = { ...reach, limit: Math.min(reach.limit * 2, config.limits.nearbyMax) };
    refresh();
  };
}

/**
 * @param {Sites} found
 * @returns {string}
 */
function cutNote(found) {
  return found.truncated && found.total != null ? t("list_cut", { n: number(shown.length) }) : "";
}

/** Say that nothing fits, and offer what may help. */
function showEmpty() {
  const { filters } = state;
  const nearest = asksForNearest();
  const actions = [];
  let text = t("nothing_in_view");
  if (filters.q) text = t("nothing_for", { q: filters.q });
  else if (nearest) text = t("nothing_near", { km: number(reach.radius / 1000) });
  if (nearest && reach.radius < config.limits.radiusMax) {
    const radius = Math.min(reach.radius * 4, config.limits.radiusMax);
    actions.push({
      label: t("search_wider", { km: number(radius / 1000) }),
      act: () => {
        reach = { ...reach, radius };
        refresh({ fit: true });
      },
    });
  }
  if (filtersSet() > 0) actions.push({ label: t("clear_filters"), act: clearFilters });
  else if (!nearest) actions.push({ label: t("show_all"), act: showAll });
  status.textContent = t("nothing_here");
  showNothing(t("nothing_here"), text, actions);
  showInstead();
}

/** Say which wish took the last place away, and offer the nearest without it. */
async function showInstead() {
  const { origin } = state;
  const found = await nearestWithoutOne((filters, channel) =>
    origin && !asksForNames()
      ? api.nearby(origin, filters, { ...reach, limit: 1 }, channel)
      : api.sites(filters, { bbox: viewWanted(), origin, channel, limit: 1 }),
  );
  if (!found || shown.length > 0) return;
  const { wish, site } = found;
  offerInstead(t(origin ? "nothing_but_near" : "nothing_but", { wish: wish.label }), site, {
    label: t("without", { wish: wish.label }),
    act: () => setFilters(wish.without),
  });
  onMap("sites", ({ map }) => map.showSites([site]));
}

function showAll() {
  followsMap = false;
  onMap("fit", ({ map }) => map.fitBox(null));
  refresh();
}

/** @param {unknown} error */
export function showTrouble(error) {
  const text = error instanceof api.ApiError ? error.message : t("error_server");
  status.textContent = t("error_title");
  showNothing(t("error_title"), text, [
    { label: t("try_again"), act: () => refresh() },
    ...(filtersSet() > 0 ? [{ label: t("clear_filters"), act: clearFilters }] : []),
  ]);
}
