// Districts and streets: their names for the filters, their outlines for the map.

import * as api from "./api.js";
import { config } from "./config.js";
import { onMap } from "./later.js";

/** @typedef {import("./types").Bbox} Bbox */

/** @type {Map<string, string>} */
const names = new Map();
/** @type {Map<string, Bbox>} */
const boxes = new Map();

/**
 * @param {string} adcode
 * @returns {string} The name as soon as it is known.
 */
export function areaName(adcode) {
  return names.get(adcode) ?? adcode;
}

/**
 * @param {string} adcode
 * @returns {Bbox | undefined}
 */
export function areaBox(adcode) {
  return boxes.get(adcode);
}

/** @returns {Promise<boolean>} Whether they have come: outlines are a help, not a need. */
export async function loadAreas() {
  try {
    const areas = await api.areas();
    for (const { properties, geometry } of areas.features) {
      const name = config.lang === "en" ? properties?.name_en || properties?.name : properties?.name;
      names.set(properties?.adcode, name);
      boxes.set(properties?.adcode, boxOf(/** @type {GeoJSON.Polygon | GeoJSON.MultiPolygon} */ (geometry)));
    }
    onMap("areas", ({ map }) => map.showAreas(areas));
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {GeoJSON.Polygon | GeoJSON.MultiPolygon} geometry
 * @returns {Bbox}
 */
function boxOf({ type, coordinates }) {
  const points = /** @type {GeoJSON.Position[]} */ (type === "Polygon" ? coordinates.flat(1) : coordinates.flat(2));
  /** @type {Bbox} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = NaN, lat = NaN] of points) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}
