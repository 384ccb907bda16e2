// Two runs side by side: their maps move together, and their figures stand in one table.

import { ask, by, complaint, config, h, t } from "./asking.js";
import { PlanMap } from "./drawing.js";
import { figures } from "./result.js";

/** @typedef {import("./result.js").Result} Result */

const sides = /** @type {const} */ (["a", "b"]);
/** @type {PlanMap[]} */
const maps = [];
/** @type {(Result | null)[]} */
const results = [null, null];

for (const [at, side] of sides.entries()) {
  const one = config.maps[at];
  if (one) maps.push(await PlanMap.load(one, by(one.element)));
  const select = /** @type {HTMLSelectElement} */ (by(`run-${side}`));
  select.append(...(config.runs ?? []).map((run) => h("option", { value: run.id }, `${run.id} · ${run.name}`)));
  select.value = String(config.chosen?.[at] ?? "");
  select.addEventListener("change", () => show(at));
}
follow();

/** Let each map show what the other one shows. */
function follow() {
  let leading = false;
  for (const [at, one] of maps.entries()) {
    const other = maps[1 - at];
    if (!other) continue;
    one.map.on("move zoomend", () => {
      if (leading) return;
      leading = true;
      other.map.setView(one.map.getCenter(), one.map.getZoom(), { animate: false });
      leading = false;
    });
  }
}

/** @param {number} at */
async function show(at) {
  const side = sides[at] ?? "a";
  const id = /** @type {HTMLSelectElement} */ (by(`run-${side}`)).value;
  const message = by("compare-message");
  try {
    const found = /** @type {Result} */ (await ask(`/runs/${id}/result`));
    results[at] = found;
    message.hidden = true;
    draw(at, found);
  } catch (error) {
    message.textContent = complaint(error);
    message.hidden = false;
  }
  const query = new URLSearchParams(sides.map((name) => [name, by(`run-${name}`).value]));
  history.replaceState(null, "", `${config.compare}?${query}`);
}

/** @param {number} at @param {Result} result */
function draw(at, result) {
  const side = sides[at];
  const plan = maps[at];
  const when = by("when-before").checked ? "before" : "after";
  by(`figures-${side}`).replaceChildren(...figures(result));
  plan?.showPlan(result.map, when);
  if (at === 0 || !results[0]) plan?.fit(result.map.outline);
  table();
}

function table() {
  const [a, b] = results;
  if (!a || !b) return;
  by("compare-numbers").replaceChildren(
    ...a.numbers.map(([what, before, after], at) => h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, before), h("td", {}, after), h("td", {}, b.numbers[at]?.[2] ?? ""))),
  );
  const codes = (/** @type {Result} */ result) => new Set(result.chosen.map((site) => site.code));
  const [inA, inB] = [codes(a), codes(b)];
  const put = (/** @type {string} */ id, /** @type {import("./result.js").Row[]} */ rows) =>
    by(id).replaceChildren(...(rows.length ? rows.map((site) => h("li", {}, site.name)) : [h("li", { class: "muted" }, t("none"))]));
  put("in-both", a.chosen.filter((site) => inB.has(site.code)));
  put("only-a", a.chosen.filter((site) => !inB.has(site.code)));
  put("only-b", b.chosen.filter((site) => !inA.has(site.code)));
}

for (const name of ["when-before", "when-after"]) {
  by(name).addEventListener("change", () => results.forEach((result, at) => result && maps[at]?.showPlan(result.map, by("when-before").checked ? "before" : "after")));
}
await show(0);
await show(1);
document.body.dataset["desk"] = "ready";
