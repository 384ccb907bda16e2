// The map of a report as staff see it: where the place is said to be, and where it stands so far.

import { loadMap, pin } from "./pinmap.js";

/** @type {{map: import("./pinmap.js").PinMap, at: [number, number] | null, pin: [number, number] | null}} */
const config = JSON.parse(document.getElementById("report-config")?.textContent ?? "{}");
const element = document.getElementById(config.map.element);

if (element && config.pin) {
  const map = await loadMap(config.map, element);
  const shown = L.latLngBounds([]);
  /**
   * @param {"new" | "old"} kind
   * @param {[number, number]} at
   * @param {string | undefined} title
   */
  const put = (kind, [lon, lat], title) => {
    L.marker([lat, lon], pin(kind, title ?? "")).addTo(map);
    shown.extend([lat, lon]);
  };
  if (config.at) put("old", config.at, element.dataset.old);
  put("new", config.pin, element.dataset.pin);
  map.fitBounds(shown, { padding: [48, 48], maxZoom: 17, animate: false });
  element.dataset.map = "ready";
}
