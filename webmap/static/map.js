// The map that folium composed, filled with what the server answers: markers, areas, and the point one looks from.

import { byId, h, icon } from "./dom.js";
import { config, t } from "./config.js";
import * as clusters from "./clusters.js";
import { clusterIcon, originIcon, siteIcon } from "./markers.js";
import { coveredBelow, isPhone } from "./sheet.js";

/** @typedef {import("./types").Site} Site */
/** @typedef {import("./types").Origin} Origin */
/** @typedef {import("./types").Bbox} Bbox */
/** @typedef {L.Marker & {site: Site}} SiteMarker */

/** Tiles that have not come after this many milliseconds are taken to be out of reach. */
const TILE_PATIENCE = 8000;
/** After the page itself moved the map, what the map reports is not the person's doing, for so many milliseconds. */
const OWN_MOVE = 700;
/** Never closer than this when the map finds its own view. */
const CLOSEST = 17;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {L.Map} */
let map;
/** @type {import("leaflet").MarkerClusterGroup} */
let cluster;

/** @type {Map<string, SiteMarker>} */
const markers = new Map();
/** @type {L.Layer[]} */
let originLayers = [];
/** @type {L.Layer[]} */
let wayLayers = [];
/** @type {SiteMarker | null} */
let chosenMarker = null;
/** @type {Site | null} */
let pointedSite = null;
/** @type {HTMLElement | null} */
let pointedAt = null;
let ownMoveUntil = 0;

/**
 * @param {{onSite: (code: string) => void, onPoint: (lon: number, lat: number) => void, onMove: () => void}} handlers
 */
export function setUpMap({ onSite, onPoint, onMove }) {
  map = /** @type {L.Map} */ (window[config.map.map]);
  cluster = /** @type {import("leaflet").MarkerClusterGroup} */ (window[config.map.cluster]);
  // The list says the same to keyboards and screen readers; hundreds of stops on the map would only be in the way.
  L.Marker.mergeOptions({ keyboard: false });
  Object.assign(cluster.options, { iconCreateFunction: clusterIcon });
  map.attributionControl.setPrefix("");
  if (config.mapApproval) map.attributionControl.addAttribution(escapeText(t("map_approval", { number: config.mapApproval })));
  L.control
    .zoom({ position: isPhone() ? (config.embed ? "topleft" : "topright") : "bottomright", zoomInTitle: t("zoom_in"), zoomOutTitle: t("zoom_out") })
    .addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
  watchTiles();
  cluster.on("click", (/** @type {L.LeafletMouseEvent} */ event) => onSite(/** @type {SiteMarker} */ (event.propagatedFrom ?? event.sourceTarget).site.properties.code));
  map.on("click", ({ latlng }) => onPoint(latlng.lng, latlng.lat));
  map.on("moveend", () => {
    clusters.moved();
    markPointed();
    if (performance.now() > ownMoveUntil) onMove();
  });
  cluster.on("animationend", markPointed);
  clusters.setUpClusters(map, { onSite, view });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  const { embed } = config;
  if (embed?.view) map.setView([embed.view.lat, embed.view.lon], embed.view.zoom, { animate: false });
  else if (config.bounds) fit(boundsOf(config.bounds), 16);
  if (embed) leaveWheelToPage();
}

/** In a frame the wheel scrolls the page around it until a person has turned to the map. */
function leaveWheelToPage() {
  map.scrollWheelZoom.disable();
  map.on("click dragstart focus", () => map.scrollWheelZoom.enable());
  map.getContainer().addEventListener("mouseleave", () => map.scrollWheelZoom.disable());
}

/**
 * @param {string} text
 * @returns {string} HTML that shows `text`.
 */
function escapeText(text) {
  return h("span", {}, text).innerHTML;
}

/**
 * @param {Bbox} bbox
 * @returns {L.LatLngBounds}
 */
function boundsOf([west, south, east, north]) {
  return L.latLngBounds([south, west], [north, east]);
}

/**
 * @param {Site} site
 * @returns {L.LatLng | null}
 */
function latLngOf(site) {
  if (!site.geometry) return null;
  const [lon, lat] = site.geometry.coordinates;
  return L.latLng(lat, lon);
}

/** @returns {Bbox} What the map shows. */
export function view() {
  const bounds = map.getBounds();
  return [
    Math.max(bounds.getWest(), -180),
    Math.max(bounds.getSouth(), -85),
    Math.min(bounds.getEast(), 180),
    Math.min(bounds.getNorth(), 85),
  ];
}

/** @returns {{lon: number, lat: number}} */
export function centre() {
  const { lng, lat } = map.getCenter();
  return { lon: lng, lat };
}

/**
 * @param {number} lon
 * @param {number} lat
 */
export function panTo(lon, lat) {
  ownMove();
  map.panTo([lat, lon], { animate: !calm.matches });
}

function ownMove() {
  ownMoveUntil = performance.now() + OWN_MOVE;
}

/**
 * Show all of some bounds beside or above what covers the map.
 *
 * @param {L.LatLngBounds} bounds
 * @param {number} maxZoom
 */
function fit(bounds, maxZoom) {
  ownMove();
  map.fitBounds(bounds, {
    maxZoom,
    animate: false,
    paddingTopLeft: isPhone() ? [24, 128] : [48, 48],
    paddingBottomRight: isPhone() ? [24, coveredBelow() + 24] : [48, 48],
  });
}

/**
 * Show where the nearest places lie, or all that were found.
 *
 * @param {Site[]} sites
 * @param {Origin | null} origin
 */
export function fitTo(sites, origin) {
  const points = sites.map(latLngOf).filter((point) => point !== null);
  if (origin) points.push(L.latLng(origin.lat, origin.lon));
  if (points.length > 0) fit(L.latLngBounds(points), CLOSEST);
}

/**
 * Show an area, or all places.
 *
 * @param {Bbox | null} bbox
 */
export function fitBox(bbox) {
  const box = bbox ?? config.bounds;
  if (box) fit(boundsOf(box), 16);
}

/**
 * Show these places and no others.
 *
 * @param {Site[]} sites
 */
export function showSites(sites) {
  clusters.hide();
  drawSites(sites);
}

/**
 * Show all places that fit, gathered by the server: there are too many to draw them one by one.
 *
 * @param {import("./types").Filters} filters
 */
export async function showClusters(filters) {
  if (await clusters.show(filters)) drawSites([]);
}

export const showsClusters = clusters.areShown;

/** @param {Site[]} sites */
function drawSites(sites) {
  /** @type {SiteMarker[]} */
  const added = [];
  const kept = new Set();
  for (const site of sites) {
    const point = latLngOf(site);
    if (!point) continue;
    const { code } = site.properties;
    kept.add(code);
    const old = markers.get(code);
    if (old && sameLook(old.site, site)) {
      old.site = site;
      continue;
    }
    if (old) cluster.removeLayer(old);
    const marker = /** @type {SiteMarker} */ (L.marker(point, { icon: siteIcon(site.properties) }));
    marker.site = site;
    markers.set(code, marker);
    added.push(marker);
  }
  const gone = [...markers].filter(([code]) => !kept.has(code));
  for (const [code] of gone) markers.delete(code);
  cluster.removeLayers(gone.map(([, marker]) => marker));
  cluster.addLayers(added);
  markPointed();
}

/**
 * @param {Site} a
 * @param {Site} b
 * @returns {boolean}
 */
function sameLook(a, b) {
  const look = (/** @type {Site} */ { geometry, properties: p }) =>
    JSON.stringify([geometry?.coordinates, p.name, p.kind, p.precision, p.state, p.open.state, p.open.until]);
  return look(a) === look(b);
}

/**
 * Let one place stand out, whether it is among those shown or not.
 *
 * @param {Site | null} site
 */
export function choose(site) {
  chosenMarker?.remove();
  chosenMarker = null;
  const point = site && latLngOf(site);
  if (!site || !point) return;
  chosenMarker = /** @type {SiteMarker} */ (L.marker(point, { icon: siteIcon(site.properties, true), zIndexOffset: 1000 }));
  chosenMarker.site = site;
  chosenMarker.addTo(map);
  const hidden = coveredBelow();
  const visible = L.bounds([40, isPhone() ? 130 : 40], map.getSize().subtract([40, 40 + hidden]));
  if (visible.contains(map.latLngToContainerPoint(point))) return;
  ownMove();
  const zoom = Math.max(map.getZoom(), 15);
  const middle = map.project(point, zoom).add([0, hidden / 2 - (isPhone() ? 50 : 0)]);
  map.setView(map.unproject(middle, zoom), zoom, { animate: !calm.matches });
}

/**
 * Mark the place, or the cluster that holds it, that a row of the list means.
 *
 * @param {Site | null} site
 */
export function point(site) {
  pointedSite = site;
  markPointed();
}

/** Mark the sign of the place that is meant; also after signs were drawn anew, as their elements are others then. */
function markPointed() {
  const site = pointedSite;
  pointedAt?.classList.remove("pointed");
  const marker = site ? markers.get(site.properties.code) : null;
  const gathered = site && !marker ? clusters.markerOf(site) : null;
  pointedAt = (marker ? cluster.getVisibleParent(marker) : gathered)?.getElement() ?? null;
  pointedAt?.classList.add("pointed");
}

/**
 * Show where distances are counted from, and how well that is known.
 *
 * @param {Origin | null} origin
 */
export function showOrigin(origin) {
  for (const layer of originLayers) layer.remove();
  originLayers = [];
  if (!origin || origin.kind === "place") return;
  const at = L.latLng(origin.lat, origin.lon);
  const own = origin.kind === "position";
  const label = t(own ? "you_are_here" : "chosen_point");
  const marker = L.marker(at, { icon: originIcon(label, own), interactive: false, zIndexOffset: 2000 });
  originLayers.push(marker.addTo(map));
  if (origin.accuracy > 15) {
    originLayers.push(L.circle(at, { radius: origin.accuracy, className: "accuracy", interactive: false }).addTo(map));
  }
}

/**
 * Draw a way, in place of the one before.
 *
 * @param {GeoJSON.LineString | null} line
 */
export function showWay(line) {
  for (const layer of wayLayers) layer.remove();
  wayLayers = ["way-edge", "way-line"].flatMap((className) =>
    line ? [L.geoJSON(line, { interactive: false, style: { className, lineCap: "round", lineJoin: "round" } }).addTo(map)] : [],
  );
}

/**
 * Draw the outlines of the areas.
 *
 * @param {GeoJSON.FeatureCollection} areas
 */
export function showAreas(areas) {
  L.geoJSON(areas, {
    interactive: false,
    style: (feature) => ({ className: feature?.properties.approximate ? "area rough" : "area" }),
  })
    .addTo(map)
    .bringToBack();
}

/** Say so when the base map's tiles do not come, and stop saying it when they do. */
function watchTiles() {
  const base = /** @type {L.TileLayer | undefined} */ (window[config.map.tiles[0] ?? ""]);
  const notice = byId("tiles-notice");
  if (!base) return;
  let seen = false;
  const missing = () => {
    if (seen || !notice.hidden) return;
    notice.replaceChildren(icon("map"), h("span", {}, t("tiles_missing")));
    notice.hidden = false;
  };
  base.on("tileload", () => {
    seen = true;
    notice.hidden = true;
  });
  base.on("tileerror", missing);
  setTimeout(missing, TILE_PATIENCE);
}
