// "Locate me": asking the device, and what to do when it gives no position.

import { byId, h, icon } from "./dom.js";
import { config, t } from "./config.js";
import { inWeChat, view } from "./device.js";
import { distance } from "./format.js";
import { setOrigin, state } from "./state.js";
import { copyButton } from "./travel.js";

/** The device may take this long to find itself, in milliseconds. */
const PATIENCE = 12000;
/** A position this old is good enough. */
const FRESH = 30000;

const buttons = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("[data-locate]")]);
const notice = byId("locate-notice");
const bar = byId("origin");

/** @typedef {"denied" | "unavailable" | "insecure"} Trouble */

/**
 * Make the buttons work.
 *
 * @param {{search: () => void, pick: () => void}} ways The other ways to find places.
 */
export function setUpLocate(ways) {
  for (const button of buttons) button.addEventListener("click", () => locate(ways));
}

/**
 * Locate without being asked where that was allowed before.
 *
 * @param {{search: () => void, pick: () => void}} ways
 * @returns {Promise<boolean>} Whether the position was found.
 */
export async function locateIfAllowed(ways) {
  try {
    const permission = await navigator.permissions.query({ name: "geolocation" });
    if (permission.state !== "granted") return false;
  } catch {
    return false; // some web views do not know the question; there a press on the button is needed
  }
  showOrigin(true);
  const found = await locate(ways);
  if (!found) showOrigin();
  return found;
}

/**
 * Show from where distances are counted.
 *
 * @param {boolean} [soon] Whether the device is about to say so: then nothing below moves when it does.
 */
export function showOrigin(soon = false) {
  const { origin } = state;
  bar.hidden = !origin && !soon;
  byId("welcome").hidden = !bar.hidden;
  byId("origin-clear").hidden = !origin;
  byId("origin-text").textContent = origin ? originText(origin) : t("locating");
}

/**
 * @param {import("./types").Origin} origin
 * @returns {string} From where the distances are counted, and how well that is known.
 */
function originText({ kind, name, accuracy }) {
  if (kind === "place") return t("from_place", { name: name ?? "" });
  if (kind === "point") return t("from_point");
  return accuracy > 50 ? t("from_you_about", { distance: distance(accuracy) }) : t("from_you");
}

/**
 * @param {{search: () => void, pick: () => void}} ways
 * @returns {Promise<boolean>} Whether the position was found.
 */
async function locate(ways) {
  hideNotice();
  let trouble = refusal();
  if (trouble) {
    showTrouble(trouble, ways);
    return false;
  }
  setBusy(true);
  const found = await position().catch((error) => {
    trouble = error.code === error.PERMISSION_DENIED ? "denied" : "unavailable";
    return null;
  });
  setBusy(false);
  if (trouble) showTrouble(trouble, ways);
  if (!found) return false;
  const { longitude, latitude, accuracy } = found.coords;
  setOrigin({ lon: longitude, lat: latitude, accuracy, kind: "position" });
  return true;
}

/** @returns {Trouble | null} Why there is no use in asking the device. */
function refusal() {
  if (!window.isSecureContext) return "insecure";
  if (!("geolocation" in navigator)) return "unavailable";
  return isWithheld() ? "denied" : null;
}

/** @returns {Promise<GeolocationPosition>} */
function position() {
  const options = { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: FRESH };
  return new Promise((found, failed) => navigator.geolocation.getCurrentPosition(found, failed, options));
}

/** @returns {boolean} Whether the page around this one lets no position through; not every browser tells before it is asked. */
function isWithheld() {
  const { featurePolicy } = /** @type {{featurePolicy?: {allowsFeature: (name: string) => boolean}}} */ (document);
  return featurePolicy ? !featurePolicy.allowsFeature("geolocation") : false;
}

/** @param {boolean} busy */
function setBusy(busy) {
  for (const button of buttons) {
    button.disabled = busy;
    button.classList.toggle("busy", busy);
    const label = button.querySelector("[data-label]");
    if (label) label.textContent = t(busy ? "locating" : "locate");
  }
}

/** Take the explanation away. */
export function hideNotice() {
  notice.hidden = true;
  notice.replaceChildren();
}

/**
 * @param {Trouble} trouble
 * @returns {string}
 */
function explanation(trouble) {
  if (config.embed) return t("locate_framed");
  if (!view || trouble === "insecure") return t(`locate_${trouble}`);
  return t(inWeChat ? "locate_wechat" : "locate_view");
}

/**
 * @param {Trouble} trouble
 * @param {{search: () => void, pick: () => void}} ways
 */
function showTrouble(trouble, ways) {
  const { embed } = config;
  const title = h("h2", { tabindex: -1 }, t(`locate_${trouble}_title`));
  notice.replaceChildren(
    h("button", { type: "button", class: "dismiss", "aria-label": t("close"), onclick: hideNotice }, icon("close")),
    title,
    h("p", {}, explanation(trouble)),
    h(
      "div",
      { class: "ways" },
      embed && h("a", { class: "button primary", href: embed.full, target: "_blank", rel: "noopener" }, icon("map"), t("full_map")),
      embed?.search === false ? null : h("button", { type: "button", class: "button", onclick: ways.search }, icon("search"), t("way_search")),
      h("button", { type: "button", class: "button", onclick: ways.pick }, icon("pin"), t("way_pick")),
      view && !embed && copyButton(t("copy_link"), location.href),
    ),
  );
  notice.hidden = false;
  title.focus();
}
