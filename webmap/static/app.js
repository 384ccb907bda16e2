// The page as a whole: the list first, by itself; then the map and the rest, which follow what the list does.

import { ApiError } from "./api.js";
import { areaName, loadAreas } from "./areas.js";
import { byId } from "./dom.js";
import { config, t } from "./config.js";
import { renderChips, setUpFilters } from "./filters.js";
import { asksForNames, askAfresh, fitMap, followMap, glimpse, knownPlace, refresh, showTrouble } from "./finding.js";
import { loadMap, loadRest, onMap } from "./later.js";
import { focusRow, setUpList } from "./list.js";
import { hideNotice, locateIfAllowed, setUpLocate, showOrigin } from "./locate.js";
import { takenAlong } from "./offline.js";
import { focusSearch, setUpSearch } from "./search.js";
import { isPhone, raiseTo, setHeight } from "./sheet.js";
import { closePlace, on, openPlace, setFilters, setOrigin, state } from "./state.js";

/** After the map was moved, its places are asked for when it has rested so long, in milliseconds. */
const REST = 250;
/** What was taken along is shown when the device has not found itself for so long, in milliseconds. */
const GLIMPSE = 500;
/** The server is asked without a position when the device has not found itself for so long, in milliseconds. */
const PATIENCE = 2500;

let moveTimer = 0;

const ways = {
  search: () => {
    hideNotice();
    focusSearch();
  },
  pick: () => {
    hideNotice();
    setHeight("peek");
    loadMap().then(({ startPicking }) => startPicking(), () => {});
  },
};

/** Show the place that the address names, or the list. */
async function showPlace() {
  const code = state.place;
  if (!code && !byId("panel").dataset.code) return;
  const rest = await loadRest().catch(() => null);
  if (state.place !== code) return;
  if (!rest) {
    if (code) closePlace();
    return showTrouble(new ApiError(t("error_network"), 0));
  }
  document.body.classList.toggle("has-place", code !== null);
  if (!code) return leavePlace(rest);
  byId("list").hidden = true;
  byId("panel").dataset.code = code;
  if (isPhone()) raiseTo("half");
  const known = knownPlace(code);
  onMap("chosen", ({ map }) => known && map.choose(known));
  onMap("way", ({ drawWay }) => drawWay(known));
  const place = await rest.showPanel(code, known);
  if (place && state.place === code && !known) onMap("chosen", ({ map }) => map.choose(place));
}

/** @param {import("./later.js").Rest} rest */
function leavePlace(rest) {
  const last = byId("panel").dataset.code;
  rest.hidePanel();
  onMap("chosen", ({ map }) => map.choose(null));
  onMap("way", ({ drawWay }) => drawWay(undefined));
  byId("list").hidden = false;
  if (last && !focusRow(last)) byId("status").focus();
  delete byId("panel").dataset.code;
}

/** Name the areas and draw them; the one that is chosen is named as soon as can be, and gone to. */
function showAreas() {
  if (!state.filters.area && !(config.embed?.given.area && !config.embed.view)) return onMap("names", loadAreas);
  loadAreas().then((known) => {
    if (!known) return;
    renderChips();
    fitMap();
  });
}

/** @param {import("./later.js").Rest} rest */
function setUpRest({ map, offerPoint, setUpPick }) {
  map.setUpMap({
    onSite: openPlace,
    onPoint: (lon, lat) => (state.place ? closePlace() : offerPoint(lon, lat)),
    onMove: () => {
      clearTimeout(moveTimer);
      moveTimer = window.setTimeout(followMap, REST);
    },
  });
  setUpPick({ centre: map.centre, panTo: map.panTo });
}

function setUp() {
  for (const [name, colour] of Object.entries(config.embed?.colours ?? {})) {
    document.documentElement.style.setProperty(`--${name}`, colour);
  }
  onMap("set up", setUpRest);
  setUpList({ point: (site) => onMap("pointed", ({ map }) => map.point(site)) });
  setUpFilters(areaName);
  setUpSearch();
  setUpLocate(ways);
  byId("origin-clear").addEventListener("click", () => setOrigin(null));
  for (const touch of ["pointerdown", "focusin"]) {
    byId(config.map.element).addEventListener(touch, () => loadMap().catch(() => {}), { once: true });
  }
  document.querySelector(".skip")?.addEventListener("click", (event) => {
    event.preventDefault(); // the fragment is for places
    byId("results").focus();
  });
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-language]"))) {
    // The other language shows the same places.
    link.addEventListener("click", () => (link.href = link.pathname + location.search + location.hash));
  }
  addEventListener("online", () => refresh());
}

function listen() {
  on("filters", () => askAfresh({ fit: asksForNames() }));
  on("origin", () => {
    hideNotice();
    showOrigin();
    onMap("origin", ({ map }) => map.showOrigin(state.origin));
    if (state.filters.q || state.filters.area) setFilters({ q: "", area: "" });
    else askAfresh({ fit: true, everywhere: true });
    if (isPhone()) setHeight("half");
  });
  on("place", showPlace);
}

/** Ask for the first list: once, from the person's position where that comes soon enough. */
async function begin() {
  if (config.embed || !isPhone()) loadMap().catch(() => {}); // a frame is there for its map; a desk has room for both
  if (config.embed?.view) await loadMap().catch(() => {}); // the list is that of what the map shows
  if (state.place) showPlace();
  if (!(await locatedSoon())) await refresh({ fit: asksForNames() && !config.embed?.view });
  showAreas();
}

/** @returns {Promise<boolean>} Whether the device has found itself, and the server is asked from there. */
async function locatedSoon() {
  if (asksForNames()) return false; // a link to an area or a name is to show just that
  takenAlong();
  const late = window.setTimeout(glimpse, GLIMPSE);
  const found = await Promise.race([locateIfAllowed(ways), new Promise((resolve) => setTimeout(resolve, PATIENCE, false))]);
  clearTimeout(late);
  return Boolean(found);
}

/** Keep the page for the next visit; that takes no network from the first list. */
function keepPage() {
  if (config.embed || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register(config.worker).catch(() => {}); // without one the page works as long as there is a network
}

setUp();
listen();
onMap("worker", keepPage);
begin();
