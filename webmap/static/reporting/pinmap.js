// The map in a form: fetched only when it is wanted, with a pin or two.

import { loadScript } from "../script.js";

/** @typedef {{element: string, map: string, script: string}} PinMap */

/**
 * @param {PinMap} wanted
 * @param {HTMLElement} words Has the names of the buttons as `data-zoom-in` and `data-zoom-out`.
 * @returns {Promise<L.Map>}
 */
export async function loadMap({ map: name, script: src }, words) {
  await loadScript(src);
  const map = /** @type {L.Map} */ (/** @type {any} */ (window)[name]);
  map.attributionControl.setPrefix("");
  L.control.zoom({ zoomInTitle: words.dataset.zoomIn ?? "", zoomOutTitle: words.dataset.zoomOut ?? "" }).addTo(map);
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  return map;
}

/**
 * @param {"new" | "old"} kind
 * @param {string} title
 * @returns {L.MarkerOptions}
 */
export function pin(kind, title) {
  return {
    icon: L.divIcon({ className: `report-pin is-${kind}`, iconSize: [34, 44], iconAnchor: [17, 42] }),
    title,
    alt: title,
    keyboard: false,
  };
}
