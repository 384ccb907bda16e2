// What came out of a run, beside its map.

import { by, config, h, percent, t } from "./asking.js";
import { curveChart, hourBars } from "./drawing.js";

/** @typedef {{code: string, name: string, host: string, address: string, hours: string, cost: string, lost: string, alone: string, checks: string[]}} Row */
/**
 * @typedef {{map: import("./drawing.js").Drawn, name: string, scenario: import("./desk.js").Scenario, lead: string[], proof: string,
 *   gap: number | null, status: string, before: number, after: number, numbers: [string, string, string][], chosen: Row[],
 *   closed: string[], others: Row[], others_total: number, areas: [string, number, number][], hours: [number, number, number][],
 *   curve: {sites: number, budget: number | null, share: number, bound: number | null}[], next: string | null, notes: string[],
 *   inputs: string}} Result
 */

const FILES = ["report.html", "sites.xlsx", "sites.geojson", "result.json", "scenario.toml"];

/**
 * @param {number} id
 * @param {Result} result
 * @param {import("./drawing.js").PlanMap} plan
 */
export function showResult(id, result, plan) {
  by("result-title").textContent = result.name;
  by("result-figures").replaceChildren(...figures(result));
  by("result-lead").replaceChildren(...result.lead.map((line, at) => h("p", { class: at ? "" : "lead" }, line)));
  by("result-numbers").replaceChildren(...result.numbers.map(([what, before, after]) => h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, before), h("td", {}, after))));
  by("result-chosen").replaceChildren(...result.chosen.map((site, at) => chosen(site, at + 1, plan)));
  by("result-closed").replaceChildren(...result.closed.map((name) => h("li", {}, name)));
  by("result-closed-part").hidden = !result.closed.length;
  by("result-curve").replaceChildren(...(result.curve.length > 1 ? [curveChart(result.curve, result.before, result.chosen.length)] : []));
  by("result-next").textContent = result.next ?? "";
  by("result-curve-part").hidden = result.curve.length < 2;
  by("result-hours").replaceChildren(...(result.hours.length ? [hourBars(result.hours, { label: t("hours_label") })] : []));
  by("result-hours-part").hidden = !result.hours.length;
  by("result-areas").replaceChildren(...result.areas.map(([name, before, after]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, percent(before)), h("td", {}, percent(after)))));
  by("result-areas-part").hidden = !result.areas.length;
  by("result-notes").replaceChildren(...[...result.notes, result.inputs].map((line) => h("li", {}, line)));
  by("result-files").replaceChildren(...FILES.map((name) => h("li", {}, h("a", { href: `${config.files}/${id}/${name}?lang=${config.lang}`, download: true }, t(`file_${name.replace(".", "_")}`)))));
  by("result-compare").href = `${config.compare}?b=${id}`;
  const draw = () => plan.showPlan(result.map, /** @type {HTMLInputElement} */ (by("when-before")).checked ? "before" : "after");
  by("when-after").checked = true;
  by("when-before").onchange = by("when-after").onchange = draw;
  draw();
  plan.fit(result.map.outline, result.map.sites.filter((site) => site.role === "new").map((site) => [site.lon, site.lat]));
  by("headline").replaceChildren();
}

/** @param {Result} result */
export function figures(result) {
  return [
    h("span", { class: "figure" }, h("small", {}, t("today")), h("b", {}, percent(result.before))),
    h("span", { class: "figure-arrow", "aria-hidden": "true" }, "→"),
    h("span", { class: "figure is-after" }, h("small", {}, t("after")), h("b", {}, percent(result.after))),
    h("span", { class: `proof is-${result.status}` }, result.gap ? t("gap", { gap: percent(result.gap) }) : result.status === "optimal" ? t("optimal") : t("unproven")),
  ];
}

/**
 * @param {Row} site
 * @param {number} number
 * @param {import("./drawing.js").PlanMap} plan
 */
function chosen(site, number, plan) {
  const facts = [site.host, site.address, site.hours, site.cost && t("cost_text", { cost: site.cost })].filter(Boolean).join(" · ");
  return h("li", {},
    h("button", { type: "button", class: "chosen-site", onclick: () => plan.point(number) },
      h("span", { class: "number", "aria-hidden": "true" }, String(number)),
      h("span", {}, h("b", {}, site.name), h("small", {}, facts), h("small", {}, t("lost_without", { n: site.lost })))),
    site.checks.length > 0 && h("details", {}, h("summary", {}, t("checks", { n: site.checks.length })), h("ul", {}, ...site.checks.map((line) => h("li", {}, line)))));
}
