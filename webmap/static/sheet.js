// The bottom sheet of the phone: three heights, moved by dragging its handle or by pressing it.

import { byId } from "./dom.js";
import { t } from "./config.js";

/** @typedef {"peek" | "half" | "full"} Height */

/** @type {readonly Height[]} */
const HEIGHTS = ["peek", "half", "full"];
/** Heights as the style sheet has them: a strip, a share of the window, and all but the search box and the chips. */
const PEEK = 104;
const HALF = 0.52;
const ABOVE_FULL = 124;
/** A flick faster than this, in pixels per millisecond, goes on to the next height. */
const FLICK = 0.5;
/** A press that moves less than this, in pixels, is no drag. */
const SLOP = 6;

const phone = matchMedia("(max-width: 899px)");
const sheet = byId("sheet");
const handle = byId("sheet-handle");
const pane = /** @type {HTMLElement} */ (document.querySelector(".map-pane"));

/** @returns {boolean} Whether the sheet is in use: on a desk it is a plain column. */
export function isPhone() {
  return phone.matches;
}

/**
 * @param {Height} height
 * @returns {number} Pixels.
 */
function pixels(height) {
  return { peek: PEEK, half: Math.round(innerHeight * HALF), full: innerHeight - ABOVE_FULL }[height];
}

/** @returns {Height} */
function current() {
  return /** @type {Height} */ (sheet.dataset.height ?? "half");
}

/** @returns {number} How much of the map the sheet covers from below, in pixels; at full height all but nothing. */
export function coveredBelow() {
  if (!isPhone() || sheet.offsetParent === null) return 0; // a frame may have no list
  return pixels(current() === "full" ? "half" : current());
}

/**
 * Bring the sheet to a height.
 *
 * @param {Height} height
 */
export function setHeight(height) {
  sheet.dataset.height = height;
  sheet.style.height = "";
  // What stands at the map's lower edge keeps above the sheet; the style sheet knows how high that is.
  pane.dataset.below = height === "peek" ? "peek" : "half";
  const larger = height !== "full";
  handle.setAttribute("aria-label", t(larger ? "bigger_list" : "smaller_list"));
  handle.setAttribute("aria-expanded", String(!larger));
}

/**
 * Make the sheet at least this high.
 *
 * @param {Height} height
 */
export function raiseTo(height) {
  if (HEIGHTS.indexOf(current()) < HEIGHTS.indexOf(height)) setHeight(height);
}

/** @type {{y: number, height: number, moved: boolean, lastY: number, lastTime: number, speed: number} | null} */
let drag = null;

handle.addEventListener("pointerdown", (event) => {
  if (!isPhone()) return;
  handle.setPointerCapture(event.pointerId);
  const height = sheet.getBoundingClientRect().height;
  drag = { y: event.clientY, height, moved: false, lastY: event.clientY, lastTime: event.timeStamp, speed: 0 };
});

handle.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const up = drag.y - event.clientY;
  if (!drag.moved && Math.abs(up) < SLOP) return;
  drag.moved = true;
  sheet.classList.add("dragged");
  sheet.style.height = `${Math.min(Math.max(drag.height + up, PEEK), pixels("full"))}px`;
  const passed = event.timeStamp - drag.lastTime;
  if (passed > 0) drag.speed = (drag.lastY - event.clientY) / passed;
  drag.lastY = event.clientY;
  drag.lastTime = event.timeStamp;
});

handle.addEventListener("pointerup", () => {
  sheet.classList.remove("dragged");
  if (!drag?.moved) return; // a press: the click that follows sees to it
  const height = sheet.getBoundingClientRect().height;
  const nearest = HEIGHTS.reduce((best, each) =>
    Math.abs(pixels(each) - height) < Math.abs(pixels(best) - height) ? each : best,
  );
  setHeight(afterFlick(nearest, drag.speed));
});

handle.addEventListener("pointercancel", () => {
  sheet.classList.remove("dragged");
  drag = null;
  setHeight(current());
});

/**
 * @param {Height} nearest
 * @param {number} speed Upwards.
 * @returns {Height}
 */
function afterFlick(nearest, speed) {
  const step = speed > FLICK ? 1 : speed < -FLICK ? -1 : 0;
  const from = HEIGHTS.indexOf(step === 0 ? nearest : current());
  return HEIGHTS[Math.min(Math.max(from + step, 0), HEIGHTS.length - 1)] ?? nearest;
}

handle.addEventListener("click", () => {
  const dragged = drag?.moved;
  drag = null;
  if (dragged) return;
  const order = { peek: "half", half: "full", full: "half" };
  setHeight(/** @type {Height} */ (order[current()]));
});

setHeight(current());
