// The lines of a row: what is said of a place wherever it is named.

import { h, icon, spoken } from "./dom.js";
import { config, t, term } from "./config.js";
import { distance, openNote, openText, walk, walkBasis } from "./format.js";
import { state } from "./state.js";

/** So many facilities have room in a row. */
const ICONS = 7;

/**
 * Whether a place is open and until when, and what to know about that.
 *
 * @param {import("./types").SiteProperties} place
 * @returns {HTMLElement}
 */
export function openLine(place) {
  return h("p", { class: "open-line" }, opened(place), remark(place));
}

/**
 * @param {import("./types").SiteProperties} place
 * @returns {HTMLElement}
 */
export function opened(place) {
  const { look, text } = openText(place);
  return h("span", { class: `status ${look}` }, text);
}

/**
 * @param {import("./types").SiteProperties} place
 * @returns {HTMLElement | null}
 */
export function remark(place) {
  const note = place.state === "open" ? openNote(place.open) : "";
  return note ? h("span", { class: "remark" }, note) : null;
}

/**
 * How one gets in: what it takes, and where the door is.
 *
 * @param {import("./types").SiteProperties} place
 * @returns {HTMLElement | null}
 */
export function wayIn(place) {
  const ways = place.access.map((way) => term("access", way));
  if (place.fee === "fee") ways.push(term("fees", "fee"));
  const door = [place.floor, place.directions].filter(Boolean).join(" · ");
  if (!door && ways.length === 0) return null;
  return h(
    "p",
    { class: "ways-in" },
    ...ways.map(({ icon: symbol, name }) => h("span", { class: "way-in" }, icon(symbol), name)),
    door && h("span", { class: "way-in door" }, ways.length === 0 && icon("door"), door),
  );
}

/**
 * Where a place is.
 *
 * @param {import("./types").SiteProperties} place
 * @returns {HTMLElement | null}
 */
export function whereLine(place) {
  const where = [place.label, place.address || place.area_name].filter(Boolean).join(" · ");
  return where ? h("p", { class: "where" }, where) : null;
}

/**
 * @param {import("./types").SiteProperties} place
 * @returns {HTMLElement | null}
 */
export function facilityIcons(place) {
  const order = config.vocabulary.facilities.map((item) => item.code);
  const wanted = new Set([...state.filters.facility, ...config.common]);
  const codes = Object.keys(place.facilities)
    .filter((code) => place.facilities[code] !== "no")
    .sort((a, b) => Number(wanted.has(b)) - Number(wanted.has(a)) || order.indexOf(a) - order.indexOf(b));
  if (codes.length === 0) return null;
  const shown = codes.length > ICONS ? codes.slice(0, ICONS - 1) : codes;
  return h(
    "ul",
    { class: "facility-icons" },
    ...shown.map((code) => {
      const { name, icon: symbol } = term("facilities", code);
      const limited = place.facilities[code] === "limited";
      const label = limited ? `${name} (${t("limited_note")})` : name;
      return h("li", { title: label, class: limited ? "limited" : "" }, icon(symbol), spoken(label));
    }),
    codes.length > shown.length &&
      h("li", { class: "rest" }, h("span", { "aria-hidden": "true" }, `+${codes.length - shown.length}`), spoken(t("more_facilities", { n: codes.length - shown.length }))),
  );
}

/**
 * How far a place is, or why nobody can say.
 *
 * @param {import("./types").SiteProperties} place
 * @returns {HTMLElement[]}
 */
export function farness(place) {
  if (place.precision === "none") return [h("p", { class: "far tag" }, t("no_position"))];
  if (place.distance_m === null) return [];
  const rough = place.precision === "approximate" || place.precision === "area";
  const far = h("p", { class: "far distance" }, (rough ? "≈ " : "") + distance(place.distance_m));
  if (place.walk_min === null) return [far];
  const title = place.walk_basis === "street" ? t("walk_basis_street") : t("walk_basis");
  return [far, h("p", { class: "walk", title }, walk(place.walk_min), h("small", {}, walkBasis(place.walk_basis)))];
}
