// How a kind of place looks: a colour and a shape of its own, and whether it is open by the way it is filled.

import { h, spoken, svg } from "./dom.js";
import { config, term } from "./config.js";
import { openText } from "./format.js";

/** @typedef {import("./types").SiteProperties} SiteProperties */

/** Width and height of a sign. */
export const SIZE = 44;

/**
 * The outline of each kind, in a square of 44 units. A kind that a deployment added itself is an octagon.
 *
 * @type {Record<string, string>}
 */
const OUTLINES = {
  rest_station: "M22 7a15 15 0 1 1 0 30a15 15 0 1 1 0-30z",
  worker_home: "M12 8.5h20a3.5 3.5 0 0 1 3.5 3.5v20a3.5 3.5 0 0 1-3.5 3.5H12A3.5 3.5 0 0 1 8.5 32V12A3.5 3.5 0 0 1 12 8.5z",
  service_center: "M20 4.8a2.8 2.8 0 0 1 4 0L39.2 20a2.8 2.8 0 0 1 0 4L24 39.2a2.8 2.8 0 0 1-4 0L4.8 24a2.8 2.8 0 0 1 0-4z",
  public_facility: "M22 5.5l14.3 8.250v16.5L22 38.5L7.7 30.250v-16.5z",
};
const OCTAGON = "M15.8 7h12.4l8.8 8.8v12.4L28.2 37H15.8L7 28.2V15.8z";

/**
 * @param {string} kind
 * @returns {string} The kind's class name; the style sheet gives it its colour.
 */
function kindClass(kind) {
  return kind in OUTLINES ? `kind-${kind}` : "kind-other";
}

/**
 * Draw the sign of a place.
 *
 * @param {SiteProperties} place
 * @returns {SVGElement}
 */
export function sign(place) {
  const { look } = openText(place);
  const outline = OUTLINES[place.kind] ?? OCTAGON;
  const parts = [svg("path", { class: "halo", d: outline }), svg("path", { class: "body", d: outline })];
  if (place.precision === "approximate" || place.precision === "area") {
    parts.unshift(svg("circle", { class: "ring", cx: 22, cy: 22, r: 20.5 }));
  }
  const glyph = svg("use", { href: `${config.icons}#${term("kinds", place.kind).icon}`, class: "glyph", x: 13, y: 13, width: 18, height: 18 });
  parts.push(glyph);
  if (look === "closed") parts.push(svg("circle", { class: "mark", cx: 33, cy: 11, r: 7 }), svg("path", { class: "mark-sign", d: "M29.8 11h6.4" }));
  if (look === "unknown") {
    const question = svg("text", { class: "mark-text", x: 33, y: 14.6 });
    question.textContent = "?";
    parts.push(svg("circle", { class: "mark", cx: 33, cy: 11, r: 7 }), question);
  }
  return svg("svg", { class: `sign ${kindClass(place.kind)} is-${look}`, viewBox: `0 0 ${SIZE} ${SIZE}`, "aria-hidden": "true" }, ...parts);
}

/**
 * The sign of a kind by itself, for the filters, which are the map's legend at the same time.
 *
 * @param {string} kind
 * @returns {SVGElement}
 */
export function kindSign(kind) {
  const body = svg("path", { class: "body", d: OUTLINES[kind] ?? OCTAGON });
  const glyph = svg("use", { href: `${config.icons}#${term("kinds", kind).icon}`, class: "glyph", x: 13, y: 13, width: 18, height: 18 });
  return svg("svg", { class: `sign icon ${kindClass(kind)} is-open`, viewBox: "4 4 36 36", "aria-hidden": "true" }, body, glyph);
}

/**
 * The sign for the list, with the kind in words for those who do not see it.
 *
 * @param {SiteProperties} place
 * @returns {HTMLElement}
 */
export function kindBadge(place) {
  const { name } = term("kinds", place.kind);
  return h("span", { class: "badge", title: name }, sign(place), spoken(name));
}
