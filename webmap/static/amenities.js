// What a place has, has in part, has not, and what nobody knows.

import { h, icon } from "./dom.js";
import { config, t, term } from "./config.js";
import { date } from "./format.js";

/** @typedef {import("./types").AmenityDetail} AmenityDetail */

/** @typedef {"facilities" | "services"} Amenities */

/** Values, the best first, with their sign. */
const SIGNS = /** @type {const} */ ({ yes: "check", limited: "limited", no: "cross" });

/**
 * @param {Amenities} group
 * @param {Record<string, AmenityDetail>} details
 * @returns {HTMLElement | null}
 */
export function amenities(group, details) {
  const codes = config.vocabulary[group].map(({ code }) => code);
  const known = (/** @type {string} */ value) => codes.filter((code) => details[code]?.value === value);
  const unknown = codes.filter((code) => (details[code]?.value ?? "unknown") === "unknown");
  const tiles = /** @type {const} */ (["yes", "limited", "no"]).flatMap((value) => known(value).map((code) => tile(group, code, details[code])));
  if (tiles.length === 0 && group === "services") return null; // most places offer none, and no source says so
  return h(
    "section",
    {},
    h("h3", {}, t(group)),
    tiles.length > 0 && h("ul", { class: "tiles" }, ...tiles),
    group === "facilities" && unknownOnes(unknown),
  );
}

/**
 * @param {Amenities} group
 * @param {string} code
 * @param {AmenityDetail | undefined} detail
 * @returns {HTMLElement | null}
 */
function tile(group, code, detail) {
  if (!detail || detail.value === "unknown") return null;
  const { name, icon: symbol } = term(group, code);
  const verified = detail.basis === "verified" ? [t("on_the_spot"), detail.as_of && date(detail.as_of)].filter(Boolean).join(", ") : "";
  const remarks = [detail.note, detail.hours_text && t("own_hours", { text: detail.hours_text }), verified].filter(Boolean);
  return h(
    "li",
    { class: `tile is-${detail.value}` },
    icon(symbol, "symbol"),
    h(
      "span",
      { class: "tile-text" },
      h("b", {}, name),
      ...remarks.map((remark) => h("small", {}, remark)),
    ),
    h("span", { class: "value" }, icon(SIGNS[detail.value]), term("values", detail.value).name),
  );
}

/**
 * @param {string[]} codes
 * @returns {HTMLElement | null}
 */
function unknownOnes(codes) {
  if (codes.length === 0) return null;
  const names = (/** @type {string[]} */ some) => some.map((code) => term("facilities", code).name).join(t("list_comma"));
  const expected = codes.filter((code) => config.expected.includes(code));
  const rest = codes.filter((code) => !config.expected.includes(code));
  return h(
    "div",
    { class: "not-known" },
    expected.length > 0 && h("p", {}, icon("unknown"), h("span", {}, h("b", {}, t("not_known")), " ", names(expected))),
    rest.length > 0 && h("details", {}, h("summary", {}, t("not_known_more", { n: rest.length })), h("p", {}, names(rest))),
  );
}
