// The configuration that the server wrote into the page, and the texts in it.

/** @typedef {import("./types").Config} Config */
/** @typedef {import("./types").Group} Group */
/** @typedef {import("./types").Term} Term */

const element = document.getElementById("config");

/** @type {Config} */
export const config = JSON.parse(element?.textContent ?? "{}");

const plural = new Intl.PluralRules(config.locale);
const whole = new Intl.NumberFormat(config.locale);

/**
 * Return a text of the catalogue with its places filled in.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = config.texts[key];
  if (text === undefined) throw new Error(`no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/**
 * Return the form of a text that fits the number `n`.
 *
 * @param {string} key Without `_one` and `_other`.
 * @param {number} n
 * @returns {string}
 */
export function count(key, n) {
  return t(`${key}_${plural.select(n) === "one" ? "one" : "other"}`, { n: whole.format(n) });
}

/**
 * Return the word for a code; a code that the vocabulary lacks stands for itself.
 *
 * @param {Group} group
 * @param {string} code
 * @returns {Term}
 */
export function term(group, code) {
  return config.vocabulary[group].find((item) => item.code === code) ?? { code, name: code, short: code, icon: "dot" };
}

/**
 * Pick the page's language of a text that comes in both.
 *
 * @param {{zh: string, en: string} | null | undefined} text
 * @returns {string}
 */
export function local(text) {
  return text ? text[config.lang] : "";
}
