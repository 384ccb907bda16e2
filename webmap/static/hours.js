// The hours of the coming days, with holidays and make-up workdays by name.

import { h, icon } from "./dom.js";
import { local, t } from "./config.js";
import { span, weekday } from "./format.js";

/** @typedef {import("./types").Day} Day */
/** @typedef {import("./types").SiteDetails} SiteDetails */

/**
 * @param {SiteDetails} place
 * @returns {HTMLElement}
 */
export function hoursSection({ hours, hours_text: text }) {
  const known = hours.week.some((day) => day.state !== "unknown");
  const given = hours.text || text;
  return h(
    "section",
    {},
    h("h3", {}, t("hours")),
    known
      ? h("table", { class: "week" }, h("caption", { class: "spoken" }, t("hours")), h("tbody", {}, ...hours.week.map(row)))
      : h("p", { class: "muted" }, icon("unknown"), h("span", {}, t("hours_unknown"))),
    given && h("p", { class: "as-given" }, t("hours_as_given", { text: given })),
  );
}

/**
 * @param {Day} day
 * @param {number} index
 * @returns {HTMLElement}
 */
function row(day, index) {
  const { weekday: name, date } = weekday(day.day);
  const remark = special(day) || local(day.note);
  return h(
    "tr",
    { class: [index === 0 ? "today" : "", day.kind, `is-${day.state}`].filter(Boolean).join(" ") },
    h("th", { scope: "row" }, index === 0 ? t("today") : name, " ", h("span", { class: "date" }, date)),
    h(
      "td",
      {},
      h("span", { class: "spans" }, hoursOf(day)),
      remark && h("small", {}, remark),
      special(day) && day.note && h("small", {}, local(day.note)),
    ),
  );
}

/**
 * @param {Day} day
 * @returns {string}
 */
function special(day) {
  const name = local(day.name);
  if (!name || day.kind === "ordinary") return "";
  return t(day.kind, { name });
}

/**
 * @param {Day} day
 * @returns {string}
 */
function hoursOf(day) {
  if (day.state === "unknown") return t("day_unknown");
  if (day.spans.length === 0) return t("day_closed");
  if (day.spans.length === 1 && day.spans[0]?.[0] === "00:00" && day.spans[0][1] === "24:00") return t("day_all");
  return day.spans.map(span).join(t("list_comma"));
}
