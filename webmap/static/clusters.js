// Many places at once: the server gathers them by the cells of the map, which are fixed to the world, so that moving the
// map changes none of the markers that stay in sight.

import * as api from "./api.js";
import { config } from "./config.js";
import { openText, setClock } from "./format.js";
import { gatheredIcon, siteIcon } from "./markers.js";

/** @typedef {import("./types").Bbox} Bbox */
/** @typedef {import("./types").Cluster} Cluster */
/** @typedef {import("./types").Filters} Filters */
/** @typedef {import("./types").Site} Site */
/** @typedef {{marker: L.Marker, look: string, feature: Cluster | Site}} Drawn */

/** The map must rest so long before the server is asked, in milliseconds. */
const REST = 120;
/** So much of the view's width and height is fetched beyond each of its edges. */
const MARGIN = 0.35;
/** What was fetched is asked for again after so many milliseconds, as places open and close. */
const LASTING = 60_000;
/** Closer than this no press on a cluster leads: there its places stand one by one. */
const CLOSEST = 18;

/** @type {L.Map} */
let map;
/** @type {{onSite: (code: string) => void, view: () => Bbox}} */
let page;
/** @type {L.LayerGroup} */
let layer;
/** @type {Map<string, Drawn>} */
const drawn = new Map();
/** @type {Filters | null} What is asked for; nothing while places are drawn one by one. */
let wanted = null;
/** @type {{query: string, bounds: L.LatLngBounds, zoom: number, cells: number, at: number} | null} */
let fetched = null;
let timer = 0;

/**
 * @param {L.Map} target
 * @param {{onSite: (code: string) => void, view: () => Bbox}} handlers
 */
export function setUpClusters(target, handlers) {
  map = target;
  page = handlers;
  layer = L.layerGroup().addTo(map);
}

/**
 * Show what fits, and follow the map from now on.
 *
 * @param {Filters} filters
 * @returns {Promise<boolean>} Whether they are shown.
 */
export async function show(filters) {
  wanted = filters;
  clearTimeout(timer);
  return isFetched() || ask();
}

/** @returns {boolean} Whether clusters are what the map shows, or is about to. */
export function areShown() {
  return wanted !== null;
}

/** Take all clusters away. */
export function hide() {
  wanted = null;
  fetched = null;
  clearTimeout(timer);
  api.forgetClusters();
  layer.clearLayers();
  drawn.clear();
}

/** The map was moved or zoomed. */
export function moved() {
  if (!wanted) return;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (!isFetched()) ask();
  }, REST);
}

/**
 * @param {Site} site
 * @returns {L.Marker | null} The marker of a place, or of the cluster that holds it.
 */
export function markerOf(site) {
  const own = drawn.get(site.id);
  if (own || !site.geometry || !fetched) return own?.marker ?? null;
  const [lon, lat] = site.geometry.coordinates;
  const cell = L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lon), fetched.cells).divideBy(config.limits.cellPx).floor();
  return drawn.get(`${fetched.cells}-${cell.x}-${cell.y}`)?.marker ?? null;
}

/** @returns {boolean} Whether all that the map shows is there already. */
function isFetched() {
  if (!fetched || !wanted) return false;
  const fresh = performance.now() - fetched.at < LASTING;
  const same = fetched.query === api.filterQuery(wanted).toString();
  return fresh && same && fetched.zoom === map.getZoom() && fetched.bounds.contains(bounds());
}

/** @returns {L.LatLngBounds} */
function bounds() {
  const [west, south, east, north] = page.view();
  return L.latLngBounds([south, west], [north, east]);
}

/** @returns {Promise<boolean>} Whether the answer was drawn. */
async function ask() {
  if (!wanted) return false;
  const filters = wanted;
  const zoom = map.getZoom();
  const around = bounds().pad(MARGIN);
  /** @type {Bbox} */
  const bbox = [
    Math.max(around.getWest(), -180),
    Math.max(around.getSouth(), -85),
    Math.min(around.getEast(), 180),
    Math.min(around.getNorth(), 85),
  ];
  try {
    const found = await api.clusters(filters, bbox, Math.min(zoom, config.limits.clusterZoom));
    if (wanted !== filters) return false;
    setClock(found.generated_at);
    const [west, south, east, north] = bbox;
    const held = L.latLngBounds([south, west], [north, east]);
    fetched = { query: api.filterQuery(filters).toString(), bounds: held, zoom, cells: found.zoom, at: performance.now() };
    draw(found.features);
    return true;
  } catch (error) {
    // The list says what is wrong; what was drawn still holds, and the next move asks again.
    if (!api.isAbort(error)) fetched = null;
    return false;
  }
}

/**
 * Draw features; a marker that stays as it is is not touched.
 *
 * @param {(Cluster | Site)[]} features
 */
function draw(features) {
  const left = new Set(drawn.keys());
  for (const feature of features) {
    if (!feature.geometry) continue;
    left.delete(feature.id);
    const look = lookOf(feature);
    const old = drawn.get(feature.id);
    if (old?.look === look) {
      old.feature = feature;
      continue;
    }
    if (old) layer.removeLayer(old.marker);
    const [lon, lat] = feature.geometry.coordinates;
    const marker = L.marker([lat, lon], { icon: iconOf(feature) });
    marker.on("click", () => press(feature.id));
    drawn.set(feature.id, { marker, look, feature });
    layer.addLayer(marker);
  }
  for (const id of left) {
    const gone = drawn.get(id);
    if (gone) layer.removeLayer(gone.marker);
    drawn.delete(id);
  }
}

/**
 * @param {Cluster | Site} feature
 * @returns {feature is Cluster}
 */
function isCluster(feature) {
  return "cluster" in feature.properties;
}

/**
 * @param {Cluster | Site} feature
 * @returns {string} What differs when a marker has to look differently.
 */
function lookOf(feature) {
  const place = feature.geometry?.coordinates.join();
  if (isCluster(feature)) return `${place} ${feature.properties.count} ${feature.properties.open}`;
  return `${place} ${feature.properties.name} ${openText(feature.properties).look}`;
}

/**
 * @param {Cluster | Site} feature
 * @returns {L.DivIcon}
 */
function iconOf(feature) {
  if (!isCluster(feature)) return siteIcon(feature.properties);
  return gatheredIcon(feature.properties.count, feature.properties.open);
}

/** @param {string} id */
function press(id) {
  const feature = drawn.get(id)?.feature;
  if (!feature) return;
  if (!isCluster(feature)) return page.onSite(feature.properties.code);
  const [west, south, east, north] = feature.bbox;
  const zoom = map.getZoom();
  if (zoom >= CLOSEST) return page.onSite(feature.properties.site);
  const box = L.latLngBounds([south, west], [north, east]);
  // At least one step closer, also where the places are spread over all of the view.
  const closer = Math.min(Math.max(map.getBoundsZoom(box, false, L.point(40, 40)), zoom + 1), CLOSEST);
  map.setView(box.getCenter(), closer);
}
