// When nothing fits: which wish took the last place away, and the nearest one without that wish.

import { t, term } from "./config.js";
import { state } from "./state.js";

/** @typedef {import("./types").Filters} Filters */
/** @typedef {import("./types").Site} Site */
/** @typedef {import("./types").Sites} Sites */
/** @typedef {{label: string, without: Partial<Filters>}} Wish */
/** @typedef {{wish: Wish, site: Site}} Instead */

const GROUPS = /** @type {const} */ ({ facility: "facilities", service: "services" });

/**
 * @param {Filters} filters
 * @returns {Wish[]} Each wish with the filters as they are without it; one of several kinds is enough, so they go as one.
 */
function wishesOf(filters) {
  /** @type {Wish[]} */
  const wishes = /** @type {const} */ (["facility", "service"]).flatMap((name) =>
    filters[name].map((code) => ({
      label: term(GROUPS[name], code.replace(/:yes$/, "")).name,
      without: { [name]: filters[name].filter((each) => each !== code) },
    })),
  );
  const kinds = filters.kind.map((code) => term("kinds", code).name).join(t("list_comma"));
  if (kinds) wishes.push({ label: kinds, without: { kind: [] } });
  const atNight = filters.open === "night";
  if (filters.open) wishes.push({ label: t(atNight ? "open_night" : "open_now"), without: { open: "" } });
  if (filters.min_rating) wishes.push({ label: `★ ${filters.min_rating}+`, without: { min_rating: "" } });
  return wishes;
}

/**
 * Leave each wish out in turn, all at the same time.
 *
 * @param {(filters: Filters, channel: string) => Promise<Sites>} ask Asks for the first that fits.
 * @returns {Promise<Instead | null>} `null` if no single wish is to blame, or other wishes came meanwhile.
 */
export async function nearestWithoutOne(ask) {
  const { filters, origin } = state;
  const wishes = wishesOf(filters);
  const answers = await Promise.allSettled(wishes.map(({ without }, n) => ask({ ...filters, ...without }, `without-${n}`)));
  if (state.filters !== filters || state.origin !== origin) return null;
  /** @type {Instead[]} */
  const found = [];
  for (const [n, answer] of answers.entries()) {
    const site = answer.status === "fulfilled" ? answer.value.features[0] : undefined;
    const wish = wishes[n];
    if (site && wish) found.push({ wish, site });
  }
  const far = (/** @type {Instead} */ { site }) => site.properties.distance_m ?? Infinity;
  return found.sort((a, b) => (far(a) === far(b) ? 0 : far(a) - far(b)))[0] ?? null;
}
