// The page that puts an embedded map together: the code and the preview follow the form.

import { copy } from "../clipboard.js";
import { byId } from "../dom.js";

/**
 * @typedef {{base: string, height: number, titles: Record<string, string>, paths: Record<string, string>,
 *   copied: string}} MakerConfig
 */

/** The preview is made anew when the form has rested so long, in milliseconds. */
const REST = 350;
/** How long "Copied" stands there, in milliseconds. */
const THANKS = 2500;

const config = /** @type {MakerConfig} */ (JSON.parse(byId("config").textContent ?? "{}"));
const form = /** @type {HTMLFormElement} */ (byId("maker"));
const preview = /** @type {HTMLIFrameElement} */ (byId("preview"));
const heightField = /** @type {HTMLInputElement} */ (byId("height"));
let timer = 0;

/**
 * @param {string} name
 * @returns {HTMLInputElement}
 */
function field(name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/** @returns {string} The address of the map that the form describes, without what goes by default. */
function address() {
  const given = new FormData(form);
  const query = new URLSearchParams();
  for (const [name, value] of given) {
    const text = String(value);
    if (!text || name === "lang" || (name === "theme" && text === "auto")) continue;
    if (name !== "colour") query.append(name, text);
    else if (text !== field("colour").dataset.default) query.append(name, text.slice(1));
  }
  if (!isTicked("list")) query.set("list", "off");
  if (!isTicked("search-box")) query.set("search", "off");
  const text = query.toString();
  return config.base + (config.paths[language()] ?? "/embed") + (text ? `?${text}` : "");
}

/**
 * @param {string} id
 * @returns {boolean}
 */
function isTicked(id) {
  return /** @type {HTMLInputElement} */ (byId(id)).checked;
}

/** @returns {string} */
function language() {
  return field("lang").value;
}

/** @returns {number} Pixels; what is no usable number stands for the usual height. */
function height() {
  const wished = heightField.valueAsNumber;
  return wished >= 300 && wished <= 2000 ? Math.round(wished) : config.height;
}

/**
 * @param {string} url
 * @returns {string} HTML for the page of another site.
 */
function code(url) {
  const frame = document.createElement("iframe");
  const attributes = {
    src: url,
    title: config.titles[language()] ?? "",
    lang: language() === "zh" ? "zh-CN" : "en",
    width: "100%",
    height: String(height()),
    loading: "lazy",
    allow: "geolocation",
    referrerpolicy: "strict-origin-when-cross-origin",
  };
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
  // The policy of this page refuses to set a style attribute, though this one is only to be read.
  return frame.outerHTML.replace(' loading="lazy"', ' style="border:0" loading="lazy"');
}

/** Show the code at once, and the preview when the form rests. */
function follow() {
  const url = address();
  /** @type {HTMLTextAreaElement} */ (byId("code")).value = code(url);
  /** @type {HTMLInputElement} */ (byId("link")).value = url;
  /** @type {HTMLInputElement} */ (byId("oembed")).value = `${config.base}/oembed?${new URLSearchParams({ url })}`;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    preview.height = String(height());
    // The same map by an address of this page's own origin, which may differ from the public one.
    const { pathname, search } = new URL(url);
    if (preview.contentWindow?.location.href.split("#")[0] !== location.origin + pathname + search) {
      preview.contentWindow?.location.replace(pathname + search);
    }
  }, REST);
}

/** Let the map start with what the preview shows now. */
function takeView() {
  const map = /** @type {import("leaflet").Map | undefined} */ (/** @type {any} */ (preview.contentWindow)?.map_page);
  if (!map) return;
  const { lat, lng } = map.getCenter().wrap();
  setView({ lat: lat.toFixed(5), lon: lng.toFixed(5), zoom: String(map.getZoom()) });
}

/** @param {{lat: string, lon: string, zoom: string}} view Empty texts for all places. */
function setView(view) {
  for (const [name, value] of Object.entries(view)) field(name).value = value;
  showView();
  follow();
}

function showView() {
  const view = ["lat", "lon", "zoom"].map((name) => field(name).value).filter(Boolean);
  byId("view-said").textContent = view.join(" · ");
  byId("view-drop").hidden = view.length === 0;
}

byId("view").hidden = false;
byId("view-take").addEventListener("click", takeView);
byId("view-drop").addEventListener("click", () => setView({ lat: "", lon: "", zoom: "" }));
form.addEventListener("input", follow);
heightField.addEventListener("input", follow);
form.addEventListener("submit", (event) => event.preventDefault());
for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copy]"))) {
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const source = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (byId(button.dataset.copy ?? ""));
    if (!(await copy(source.value))) return source.select();
    button.textContent = config.copied;
    setTimeout(() => (button.textContent = label), THANKS);
  });
}
showView();
follow();
