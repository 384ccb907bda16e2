// The icons on the map: a place, several of them, and where distances are counted from.

import { h, icon, svg } from "./dom.js";
import { count } from "./config.js";
import { openText } from "./format.js";
import { SIZE, sign } from "./signs.js";

/** @typedef {import("./types").SiteProperties} SiteProperties */
/** @typedef {import("./types").Site} Site */

/**
 * The icon of a place on the map.
 *
 * @param {SiteProperties} place
 * @param {boolean} [chosen]
 * @returns {L.DivIcon}
 */
export function siteIcon(place, chosen = false) {
  const element = h("div", { title: place.name });
  element.append(sign(place));
  const size = chosen ? SIZE * 1.35 : SIZE;
  return L.divIcon({ html: element, className: `marker${chosen ? " chosen" : ""}`, iconSize: [size, size] });
}

/**
 * The icon of markers that stand close together.
 *
 * @param {import("leaflet").MarkerCluster} cluster
 * @returns {L.DivIcon}
 */
export function clusterIcon(cluster) {
  const markers = /** @type {(L.Marker & {site?: Site})[]} */ (cluster.getAllChildMarkers());
  const open = markers.filter((marker) => marker.site && ["open", "soon"].includes(openText(marker.site.properties).look));
  return gatheredIcon(markers.length, open.length);
}

/**
 * The icon of several places: their number, ringed by the share that is open.
 *
 * @param {number} n
 * @param {number} open
 * @returns {L.DivIcon}
 */
export function gatheredIcon(n, open) {
  const size = n < 10 ? 44 : n < 100 ? 50 : 58;
  const number = svg("text", { class: "number", x: 25, y: 25 });
  number.textContent = n < 1000 ? String(n) : `${Math.floor(n / 1000)}k`;
  const round = 2 * Math.PI * 21;
  const drawing = svg(
    "svg",
    { class: "cluster", viewBox: "0 0 50 50", "aria-hidden": "true" },
    svg("circle", { class: "body", cx: 25, cy: 25, r: 24 }),
    svg("circle", { class: "track", cx: 25, cy: 25, r: 21 }),
    svg("circle", { class: "share", cx: 25, cy: 25, r: 21, "stroke-dasharray": `${((open / n) * round).toFixed(1)} ${round.toFixed(1)}` }),
    number,
  );
  const element = h("div", { title: count("cluster", n) });
  element.append(drawing);
  return L.divIcon({ html: element, className: "marker", iconSize: [size, size] });
}

/**
 * The sign of where distances are counted from.
 *
 * @param {string} label
 * @param {boolean} own Whether it is the person's own position.
 * @returns {L.DivIcon}
 */
export function originIcon(label, own) {
  const element = h("div", { class: own ? "origin own" : "origin", title: label }, own ? null : icon("pin"));
  return L.divIcon({ html: element, className: "marker origin-marker", iconSize: own ? [22, 22] : [36, 36], iconAnchor: own ? [11, 11] : [18, 34] });
}
