// The page as a whole: what is asked of the server when something changes, and who shows it.

import * as api from "./api.js";
import { byId, h } from "./dom.js";
import { config, t } from "./config.js";
import { renderChips, setUpFilters } from "./filters.js";
import { distance, moment, number, setClock, setOwnClock } from "./format.js";
import { focusRow, offerInstead, places, setUpList, showLoading, showNothing, showRows } from "./list.js";
import { nearestWithoutOne } from "./instead.js";
import { hideNotice, locateIfAllowed, setUpLocate } from "./locate.js";
import * as map from "./map.js";
import { hidePanel, setUpPanel, showPanel } from "./panel.js";
import { answerFrom, takeAlong, takenAlong } from "./offline.js";
import { offerPoint, setUpPick, startPicking } from "./pick.js";
import { focusSearch, setUpSearch } from "./search.js";
import { isPhone, raiseTo, setHeight } from "./sheet.js";
import { clearFilters, closePlace, filtersSet, on, openPlace, setFilters, setOrigin, state } from "./state.js";
import { drawWay } from "./way.js";

/** @typedef {import("./types").Site} Site */
/** @typedef {import("./types").Sites} Sites */

/** How many of the nearest the map shows when it finds its own view. */
const IN_SIGHT = 5;
/** After the map was moved, its places are asked for when it has rested so long, in milliseconds. */
const REST = 250;
/** Places are taken along when the page has had this long to itself, in milliseconds. */
const QUIET = 1500;

const status = byId("status");
const originBar = byId("origin");

/** @type {{radius: number, limit: number}} */
let reach = startingReach();
/** Whether the list follows the map: only after a person moved it. @type {boolean} */
let followsMap = Boolean(config.embed?.view);
/** @type {Site[]} */
let shown = [];
/** @type {Map<string, string>} */
const areaNames = new Map();
/** @type {Map<string, import("./types").Bbox>} */
const areaBoxes = new Map();
let moveTimer = 0;
let takeTimer = 0;
/** Whether the server has answered yet. */
let answered = false;
/** The area that the site around a frame has chosen. */
const fixedArea = config.embed?.given.area?.[0] ?? "";

function startingReach() {
  return { radius: config.limits.radius, limit: config.limits.nearby };
}

const ways = {
  search: () => {
    hideNotice();
    focusSearch();
  },
  pick: () => {
    hideNotice();
    setHeight("peek");
    startPicking();
  },
};

/** @returns {boolean} Whether names or an area are asked for, whatever the map shows. */
function asksForNames() {
  return Boolean(state.filters.q || state.filters.area || fixedArea);
}

/**
 * Ask for the list anew and show it.
 *
 * @param {{fit?: boolean}} [options] Whether the map goes to what was found.
 */
async function refresh({ fit = false } = {}) {
  showLoading();
  const { origin, filters } = state;
  try {
    const nearest = origin && !asksForNames();
    const bbox = followsMap && !asksForNames() ? map.view() : null;
    const found = nearest ? await api.nearby(origin, filters, reach) : await api.sites(filters, { bbox, origin });
    answered = true;
    showAge(null);
    setClock(found.generated_at);
    shown = found.features;
    drawWay(shown.find((site) => site.id === state.place));
    if (fit) fitMap();
    showFound(found);
    if (nearest) refreshMarkers();
    else if (found.truncated) map.showClusters(filters);
    else map.showSites(shown);
    clearTimeout(takeTimer);
    takeTimer = window.setTimeout(() => takeAlong(middle()), QUIET);
  } catch (error) {
    if (api.isAbort(error)) return;
    if (!api.isUnreachable(error) || !(await showTakenAlong())) showTrouble(error);
  }
}

/** @returns {{lon: number, lat: number}} Around what places are taken along: there should be some. */
function middle() {
  if (state.origin) return state.origin;
  const centre = map.centre();
  const away = (/** @type {[number, number]} */ [lon, lat]) => Math.hypot((lon - centre.lon) * Math.cos((lat * Math.PI) / 180), lat - centre.lat);
  const points = shown.flatMap(({ geometry }) => (geometry ? [geometry.coordinates] : []));
  const [nearest] = points.sort((a, b) => away(a) - away(b));
  return nearest ? { lon: nearest[0], lat: nearest[1] } : centre;
}

/**
 * Show what was taken along: because there is no network, or at once while the server is being asked.
 *
 * @param {{asking?: boolean}} [options]
 * @returns {Promise<boolean>} Whether there was anything.
 */
async function showTakenAlong({ asking = false } = {}) {
  const pack = await takenAlong();
  if (!pack?.features.length || (asking && answered)) return false;
  setOwnClock(pack.generated_at);
  const found = answerFrom(pack, state.filters, state.origin);
  shown = found.features;
  showAge(moment(pack.generated_at), asking);
  if (!asking || state.origin) fitMap();
  showFound(found);
  map.showSites(shown);
  if (!asking && state.place) showPlace();
  return true;
}

/**
 * Say how old the places are, where they are not what the server has just said.
 *
 * @param {string | null} time
 * @param {boolean} [asking]
 */
function showAge(time, asking = false) {
  const notice = byId("offline-notice");
  notice.hidden = time === null;
  if (time === null) return notice.replaceChildren();
  if (asking) return notice.replaceChildren(t("offline_updating", { time }));
  notice.replaceChildren(
    h("p", {}, `${t("offline_now", { time })} ${t("offline_later")}`),
    h("button", { type: "button", class: "link", onclick: () => refresh() }, t("try_again")),
  );
}

function fitMap() {
  const { origin, filters } = state;
  const box = areaBoxes.get(filters.area || fixedArea);
  if (origin && !filters.q && !filters.area) map.fitTo(shown.slice(0, IN_SIGHT), origin);
  else if (box) map.fitBox(box);
  else if (shown.some((site) => site.geometry)) map.fitTo(shown, null);
}

/** Ask for what the map shows beside the nearest places of the list. */
async function refreshMarkers() {
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

/** @param {Sites} found */
function showFound(found) {
  const { origin, filters } = state;
  const nearest = origin && !asksForNames();
  if (shown.length === 0) return showEmpty();
  const total = places(found.total ?? shown.length);
  const said = filters.q
    ? t("matching", { count: total, q: filters.q })
    : nearest
      ? t(found.truncated ? "nearest_cut" : "nearest_first", { count: places(shown.length) })
      : followsMap && !asksForNames()
        ? t("in_view", { count: total })
        : t("all_places", { count: total });
  status.textContent = said;
  status.append(nearestSaid());
  showRows(shown, { more: nearest && found.truncated ? moreNearby() : undefined, note: cutNote(found) });
}

/** @returns {Node} What only a screen reader says: the nearest place. */
function nearestSaid() {
  const span = document.createElement("span");
  span.className = "spoken";
  const first = shown[0]?.properties;
  if (first && first.distance_m !== null) {
    span.textContent = ` ${t("nearest_is", { name: first.name, distance: distance(first.distance_m) })}`;
  }
  return span;
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
  const { origin, filters } = state;
  const nearest = origin && !asksForNames();
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
  map.showSites([]);
  showNothing(t("nothing_here"), text, actions);
  if (nearest) refreshMarkers();
  showInstead();
}

/** Say which wish took the last place away, and offer the nearest without it. */
async function showInstead() {
  const { origin } = state;
  const found = await nearestWithoutOne((filters, channel) =>
    origin && !asksForNames()
      ? api.nearby(origin, filters, { ...reach, limit: 1 }, channel)
      : api.sites(filters, { bbox: followsMap && !asksForNames() ? map.view() : null, origin, channel, limit: 1 }),
  );
  if (!found || shown.length > 0) return;
  const { wish, site } = found;
  offerInstead(t(origin ? "nothing_but_near" : "nothing_but", { wish: wish.label }), site, {
    label: t("without", { wish: wish.label }),
    act: () => setFilters(wish.without),
  });
  map.showSites([site]);
}

function showAll() {
  followsMap = false;
  map.fitBox(null);
  refresh();
}

/** @param {unknown} error */
function showTrouble(error) {
  const text = error instanceof api.ApiError ? error.message : t("error_server");
  status.textContent = t("error_title");
  showNothing(t("error_title"), text, [
    { label: t("try_again"), act: () => refresh() },
    ...(filtersSet() > 0 ? [{ label: t("clear_filters"), act: clearFilters }] : []),
  ]);
}

/** Show from where distances are counted. */
function showOrigin() {
  const { origin } = state;
  originBar.hidden = !origin;
  byId("welcome").hidden = Boolean(origin);
  if (origin) byId("origin-text").textContent = map.originText(origin);
  map.showOrigin(origin);
}

/** Show the place that the address names, or the list. */
async function showPlace() {
  const code = state.place;
  document.body.classList.toggle("has-place", code !== null);
  if (!code) {
    const last = byId("panel").dataset.code;
    hidePanel();
    map.choose(null);
    drawWay(undefined);
    byId("list").hidden = false;
    if (last && !focusRow(last)) byId("status").focus();
    delete byId("panel").dataset.code;
    return;
  }
  byId("list").hidden = true;
  byId("panel").dataset.code = code;
  if (isPhone()) raiseTo("half");
  const known = shown.find((site) => site.id === code);
  if (known) map.choose(known);
  drawWay(known);
  const place = await showPanel(code, known);
  if (place && state.place === code && !known) map.choose(place);
}

async function loadAreas() {
  try {
    const areas = await api.areas();
    for (const { properties, bbox, geometry } of areas.features) {
      const name = config.lang === "en" ? properties?.name_en || properties?.name : properties?.name;
      areaNames.set(properties?.adcode, name);
      areaBoxes.set(properties?.adcode, /** @type {import("./types").Bbox} */ (bbox ?? boxOf(geometry)));
    }
    map.showAreas(areas);
    if (state.filters.area || (fixedArea && !config.embed?.view)) {
      renderChips();
      fitMap();
    }
  } catch {
    // Outlines are a help, not a need.
  }
}

/**
 * @param {GeoJSON.Geometry} geometry
 * @returns {import("./types").Bbox}
 */
function boxOf(geometry) {
  const bounds = L.geoJSON(geometry).getBounds();
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
}

for (const [name, colour] of Object.entries(config.embed?.colours ?? {})) {
  document.documentElement.style.setProperty(`--${name}`, colour);
}
map.setUpMap({
  onSite: openPlace,
  onPoint: (lon, lat) => (state.place ? closePlace() : offerPoint(lon, lat)),
  onMove: () => {
    if (asksForNames()) return;
    clearTimeout(moveTimer);
    moveTimer = window.setTimeout(() => {
      if (state.origin) return refreshMarkers();
      followsMap = true;
      return refresh();
    }, REST);
  },
});
setUpList({ point: map.point });
setUpFilters((adcode) => areaNames.get(adcode) ?? adcode);
setUpSearch();
setUpPanel();
setUpPick({ centre: map.centre, panTo: map.panTo });
setUpLocate(ways);
byId("origin-clear").addEventListener("click", () => setOrigin(null));

on("filters", () => {
  reach = startingReach();
  refresh({ fit: asksForNames() });
});
on("origin", () => {
  reach = startingReach();
  followsMap = false;
  hideNotice();
  showOrigin();
  if (state.filters.q || state.filters.area) setFilters({ q: "", area: "" });
  else refresh({ fit: true });
  if (isPhone()) setHeight("half");
});
on("place", showPlace);

document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault(); // the fragment is for places
  byId("results").focus();
});
for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-language]"))) {
  // The other language shows the same places.
  link.addEventListener("click", () => (link.href = link.pathname + location.search + location.hash));
}

addEventListener("online", () => refresh());
if (!config.embed && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(config.worker).catch(() => {}); // without one the page works as long as there is a network
}

showOrigin();
if (!asksForNames()) showTakenAlong({ asking: true });
refresh({ fit: asksForNames() && !config.embed?.view }).then(loadAreas);
if (state.place) showPlace();
locateIfAllowed(ways);
