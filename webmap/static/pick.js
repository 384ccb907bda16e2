// Choosing a point on the map instead of one's position: by moving the map under a cross, or by a tap.

import { byId } from "./dom.js";
import { setOrigin } from "./state.js";

const bar = byId("pick");
const cross = byId("pick-cross");
const use = byId("pick-use");
const cancel = byId("pick-cancel");

/** @typedef {{centre: () => {lon: number, lat: number}, panTo: (lon: number, lat: number) => void}} PickMap */

/** @type {PickMap | null} */
let map = null;
/** @type {HTMLElement | null} */
let cameFrom = null;

/** @returns {boolean} */
export function isPicking() {
  return !bar.hidden;
}

/** Begin to choose a point. */
export function startPicking() {
  cameFrom = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  bar.hidden = cross.hidden = false;
  document.body.classList.add("picking");
  use.focus();
}

/** @param {boolean} back Whether the focus goes back to where it came from. */
function stop(back) {
  bar.hidden = cross.hidden = true;
  document.body.classList.remove("picking");
  if (back) cameFrom?.focus();
}

/**
 * A tap on the bare map: put the cross there, and offer the point.
 *
 * @param {number} lon
 * @param {number} lat
 */
export function offerPoint(lon, lat) {
  if (!isPicking()) startPicking();
  map?.panTo(lon, lat);
}

/** @param {PickMap} pickMap */
export function setUpPick(pickMap) {
  map = pickMap;
  use.addEventListener("click", () => {
    const { lon, lat } = pickMap.centre();
    stop(false);
    setOrigin({ lon, lat, accuracy: 0, kind: "point" });
  });
  cancel.addEventListener("click", () => stop(true));
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop(true);
  });
}
