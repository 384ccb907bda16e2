// The form of a plan, between what stands in its fields and the scenario that the server is asked.

import { by, config, t } from "./asking.js";

/** @typedef {import("./desk.js").Scenario} Scenario */
/** @typedef {[number, number, number, number]} Bbox */
/** @typedef {{code: string, name: string, lon: number, lat: number}} Pin */

const choices = /** @type {import("./desk.js").Choices} */ (config.choices);
const form = /** @type {HTMLFormElement} */ (by("scenario"));

/** What was done on the map: code → what holds for it; and places that were moved or added. */
export const marks = /** @type {Map<string, "must" | "not">} */ (new Map());
export const pins = /** @type {Map<string, Pin>} */ (new Map());
/** @type {Bbox | null} The part of the map that was chosen as area. */
let view = null;
/** What a scenario that was taken over says and no field shows. @type {Partial<Scenario>} */
let further = {};

/** @param {string} name @returns {HTMLInputElement & HTMLSelectElement} */
const field = (name) => /** @type {any} */ (form.elements.namedItem(name));

/** @param {string} name @param {number} least */
const number = (name, least) => Math.max(least, Number(field(name).value) || least);

/** @param {Bbox} bbox */
export function takeView(bbox) {
  view = bbox;
}

export function hour() {
  const value = field("hour").value;
  return value === "" ? null : Number(value);
}

/** Return where the area's map is. @returns {Bbox | null} */
export function bounds() {
  const value = field("area").value;
  if (value === "view") return view;
  const [kind, ...rest] = value.split(":");
  const name = rest.join(":");
  if (kind === "area") return choices.areas.find((area) => area.adcode === name)?.bbox ?? null;
  return choices.layers.find((layer) => layer.name === name)?.bbox ?? null;
}

/** Return the scenario that the fields describe. @returns {Scenario} */
export function scenario() {
  const [kind, ...rest] = field("area").value.split(":");
  const named = rest.join(":");
  const demand = [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=layer]:checked"))].map((box) => ({ layer: box.value }));
  const problem = field("problem").value;
  const byMoney = problem !== "set_covering" && field("limit").value === "budget";
  const at = hour();
  const [source, ...list] = field("source").value.split(":");
  /** @type {Scenario} */
  const made = {
    name: field("name").value.trim() || title(),
    area: kind === "area" ? { adcode: named } : { bbox: bounds() ?? [-180, -85, 180, 85] },
    travel: { mode: field("mode").value, minutes: number("minutes", 1), ...(at === null ? {} : { hours: [at], day: field("day").value }) },
    demand,
    candidates: {
      source: source ?? "imported",
      ...(list.length ? { list: list.join(":") } : {}),
      ...(source === "streets" ? { spacing_m: number("spacing", 50) } : {}),
      must: [...marks].filter(([, mark]) => mark === "must").map(([code]) => code),
      must_not: [...marks].filter(([, mark]) => mark === "not").map(([code]) => code),
      pin: [...pins.values()],
    },
    problem: {
      kind: problem,
      time_limit_s: number("seconds", 1),
      ...(problem === "set_covering" ? { share: Math.min(100, number("share", 1)) / 100 } : {}),
      ...(problem === "set_covering" ? {} : byMoney ? { budget: number("budget", 1) } : { p: Math.round(number("p", 1)) }),
    },
  };
  return { ...further, ...made };
}

/** Return a name for the plan from what it asks. */
function title() {
  const area = field("area").selectedOptions[0]?.dataset["name"] ?? "";
  if (field("problem").value === "set_covering") return t("title_share", { area, share: field("share").value });
  if (field("limit").value === "budget") return t("title_budget", { area, budget: field("budget").value });
  return t("title_sites", { area, n: field("p").value });
}

/** Show the fields that belong to the choice, and say in words what is asked. */
export function follow() {
  const problem = field("problem").value;
  const byMoney = problem !== "set_covering" && field("limit").value === "budget";
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-of]"))) {
    const wanted = (part.dataset["of"] ?? "").split(" ");
    part.hidden = !wanted.some((one) => one === problem || one === (byMoney ? "budget" : "number") || one === field("source").value);
  }
  by("number-part").hidden = problem === "set_covering" || byMoney;
  by("day-part").hidden = hour() === null;
  by("problem-help").textContent = t(`help_${problem}`);
  const n = field("p").value;
  by("run").textContent = problem === "set_covering" ? t("run_share") : byMoney ? t("run_budget") : n === "1" ? t("run_one") : t("run_sites", { n });
  field("name").placeholder = title();
}

/**
 * Put a scenario into the fields, such as one of an earlier run.
 *
 * @param {Scenario} asked
 */
export function fill(asked) {
  const { area, travel, candidates, problem } = asked;
  if (area.adcode && choices.areas.some((one) => one.adcode === area.adcode)) field("area").value = `area:${area.adcode}`;
  else if (area.bbox) {
    view = area.bbox;
    const layer = choices.layers.find((one) => String(one.bbox) === String(area.bbox));
    field("area").value = layer ? `layer:${layer.name}` : "view";
  }
  const wanted = asked.demand.map((part) => part.layer);
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=layer]"))) box.checked = wanted.includes(box.value);
  field("mode").value = travel.mode ?? "foot";
  field("minutes").value = String(travel.minutes ?? 15);
  field("hour").value = travel.hours?.length ? String(travel.hours[0]) : "";
  if (travel.day && [...field("day").options].some((one) => one.value === travel.day)) field("day").value = travel.day;
  const source = candidates?.list ? `${candidates.source}:${candidates.list}` : (candidates?.source ?? "imported");
  if ([...field("source").options].some((one) => one.value === source)) field("source").value = source;
  if (candidates?.source === "streets" && candidates.spacing_m) field("spacing").value = String(candidates.spacing_m);
  marks.clear();
  for (const code of candidates?.must ?? []) marks.set(code, "must");
  for (const code of candidates?.must_not ?? []) marks.set(code, "not");
  pins.clear();
  for (const pin of candidates?.pin ?? []) pins.set(pin.code, pin);
  field("problem").value = problem.kind ?? "maximal_covering";
  const p = Array.isArray(problem.p) ? problem.p[1] : problem.p;
  if (p) field("p").value = String(p);
  field("limit").value = problem.budget ? "budget" : "number";
  if (problem.budget) field("budget").value = String(problem.budget);
  if (problem.kind === "set_covering") field("share").value = String(Math.round((problem.share ?? 1) * 100));
  field("seconds").value = String(problem.time_limit_s ?? 60);
  further = asked.existing ? { existing: asked.existing } : {};
  follow();
}
