// The planner's desk: the gap on the map, the form, and the runs.

import { by, complaint, config, ask, h, percent, t, amount } from "./asking.js";
import { hourBars, PlanMap } from "./drawing.js";
import { bounds, fill, follow, hour, marks, pins, scenario, takeView } from "./form.js";
import { showResult } from "./result.js";
import { Watch } from "./watching.js";

/** @typedef {[number, number, number, number]} Bbox */
/**
 * @typedef {{areas: {adcode: string, name: string, level: string, bbox: Bbox, layers: Record<string, number>}[],
 *   layers: {name: string, points: number, weight: number, hours: number, bbox: Bbox}[],
 *   lists: {name: string, count: number}[], streets: number, first: Scenario | null}} Choices
 */
/**
 * @typedef {{name?: string, area: {adcode?: string, bbox?: Bbox}, travel: {mode?: string, minutes?: number, hours?: number[], day?: string},
 *   demand: {layer: string}[], existing?: object,
 *   candidates?: {source?: string, list?: string, spacing_m?: number, must?: string[], must_not?: string[], pin?: {code: string, name: string, lon: number, lat: number}[]},
 *   problem: {kind?: string, p?: number | [number, number], budget?: number, share?: number, time_limit_s?: number}}} Scenario
 */
/** @typedef {import("./drawing.js").Shown} Shown */

const choices = /** @type {Choices} */ (config.choices);
const form = /** @type {HTMLFormElement} */ (by("scenario"));
const stage = /** @type {HTMLElement} */ (by("stage"));
const firstMap = /** @type {import("./asking.js").OneMap} */ (config.maps[0]);

/** @type {import("./drawing.js").Gap | null} */
let gap = null;
/** @type {AbortController | null} */
let asking = null;
let adding = false;
/** @type {"form" | "run" | "result"} */
let view = "form";

const plan = await PlanMap.load(firstMap, by(firstMap.element));
const watch = new Watch();

/** @param {typeof view} name */
function go(name) {
  view = name;
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-view]"))) {
    part.hidden = !(part.dataset["view"] ?? "").split(" ").includes(name);
  }
}

/** @param {string} text @param {string} [where] */
function complain(text, where = "form-message") {
  const box = by(where);
  box.textContent = text;
  box.hidden = !text;
}

/** Ask who has no station, and draw it. */
async function lookAtGap() {
  if (!choices.first) return;
  const asked = scenario();
  if (!asked.demand.length) return complain(t("no_layer"));
  asking?.abort();
  asking = new AbortController();
  stage.setAttribute("aria-busy", "true");
  try {
    gap = await ask("/gap", { scenario: asked, hour: hour() }, asking.signal);
    complain("");
  } catch (error) {
    const text = complaint(error);
    if (!text) return;
    gap = null;
    complain(text);
  }
  stage.removeAttribute("aria-busy");
  if (view === "result") return;
  drawGap();
}

function drawGap() {
  if (!gap) {
    by("headline").textContent = "";
    return;
  }
  plan.showGap(gap);
  drawCandidates();
  const share = gap.weight ? gap.covered / gap.weight : 0;
  const { minutes, mode } = scenario().travel;
  by("headline").replaceChildren(
    h("b", {}, percent(share)),
    h("span", {}, t(`served_${mode ?? "foot"}`, { minutes: minutes ?? 15, n: amount(gap.weight - gap.covered) })),
  );
  by("basis").textContent = t(gap.basis === "streets" ? "basis_streets" : "basis_straight");
  by("hours-chart").replaceChildren(...(gap.hours.length ? [hourBars(gap.hours, { chosen: hour(), label: t("hours_label") })] : []));
  by("hours-part").hidden = !gap.hours.length;
  stage.dataset["drawn"] = "gap";
}

/** Return the candidates with what was done to them on the map. @returns {Shown[]} */
function candidates() {
  const found = (gap?.candidates ?? []).map((place) => {
    const moved = pins.get(place.code);
    return { place, mark: marks.get(place.code) ?? /** @type {const} */ (""), own: isOwn(place.code), moved: moved !== undefined };
  });
  const known = new Set(found.map((item) => item.place.code));
  for (const pin of pins.values()) {
    if (!known.has(pin.code)) {
      const place = { ...pin, host: "", hours: "", cost: null, refused: false };
      found.push({ place, mark: marks.get(pin.code) ?? "", own: true, moved: false });
    }
  }
  return found.map((item) => {
    const pin = pins.get(item.place.code);
    return pin ? { ...item, place: { ...item.place, lon: pin.lon, lat: pin.lat, name: pin.name || item.place.name } } : item;
  });
}

/** @param {string} code */
const isOwn = (code) => code.startsWith("pin-");

function drawCandidates() {
  const shown = candidates();
  plan.showCandidates(shown, { describe, moved: move });
  const total = (gap?.candidates_total ?? 0) - (gap?.candidates.length ?? 0) + shown.length;
  by("candidates-count").textContent = t("candidates_count", { n: amount(total) });
  const list = by("candidates-list");
  const open = /** @type {HTMLDetailsElement} */ (list.closest("details")).open;
  list.replaceChildren(...(open ? shown.slice(0, 200).map(row) : []));
}

/** @param {Shown} item */
function row({ place, mark, own }) {
  const select = h("select", { "aria-label": t("mark_of", { name: place.name }), onchange: (/** @type {Event} */ event) => setMark(place.code, /** @type {any} */ (event.target).value) },
    ...["", "must", "not"].map((value) => h("option", { value, selected: value === mark }, t(`mark_${value || "free"}`))));
  return h("li", {}, h("span", {}, place.name, place.host && h("small", {}, ` · ${place.host}`)), select,
    own && h("button", { type: "button", class: "link", onclick: () => remove(place.code) }, t("remove")));
}

/** @param {Shown} item */
function describe({ place, mark, own, moved }) {
  const button = (/** @type {"" | "must" | "not"} */ value) =>
    h("button", { type: "button", class: "button", "aria-pressed": String(mark === value), onclick: () => setMark(place.code, value) }, t(`mark_${value || "free"}`));
  const cost = place.cost === null ? "" : t("cost", { n: amount(place.cost) });
  return h("div", { class: "plan-popup" },
    own
      ? h("input", { value: place.name, "aria-label": t("pin_name"), maxlength: 80, onchange: (/** @type {any} */ event) => rename(place.code, event.target.value) })
      : h("strong", {}, place.name),
    ...[place.host, place.hours, cost].filter(Boolean).map((line) => h("div", {}, line)),
    place.refused && h("div", { class: "warn" }, t("refused")),
    h("div", { class: "plan-marks" }, button(""), button("must"), button("not")),
    (own || moved) && h("button", { type: "button", class: "link", onclick: () => remove(place.code) }, t(own ? "remove" : "move_back")),
    h("div", { class: "small muted" }, t("drag_hint")));
}

/** @param {string} code @param {string} mark */
function setMark(code, mark) {
  if (mark === "must" || mark === "not") marks.set(code, mark);
  else marks.delete(code);
  plan.map.closePopup();
  drawCandidates();
}

/** @param {Shown} item @param {number} lon @param {number} lat */
function move({ place, own }, lon, lat) {
  pins.set(place.code, { code: place.code, name: own ? place.name : "", lon: round(lon), lat: round(lat) });
  drawCandidates();
}

/** @param {string} code @param {string} name */
function rename(code, name) {
  const pin = pins.get(code);
  if (pin && name.trim()) pins.set(code, { ...pin, name: name.trim() });
  drawCandidates();
}

/** @param {string} code */
function remove(code) {
  pins.delete(code);
  if (isOwn(code)) marks.delete(code);
  plan.map.closePopup();
  drawCandidates();
}

/** @param {number} value */
const round = (value) => Math.round(value * 1e6) / 1e6;

/** @param {L.LatLng} where */
function add(where) {
  let n = 1;
  while (pins.has(`pin-${n}`)) n += 1;
  pins.set(`pin-${n}`, { code: `pin-${n}`, name: t("new_place", { n }), lon: round(where.lng), lat: round(where.lat) });
  setAdding(false);
  drawCandidates();
  plan.pins.get(`pin-${n}`)?.openPopup();
}

/** @param {boolean} on */
function setAdding(on) {
  adding = on;
  by("add").setAttribute("aria-pressed", String(on));
  by("add-centre").hidden = by("add-help").hidden = !on;
  stage.classList.toggle("is-adding", on);
}

/** Take the part of the map that is shown as area. */
function useView() {
  const shown = plan.map.getBounds();
  takeView([round(shown.getWest()), round(shown.getSouth()), round(shown.getEast()), round(shown.getNorth())]);
}

/** @param {Event} event */
function changed(event) {
  const name = /** @type {HTMLInputElement} */ (event.target).name;
  if (name === "area") {
    if (/** @type {HTMLSelectElement} */ (event.target).value === "view") useView();
    else {
      chooseLayers();
      fitArea();
    }
  }
  if (name === "source") {
    for (const code of [...marks.keys()]) if (!isOwn(code)) marks.delete(code);
    for (const code of [...pins.keys()]) if (!isOwn(code)) pins.delete(code);
  }
  follow();
  if (["area", "layer", "hour", "day", "mode", "minutes", "source", "spacing"].includes(name)) lookAtGap();
}

/** Tick the layers that have demand in the area, if none of the ticked ones has. */
function chooseLayers() {
  const [kind, ...rest] = /** @type {any} */ (form.elements.namedItem("area")).value.split(":");
  const named = rest.join(":");
  const here = kind === "area" ? Object.keys(choices.areas.find((area) => area.adcode === named)?.layers ?? {}) : [named];
  const boxes = [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=layer]"))];
  if (!boxes.some((box) => box.checked && here.includes(box.value))) for (const box of boxes) box.checked = here.includes(box.value);
}

function fitArea() {
  const box = bounds();
  if (box) plan.fit([[[box[0], box[1]], [box[2], box[3]]]]);
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (by("run"));
  button.disabled = true;
  try {
    begin(await ask("/runs", { scenario: scenario() }));
  } catch (error) {
    complain(complaint(error));
    by("form-message").focus();
  } finally {
    button.disabled = false;
  }
}

/** @param {import("./watching.js").Run} run */
function begin(run) {
  address(run.id);
  go("run");
  watch.begin(run, {
    done: (id) => showRun(id),
    ended: (last) => {
      go("form");
      address(null);
      complain(last.state === "failed" ? t("failed", { reason: last.told }) : t("was_cancelled"));
      by("form-message").focus();
      listRuns();
    },
  });
}

/** @param {number | null} id */
function address(id) {
  history.replaceState(null, "", id === null ? config.desk : `${config.desk}?run=${id}`);
}

/** @param {number} id */
async function showRun(id) {
  const result = await ask(`/runs/${id}/result`);
  address(id);
  go("result");
  fill(result.scenario);
  showResult(id, result, plan);
  stage.dataset["drawn"] = "result";
  by("result-title").focus({ preventScroll: true });
  if (window.innerWidth < 900) by("stage").scrollIntoView();
  listRuns();
}

/** Show the run that the address names. @param {number} id */
async function open(id) {
  const run = await ask(`/runs/${id}`);
  if (run.state === "done") await showRun(id);
  else if (run.ended) {
    complain(run.told || t("was_cancelled"));
  } else begin(run);
}

async function listRuns() {
  try {
    const { runs } = await ask("/runs");
    by("runs-part").hidden = !runs.length;
    by("compare-link").hidden = runs.filter((/** @type {any} */ run) => run.state === "done").length < 2;
    by("runs").replaceChildren(...runs.map(runRow));
  } catch (error) {
    complain(complaint(error), "runs-message");
  }
}

/** @param {import("./watching.js").Run} run */
function runRow(run) {
  const figures = run.after === null ? run.state_text : `${percent(run.before ?? 0)} → ${percent(run.after)}`;
  return h("li", {}, h("a", { href: `${config.desk}?run=${run.id}` }, h("b", {}, run.name), h("span", { class: `run-figures is-${run.state}` }, figures)),
    h("small", { class: "muted" }, `${run.created} · ${run.actor}${run.gap ? ` · ${t("gap", { gap: percent(run.gap) })}` : ""}`));
}

form.addEventListener("change", changed);
form.addEventListener("input", follow);
form.addEventListener("submit", submit);
by("back").addEventListener("click", () => {
  address(null);
  go("form");
  plan.layers.candidates.addTo(plan.map);
  lookAtGap();
});
by("add").addEventListener("click", () => setAdding(!adding));
by("add-centre").addEventListener("click", () => add(plan.map.getCenter().wrap()));
by("take-view").addEventListener("click", () => {
  useView();
  /** @type {any} */ (form.elements.namedItem("area")).value = "view";
  follow();
  lookAtGap();
});
by("candidates-list").closest("details").addEventListener("toggle", drawCandidates);
plan.map.on("click", ({ latlng }) => adding && add(latlng.wrap()));
document.addEventListener("keydown", (event) => event.key === "Escape" && adding && setAdding(false));
for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[data-layer]"))) {
  box.addEventListener("change", () => plan.show(/** @type {any} */ (box.dataset["layer"]), box.checked));
}
window.addEventListener("popstate", () => location.reload());

const wanted = Number(new URLSearchParams(location.search).get("run"));
if (choices.first) {
  fill(choices.first);
  fitArea();
}
go("form");
if (wanted) {
  try {
    await open(wanted);
  } catch (error) {
    complain(complaint(error));
  }
}
await lookAtGap();
await listRuns();
document.body.dataset["desk"] = "ready";
