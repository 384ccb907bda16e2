// Where a place's score comes from, item by item, and the figures that were published about it.

import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { local, t, term } from "./config.js";
import { date, number } from "./format.js";

/** @typedef {import("./types").RatingItem} RatingItem */
/** @typedef {import("./types").SiteDetails} SiteDetails */
/** @typedef {import("./types").SiteRating} SiteRating */

/**
 * The question "why 4.3" as something to open; what is behind it is fetched then.
 *
 * @param {SiteDetails} place
 * @returns {HTMLElement | null}
 */
export function whyRating({ code, rating }) {
  if (!rating) return null;
  const answer = h("div", { "aria-live": "polite" });
  const opened = h(
    "details",
    { class: "why" },
    h("summary", {}, icon("star"), h("span", {}, t("why_rating", { score: number(rating.score, 1) }))),
    answer,
  );
  let asked = false;
  opened.addEventListener("toggle", async () => {
    if (!opened.open || asked) return;
    asked = true;
    answer.replaceChildren(h("p", { class: "muted" }, t("loading")));
    try {
      answer.replaceChildren(...explanation(await api.rating(code)));
    } catch (error) {
      asked = false; // opened again, it is asked again
      if (!api.isAbort(error)) answer.replaceChildren(h("p", {}, error instanceof api.ApiError ? error.message : t("error_server")));
    }
  });
  return h("section", {}, opened);
}

/**
 * @param {SiteRating} found
 * @returns {HTMLElement[]}
 */
function explanation({ score, start, items, notes, confidence }) {
  const others = notes.filter(({ code }) => code !== "rating_start");
  const list = h(
    "ul",
    { class: "reasons" },
    ...items.map(reason),
    score === null ? null : line(t("rating_start"), t("rating_start_told"), points(start.points), []),
  );
  const sum = score === null || confidence === null ? null : t("rating_sum", { score: number(score, 1), percent: number(100 * confidence, 0) });
  return [list, ...(sum ? [h("p", { class: "sum" }, sum)] : []), ...others.map((note) => h("p", { class: "muted" }, local(note)))];
}

/**
 * @param {RatingItem} item
 * @returns {HTMLElement}
 */
function reason(item) {
  const title = [local(item.scheme_name), item.name].filter(Boolean).join(" · ");
  const origin = [valueOf(item), date(item.date), item.source, item.note].filter(Boolean).join(" · ");
  return line(title, origin, item.counts ? points(item.points) : t("rating_no_count"), item.remarks.map(local), !item.counts);
}

/**
 * @param {string} title
 * @param {string} told
 * @param {string} brings
 * @param {string[]} remarks
 * @param {boolean} [muted]
 * @returns {HTMLElement}
 */
function line(title, told, brings, remarks, muted = false) {
  return h(
    "li",
    { class: muted ? "muted" : null },
    h("span", { class: "title" }, title),
    h("span", { class: "points" }, brings),
    h("small", {}, told),
    ...remarks.map((remark) => h("small", { class: "remark" }, remark)),
  );
}

/**
 * @param {RatingItem} item
 * @returns {string}
 */
function valueOf({ scheme, value, scale, count, level }) {
  if (scheme === "award") return level ? term("levels", level).name : "";
  if (value === null || scale === null) return "";
  const given = t("rating_value", { value: number(value, 1), scale: number(scale, 1) });
  return scheme === "review" ? [given, t("rating_reviews", { n: number(count) })].join(" · ") : given;
}

/**
 * @param {number} value
 * @returns {string}
 */
function points(value) {
  return t("rating_points", { n: number(value, 2) });
}

/**
 * What was published about a place: of each metric the latest, with its period and source.
 *
 * @param {SiteDetails} place
 * @returns {HTMLElement | null}
 */
export function figures({ indicators }) {
  if (!indicators?.length) return null;
  const rows = indicators.flatMap((figure) => [
    h("dt", {}, figure.name || local(figure.metric_name)),
    h(
      "dd",
      {},
      `${number(figure.value, 2)} ${local(figure.unit)}`,
      h("small", {}, [local(figure.period_text), figure.source].filter(Boolean).join(" · ")),
    ),
  ]);
  return h("section", {}, h("h3", {}, t("figures")), h("dl", { class: "facts figures" }, ...rows));
}
