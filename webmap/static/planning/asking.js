// Asking the server for the desk: as staff, with the token of this login, and errors in its words.

export { h } from "../dom.js";

/** @typedef {{element: string, map: string, tiles: string[], script: string}} OneMap */
/**
 * @typedef {{lang: string, locale: string, api: string, files: string, desk: string, compare: string,
 *   texts: Record<string, string>, maps: OneMap[], workers?: number, choices?: import("./desk.js").Choices,
 *   runs?: {id: number, name: string}[], chosen?: number[]}} Config
 */

/** @type {Config} */
export const config = JSON.parse(document.getElementById("plan-config")?.textContent ?? "{}");

const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";

/** What went wrong, in words for a person. */
export class Refused extends Error {
  /**
   * @param {string} message
   * @param {number} status 0 when no answer came.
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * Return a text of the page, filled in.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  return (config.texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @param {number} value @returns {string} */
export const percent = (value) => new Intl.NumberFormat(config.locale, { style: "percent", maximumFractionDigits: 1 }).format(value);

/** @param {number} value @returns {string} */
export const amount = (value) => new Intl.NumberFormat(config.locale, { maximumFractionDigits: value < 100 ? 1 : 0 }).format(value);

/**
 * @param {string} path Below the desk's own address.
 * @param {object} [body] Sent by POST; asked by GET without it.
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function ask(path, body, signal) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (body) Object.assign(headers, { "Content-Type": "application/json", "X-CSRF-Token": token });
  let answer;
  try {
    answer = await fetch(`${config.api}${path}?lang=${config.lang}`, {
      method: body ? "POST" : "GET",
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(t("no_network"), 0);
  }
  if (answer.ok) return answer.json();
  let text = t("server_failed");
  try {
    text = (await answer.json()).detail || text;
  } catch {
    // no problem details: a proxy answered
  }
  throw new Refused(text, answer.status);
}

/** @param {unknown} error @returns {string} Empty if a newer question took its place. */
export function complaint(error) {
  if (error instanceof DOMException && error.name === "AbortError") return "";
  if (error instanceof Refused) return error.message;
  throw error;
}

/**
 * Return the element of an id; the page's template has it.
 *
 * @param {string} id
 * @returns {any}
 */
export function by(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}
