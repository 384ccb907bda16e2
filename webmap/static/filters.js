// What a person wishes for: chips for the common wishes, a dialog for all, and those set shown where they can be undone.

import { byId, h, icon } from "./dom.js";
import { config, t, term } from "./config.js";
import { clearFilters, filtersSet, on, setFilters, state } from "./state.js";
import { kindSign } from "./signs.js";

/** @typedef {"kind" | "facility" | "service"} ListFilter */
/** @typedef {import("./types").Group} Group */

/** So many of the common facilities stand before the times. */
const FIRST = 4;

/** @type {Record<ListFilter, Group>} */
const GROUPS = { kind: "kinds", facility: "facilities", service: "services" };

const chips = byId("chips");
const dialog = /** @type {HTMLDialogElement} */ (byId("filters"));
const groups = byId("filter-groups");
const opener = byId("filters-open");

/** @type {(adcode: string) => string} */
let areaName = (adcode) => adcode;

/** @param {(adcode: string) => string} nameOfArea Gives the name of an area as soon as it is known. */
export function setUpFilters(nameOfArea) {
  areaName = nameOfArea;
  opener.addEventListener("click", openDialog);
  byId("filters-clear").addEventListener("click", () => {
    dialog.close();
    clearFilters();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });
  byId("filters-close").addEventListener("click", () => dialog.close());
  byId("filters-form").addEventListener("submit", applyDialog);
  on("filters", renderChips);
  renderChips();
}

/** Draw the chips as the filters stand now. */
export function renderChips() {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.chip : undefined;
  const { filters } = state;
  const extra = [
    ...filters.facility.filter((code) => !config.common.includes(code)).map((code) => toggle("facility", code)),
    ...filters.service.map((code) => toggle("service", code)),
    ...choices("kind").flatMap(({ code }) => (filters.kind.includes(code) ? [toggle("kind", code)] : [])),
  ];
  const common = config.common.filter((code) => !fixed("facility").includes(code)).map((code) => toggle("facility", code));
  chips.replaceChildren(
    ...given(),
    ...extra,
    ...common.slice(0, FIRST),
    ...(fixed("open").length ? [] : [time("now", t("open_now")), time("night", t("open_night"))]),
    ...common.slice(FIRST),
  );
  const n = filtersSet();
  byId("filters-label").textContent = n ? t("filters_set", { n }) : t("filters");
  opener.classList.toggle("on", n > 0);
  if (focused) /** @type {HTMLElement | null} */ (chips.querySelector(`[data-chip="${CSS.escape(focused)}"]`))?.focus();
}

/**
 * @param {string} filter
 * @returns {string[]} What the site around a frame has chosen for all who look into it.
 */
function fixed(filter) {
  return (config.embed?.given[filter] ?? []).map(bare);
}

/**
 * @param {ListFilter} filter
 * @returns {import("./types").Term[]} What there is to choose from: within what is fixed, or beside it.
 */
function choices(filter) {
  const terms = config.vocabulary[GROUPS[filter]];
  const given = fixed(filter);
  if (given.length === 0) return terms;
  if (filter !== "kind") return terms.filter(({ code }) => !given.includes(code)); // all of them are wanted anyway
  return given.length > 1 ? terms.filter(({ code }) => given.includes(code)) : [];
}

/** @returns {HTMLElement[]} Filters that come from the search box or a link and have no chip of their own. */
function given() {
  const { q, area, min_rating: rating } = state.filters;
  const made = [];
  if (q) made.push(removable(t("search_is", { q }), () => setFilters({ q: "" })));
  if (area) made.push(removable(t("area_is", { name: areaName(area) }), () => setFilters({ area: "" })));
  if (rating) made.push(removable(`★ ${rating}+`, () => setFilters({ min_rating: "" })));
  return made;
}

/**
 * @param {string} label
 * @param {() => void} remove
 * @returns {HTMLElement}
 */
function removable(label, remove) {
  return h(
    "button",
    { type: "button", class: "chip on given", "aria-label": t("remove_filter", { name: label }), onclick: remove },
    h("span", {}, label),
    icon("close"),
  );
}

/**
 * @param {string} id
 * @param {string} label
 * @param {Element} symbol
 * @param {boolean} pressed
 * @param {() => void} onclick
 * @returns {HTMLElement}
 */
function chip(id, label, symbol, pressed, onclick) {
  return h(
    "button",
    { type: "button", class: pressed ? "chip on" : "chip", "aria-pressed": String(pressed), "data-chip": id, onclick },
    symbol,
    h("span", {}, label),
  );
}

/**
 * @param {"now" | "night"} when
 * @param {string} label
 * @returns {HTMLElement}
 */
function time(when, label) {
  const set = state.filters.open === when;
  return chip(when === "now" ? "open" : "night", label, icon("clock"), set, () => setFilters({ open: set ? "" : when }));
}

/**
 * @param {ListFilter} filter
 * @param {string} code
 * @returns {HTMLElement}
 */
function toggle(filter, code) {
  const { short, icon: symbol } = term(GROUPS[filter], bare(code));
  const set = state.filters[filter];
  const mark = filter === "kind" ? kindSign(code) : icon(symbol);
  return chip(`${filter}-${code}`, short, mark, set.includes(code), () =>
    setFilters({ [filter]: set.includes(code) ? set.filter((each) => each !== code) : [...set, code] }),
  );
}

/**
 * @param {string} code
 * @returns {string} Without the `:yes` that asks for more than a limited facility.
 */
function bare(code) {
  return code.replace(/:yes$/, "");
}

function openDialog() {
  const { filters } = state;
  groups.replaceChildren(
    ...(fixed("open").length ? [] : [h("fieldset", {}, h("legend", {}, t("hours")), h("div", { class: "checks" }, ...times()))]),
    ...(/** @type {ListFilter[]} */ (["kind", "facility", "service"])).map((filter) =>
      h(
        "fieldset",
        {},
        h("legend", {}, t(GROUPS[filter])),
        h(
          "div",
          { class: "checks" },
          ...choices(filter).map(({ code, name, icon: symbol }) =>
            check(filter, code, name, filter === "kind" ? kindSign(code) : icon(symbol), filters[filter].map(bare).includes(code)),
          ),
        ),
      ),
    ),
  );
  dialog.showModal();
}

/** @returns {HTMLElement[]} */
function times() {
  return [
    ["", t("any_time")],
    ["now", t("open_now")],
    ["night", t("open_night")],
  ].map(([value = "", label = ""]) => check("open", value, label, icon("clock"), state.filters.open === value, "radio"));
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} label
 * @param {Element} symbol
 * @param {boolean} checked
 * @param {"checkbox" | "radio"} [type]
 * @returns {HTMLElement}
 */
function check(name, value, label, symbol, checked, type = "checkbox") {
  return h("label", { class: "check" }, h("input", { type, name, value, checked }), symbol, h("span", {}, label));
}

/** @param {SubmitEvent} event */
function applyDialog(event) {
  event.preventDefault();
  const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
  dialog.close();
  const all = (/** @type {string} */ name) => data.getAll(name).map(String);
  const time = data.get("open");
  setFilters({ open: time === "now" || time === "night" ? time : "", kind: all("kind"), facility: all("facility"), service: all("service") });
}
