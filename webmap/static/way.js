// The way to the chosen place, drawn where the streets are known.

import * as api from "./api.js";
import * as map from "./map.js";
import { state } from "./state.js";

/** @typedef {import("./types").Site} Site */

/**
 * Draw the way from where distances are counted to the place that is open, or take the last one away.
 *
 * @param {Site | undefined} known The place as the list has it: it says whether streets lead there.
 */
export async function drawWay(known) {
  const { origin, place } = state;
  if (!origin || !place || known?.properties.walk_basis !== "street") {
    api.forgetWay();
    map.showWay(null);
    return;
  }
  try {
    const { geometry, properties } = await api.way(place, origin);
    if (state.place === place && state.origin === origin) map.showWay(properties.walk_basis === "street" ? geometry : null);
  } catch (error) {
    // Minutes and place are there: a line that is missing is no trouble worth telling.
    if (!api.isAbort(error)) map.showWay(null);
  }
}
