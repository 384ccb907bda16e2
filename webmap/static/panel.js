// One place: everything a person needs to decide, to get there and to get in.

import * as api from "./api.js";
import { amenities } from "./amenities.js";
import { byId, h, icon, spoken } from "./dom.js";
import { config, count, local, t, term } from "./config.js";
import { date, distance, number, walk, walkBasis } from "./format.js";
import { hoursSection } from "./hours.js";
import { openLine } from "./lines.js";
import { kindBadge } from "./signs.js";
import { figures, whyRating } from "./rating.js";
import { closePlace, setOrigin } from "./state.js";
import { copyButton, navigation, shareButton } from "./travel.js";

/** @typedef {import("./types").Place} Place */
/** @typedef {import("./types").Site} Site */
/** @typedef {import("./types").SiteDetails} SiteDetails */

const panel = byId("panel");
const body = byId("panel-body");

/** Make Escape and the button close the panel. */
export function setUpPanel() {
  byId("panel-close").addEventListener("click", closePlace);
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    closePlace();
  });
}

/**
 * Show a place.
 *
 * @param {string} code
 * @param {Site | undefined} known What the list already has of it: its distance, and something to show at once.
 * @returns {Promise<Place | null>} `null` if there is no such place or no answer.
 */
export async function showPanel(code, known) {
  panel.hidden = false;
  panel.setAttribute("aria-busy", "true");
  body.replaceChildren(heading(known?.properties.name ?? t("loading")));
  focusHeading();
  panel.scrollTop = 0;
  try {
    const place = await api.site(code);
    const reading = panel.contains(document.activeElement);
    body.replaceChildren(...sections(place, known));
    if (reading) focusHeading(); // and not away from where a person has gone meanwhile
    return place;
  } catch (error) {
    if (api.isAbort(error)) return null;
    if (api.isUnreachable(error) && known) {
      body.replaceChildren(...withoutNetwork(known));
      focusHeading();
      return null;
    }
    const missing = error instanceof api.ApiError && error.status === 404;
    body.replaceChildren(
      heading(t("error_title")),
      h("p", {}, missing ? t("error_not_found", { code }) : error instanceof api.ApiError ? error.message : t("error_server")),
      missing ? "" : h("button", { type: "button", class: "button", onclick: () => showPanel(code, known) }, t("try_again")),
    );
    focusHeading();
    return null;
  } finally {
    panel.removeAttribute("aria-busy");
  }
}

/**
 * What the list has of a place, when no more can be had.
 *
 * @param {Site} known
 * @returns {Node[]}
 */
function withoutNetwork(known) {
  const { properties } = known;
  const details = (/** @type {Record<string, import("./types").Value>} */ values) =>
    Object.fromEntries(
      Object.entries(values).map(([code, value]) => [
        code,
        /** @type {import("./types").AmenityDetail} */ ({ value, basis: "claimed", as_of: null, note: "", hours_text: "" }),
      ]),
    );
  const place = /** @type {SiteDetails} */ ({ ...properties, access_note: "", website: "" });
  return [
    head(place, known),
    h("ul", { class: "notices" }, h("li", {}, icon("info"), h("span", {}, t("offline_place")))),
    getIn(place),
    amenities("facilities", details(properties.facilities)),
    amenities("services", details(properties.services)),
  ].filter((part) => part !== null);
}

/** Take the panel away. */
export function hidePanel() {
  panel.hidden = true;
  body.replaceChildren();
}

/**
 * @param {string} text
 * @returns {HTMLHeadingElement}
 */
function heading(text) {
  return h("h2", { id: "panel-title", tabindex: -1 }, text);
}

function focusHeading() {
  byId("panel-title").focus({ preventScroll: true });
}

/**
 * @param {Place} site
 * @param {Site | undefined} known
 * @returns {Node[]}
 */
function sections(site, known) {
  const place = site.properties;
  return [
    head(place, known),
    notices(place),
    navigation(site),
    actions(site),
    getIn(place),
    amenities("facilities", place.facility_details),
    hoursSection(place),
    amenities("services", place.service_details),
    whyRating(place),
    about(place),
    figures(place),
    trust(place),
  ].filter((part) => part !== null);
}

/**
 * @param {SiteDetails} place
 * @param {Site | undefined} known
 * @returns {HTMLElement}
 */
function head(place, known) {
  const kind = term("kinds", place.kind).name;
  const far = known?.properties.distance_m;
  const minutes = known?.properties.walk_min;
  const foot = known && typeof minutes === "number" && walk(minutes) + walkBasis(known.properties.walk_basis);
  const way = [typeof far === "number" && distance(far), foot].filter(Boolean).join(" · ");
  return h(
    "header",
    { class: "place-head" },
    kindBadge(place),
    h(
      "div",
      {},
      heading(place.name),
      h("p", { class: "kind" }, [kind, ...place.labels.filter((label) => label !== kind)].join(" · ")),
      openLine(place),
      way && h("p", { class: "way" }, icon("walk"), way),
      rating(place),
    ),
  );
}

/**
 * @param {SiteDetails} place
 * @returns {HTMLElement | null}
 */
function rating({ rating: score }) {
  if (!score) return null;
  const plain = score.overdue ? t("stars_overdue") : t("rating_of", { score: number(score.score, 1) });
  const text = score.stars ? t("stars_of", { n: score.stars }) : plain;
  return h("p", { class: "rating" }, icon("star"), h("span", {}, number(score.score, 1)), spoken(t("rating_of", { score: number(score.score, 1) })), h("span", { class: "remark" }, text));
}

/**
 * What must not be overlooked: closures, a short life, a position that is not exact.
 *
 * @param {SiteDetails} place
 * @returns {HTMLElement | null}
 */
function notices(place) {
  const texts = [
    ...place.closures.map((closure) => [closureSpan(closure), closure.reason].filter(Boolean).join(" · ")),
    validity(place),
    place.precision === "exact" ? "" : local(place.position.note) || (place.precision === "address" ? "" : term("precisions", place.precision).name),
  ].filter(Boolean);
  if (texts.length === 0) return null;
  return h("ul", { class: "notices" }, ...texts.map((text) => h("li", {}, icon("info"), h("span", {}, text))));
}

/**
 * @param {{start: string | null, end: string | null}} closure
 * @returns {string}
 */
function closureSpan({ start, end }) {
  if (start && end) return t("closed_from_to", { from: date(start), to: date(end) });
  if (start) return t("closed_from", { from: date(start) });
  return end ? t("closed_to", { to: date(end) }) : t("closed");
}

/**
 * @param {SiteDetails} place
 * @returns {string}
 */
function validity({ valid_from: from, valid_to: to }) {
  if (from && to) return t("valid_from_to", { from: date(from), to: date(to) });
  if (to) return t("valid_to", { to: date(to) });
  return from ? t("valid_from", { from: date(from) }) : "";
}

/**
 * @param {Place} site
 * @returns {HTMLElement}
 */
function actions({ geometry, properties: place }) {
  return h(
    "div",
    { class: "actions" },
    place.address ? copyButton(t("copy_address"), place.address) : null,
    shareButton(place),
    geometry
      ? h(
          "button",
          {
            type: "button",
            class: "button quiet",
            onclick: () => {
              const [lon, lat] = geometry.coordinates;
              setOrigin({ lon, lat, accuracy: 0, kind: "place", name: place.name });
              closePlace();
            },
          },
          icon("nearby"),
          t("nearby_from_here"),
        )
      : null,
  );
}

/**
 * @param {SiteDetails} place
 * @returns {HTMLElement}
 */
function getIn(place) {
  const ways = place.access.map((code) => term("access", code));
  const lines = [
    place.address || place.area_name ? line("pin", t("address"), place.address || place.area_name) : null,
    place.floor ? line("floor", t("how_to_get_in"), t("floor", { floor: place.floor })) : null,
    place.directions ? line("way", t("how_to_get_in"), place.directions) : null,
    place.access_note ? line("info", t("how_to_get_in"), place.access_note) : null,
    place.phone ? line("phone", t("phone"), h("a", { href: `tel:${place.phone.replace(/[^\d+]/g, "")}` }, place.phone)) : null,
    website(place.website),
  ];
  const fee = place.fee ? [term("fees", place.fee)] : [];
  const tags = [...ways, ...fee].map(({ icon: symbol, name }) => h("li", {}, icon(symbol), h("span", {}, name)));
  return h(
    "section",
    {},
    h("h3", {}, t("how_to_get_in")),
    tags.length > 0 ? h("ul", { class: "access" }, ...tags) : null,
    ways.length === 0 && !place.directions && !place.access_note ? h("p", { class: "muted" }, t("access_unknown")) : null,
    h("ul", { class: "lines" }, ...lines),
  );
}

/**
 * @param {string} symbol
 * @param {string} label Only said, not shown: the icon stands for it.
 * @param {Node | string} content
 * @returns {HTMLElement}
 */
function line(symbol, label, content) {
  return h("li", {}, icon(symbol), h("span", {}, spoken(`${label}: `), content));
}

/**
 * @param {string} address
 * @returns {HTMLElement | null}
 */
function website(address) {
  if (!/^https?:\/\//i.test(address)) return null; // whatever else a source wrote there is no link to follow
  const link = h("a", { href: address, rel: "noopener noreferrer nofollow", target: "_blank" }, address.replace(/^https?:\/\//i, ""));
  return line("link", t("website"), link);
}

/**
 * @param {SiteDetails} place
 * @returns {HTMLElement | null}
 */
function about(place) {
  const runs = `${config.lang === "en" ? "/en" : ""}/o/${encodeURIComponent(place.operator_code ?? "")}`;
  /** @type {[string, string | HTMLElement][]} */
  const facts = [
    [t("host"), place.host],
    [t("operator"), place.operator && place.operator_code ? h("a", { href: runs }, place.operator) : place.operator],
    [t("level"), place.level ? term("levels", place.level).name : ""],
    [t("capacity"), place.capacity === null ? "" : count("capacity", place.capacity)],
    [t("area_m2"), place.area_m2 === null ? "" : t("square_metres", { n: number(place.area_m2) })],
    [t("former_names"), place.former_names.join(", ")],
  ];
  const shown = facts.filter(([, value]) => value);
  if (shown.length === 0 && place.awards.length === 0 && !place.note) return null;
  return h(
    "section",
    {},
    h("h3", {}, t("more_about")),
    place.note && h("p", {}, place.note),
    place.awards.length > 0 &&
      h(
        "ul",
        { class: "lines" },
        ...place.awards.map(({ name, level, year }) =>
          line("award", t("awards"), [name, level && term("levels", level).name, year && String(year)].filter(Boolean).join(" · ")),
        ),
      ),
    shown.length > 0 && h("dl", { class: "facts" }, ...shown.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
  );
}

/**
 * How far what stands here can be relied on.
 *
 * @param {SiteDetails} place
 * @returns {HTMLElement}
 */
function trust(place) {
  const sources = place.sources.map(({ source, last_seen: seen }) => (seen ? t("source_seen", { source, date: date(seen) }) : source));
  /** @type {[string, string][]} */
  const facts = [
    [t("last_verified"), place.verified_on ? date(place.verified_on) : t("never_verified")],
    [t("source"), sources.join("; ")],
    [t("updated"), date(place.updated_at.slice(0, 10))],
    [t("code"), place.code],
  ];
  return h(
    "section",
    { class: "trust" },
    h("dl", { class: "facts" }, ...facts.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    h("p", {}, h("a", { href: `${config.sitePath}${encodeURIComponent(place.code)}/report`, rel: "nofollow" }, t("report_problem"))),
  );
}
