// "Locate me": asking the device, and what to do when it gives no position.

import { byId, h, icon } from "./dom.js";
import { config, t } from "./config.js";
import { inWeChat, view } from "./device.js";
import { setOrigin } from "./state.js";
import { copyButton } from "./travel.js";

/** The device may take this long to find itself, in milliseconds. */
const PATIENCE = 12000;
/** A position this old is good enough. */
const FRESH = 30000;

const buttons = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("[data-locate]")]);
const notice = byId("locate-notice");

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
 */
export async function locateIfAllowed(ways) {
  try {
    const permission = await navigator.permissions.query({ name: "geolocation" });
    if (permission.state === "granted") locate(ways);
  } catch {
    // Some web views do not know the question; there a press on the button is needed.
  }
}

/** @param {{search: () => void, pick: () => void}} ways */
function locate(ways) {
  hideNotice();
  if (!window.isSecureContext) return showTrouble("insecure", ways);
  if (!("geolocation" in navigator)) return showTrouble("unavailable", ways);
  if (isWithheld()) return showTrouble("denied", ways);
  setBusy(true);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      setBusy(false);
      setOrigin({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, kind: "position" });
    },
    (error) => {
      setBusy(false);
      showTrouble(error.code === error.PERMISSION_DENIED ? "denied" : "unavailable", ways);
    },
    { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: FRESH },
  );
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
