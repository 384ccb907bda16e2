// The list of places: nearest first where there is a point to count from.

import { afterFrame, byId, h } from "./dom.js";
import { count, t } from "./config.js";
import { facilityIcons, farness, opened, remark, wayIn, whereLine } from "./lines.js";
import { kindBadge } from "./signs.js";
import { openPlace, placeAddress, state } from "./state.js";
import { goButton, reachable } from "./travel.js";

/** @typedef {import("./types").Site} Site */

/** So many rows are made at once; the rest follow on request. */
const STEP = 40;
/** So many fill any screen: on the first frame there are no more, for a slow phone takes as long for them as for all else. */
const FIRST = 10;

/** The place with the prominent button: the nearest that is not closed. @type {string | undefined} */
let best;

const list = byId("results");
const foot = byId("results-foot");
const scroller = /** @type {HTMLElement} */ (list.closest(".sheet-scroll"));

/** @type {{point: (site: Site | null) => void}} */
let mapView = { point: () => {} };

/** @param {{point: (site: Site | null) => void}} view What shows on the map which row is meant. */
export function setUpList(view) {
  mapView = view;
  list.addEventListener("keydown", moveWithArrows);
}

/**
 * Change what the list shows while who reads a row goes on reading it: the same list has only become newer.
 *
 * @param {() => void} change
 */
export function keepInSight(change) {
  const read = rowInHand() ?? (scroller.scrollTop > 0 ? rowAtTop() : null);
  const top = read?.getBoundingClientRect().top ?? 0;
  change();
  const again = read && rowOf(read.dataset.code ?? "");
  if (again) scroller.scrollTop += again.getBoundingClientRect().top - top;
}

/** @returns {HTMLElement | null} The row that has the focus. */
function rowInHand() {
  return list.contains(document.activeElement) ? (document.activeElement?.closest(".row") ?? null) : null;
}

/** @returns {HTMLElement | null} The first row whose beginning is to be seen. */
function rowAtTop() {
  const edge = scroller.getBoundingClientRect().top;
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  return rows.find((each) => each.getBoundingClientRect().top >= edge) ?? null;
}

/**
 * Show places in their order.
 *
 * @param {Site[]} sites
 * @param {{more?: () => void, note?: string}} [after] What follows the rows.
 */
export function showRows(sites, after = {}) {
  list.removeAttribute("aria-busy");
  // Who goes through the list by keyboard stays where they are when it is filled anew.
  const held = rowInHand()?.dataset.code;
  best = state.origin ? sites.find(isWorthGoing)?.id : undefined;
  const rows = sites.slice(0, STEP);
  const first = list.querySelector("[data-code]") ? rows.length : FIRST;
  list.replaceChildren(...rows.slice(0, first).map(row));
  const last = list.lastElementChild;
  afterFrame(() => {
    if (last?.isConnected) last.after(...rows.slice(first).map(row));
  });
  if (held) focusRow(held, { preventScroll: true });
  foot.replaceChildren();
  if (sites.length > STEP) {
    foot.append(
      moreButton(() => {
        const shown = list.children.length;
        list.append(...sites.slice(shown, shown + STEP).map(row));
        linkOf(shown)?.focus();
        if (list.children.length >= sites.length) showFoot(after);
      }),
    );
  } else showFoot(after);
}

/**
 * @param {Site} site
 * @returns {boolean}
 */
function isWorthGoing({ properties: place }) {
  return reachable(place) && place.state === "open" && place.open.state !== "closed";
}

/** @param {{more?: () => void, note?: string}} after */
function showFoot(after) {
  foot.replaceChildren(...(after.note ? [h("p", { class: "cut" }, after.note)] : []));
  if (after.more) foot.append(moreButton(after.more));
}

/**
 * @param {() => void} onclick
 * @returns {HTMLElement}
 */
function moreButton(onclick) {
  return h("button", { type: "button", class: "button wide", onclick }, t("more_places"));
}

/**
 * Show that an answer is awaited.
 *
 * @param {{anew?: boolean}} [how] `anew`: what stands there is no answer at all.
 */
export function showLoading({ anew = false } = {}) {
  list.setAttribute("aria-busy", "true");
  foot.replaceChildren();
  if (anew) list.replaceChildren();
  if (list.children.length > 0) return;
  list.replaceChildren(...[1, 2, 3, 4].map(() => h("li", { class: "row ghost", "aria-hidden": "true" }, h("div"), h("div"))));
}

/**
 * Show why there are no rows, and what can be done.
 *
 * @param {string} title
 * @param {string} text
 * @param {{label: string, act: () => void}[]} actions
 */
export function showNothing(title, text, actions) {
  list.removeAttribute("aria-busy");
  list.replaceChildren();
  foot.replaceChildren(
    h(
      "div",
      { class: "nothing" },
      h("h2", {}, title),
      h("p", {}, text),
      h("div", { class: "ways" }, ...actions.map(({ label, act }) => h("button", { type: "button", class: "button", onclick: act }, label))),
    ),
  );
}

/**
 * Offer a place below what explains why there are no rows.
 *
 * @param {string} text What the place lacks.
 * @param {Site} site
 * @param {{label: string, act: () => void}} action
 */
export function offerInstead(text, site, { label, act }) {
  best = site.id;
  foot.querySelector(".nothing p")?.replaceChildren(text);
  foot.querySelector(".nothing p")?.after(h("ol", { class: "results instead" }, row(site)));
  foot.querySelector(".ways")?.prepend(h("button", { type: "button", class: "button primary", onclick: act }, label));
}

/**
 * Put the focus on the row of a place, if it is there.
 *
 * @param {string} code
 * @param {FocusOptions} [options]
 * @returns {boolean}
 */
export function focusRow(code, options) {
  const link = /** @type {HTMLElement | null | undefined} */ (rowOf(code)?.querySelector(".row-link"));
  link?.focus(options);
  return Boolean(link);
}

/**
 * @param {string} code
 * @returns {HTMLElement | null}
 */
function rowOf(code) {
  return list.querySelector(`[data-code="${CSS.escape(code)}"]`);
}

/**
 * @param {Site} site
 * @returns {HTMLLIElement}
 */
function row(site) {
  const place = site.properties;
  const code = place.code;
  return h(
    "li",
    { class: "row", "data-code": code, onmouseenter: () => mapView.point(site), onmouseleave: () => mapView.point(null) },
    kindBadge(place),
    h("h3", {}, nameLink(site)),
    ...farness(place),
    h("p", { class: "open-line" }, opened(place)),
    remark(place),
    wayIn(place),
    whereLine(place),
    h("div", { class: "row-foot" }, facilityIcons(place), goButton(place, site.id === best)),
  );
}

/**
 * @param {Site} site
 * @returns {HTMLAnchorElement}
 */
function nameLink(site) {
  const place = site.properties;
  return h(
    "a",
    {
      class: "row-link",
      href: placeAddress(place.code),
      onclick: (/** @type {MouseEvent} */ event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return; // a new tab or window, as everywhere
        event.preventDefault();
        openPlace(place.code);
      },
      onfocus: () => mapView.point(site),
      onblur: () => mapView.point(null),
    },
    place.name,
  );
}

/**
 * @param {number} index
 * @returns {HTMLElement | null}
 */
function linkOf(index) {
  return /** @type {HTMLElement | null} */ (list.children[index]?.querySelector(".row-link") ?? null);
}

/** @param {KeyboardEvent} event */
function moveWithArrows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = /** @type {Element} */ (event.target).closest(".row");
  if (!step || !row) return;
  const target = linkOf([...list.children].indexOf(row) + step);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

/**
 * The number of places in words, for the line above the list.
 *
 * @param {number} n
 * @returns {string}
 */
export function places(n) {
  return count("count", n);
}

