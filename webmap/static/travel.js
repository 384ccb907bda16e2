// Taking a place along: to a navigation app, to the clipboard, to somebody else.

import { copy } from "./clipboard.js";
import { h, icon } from "./dom.js";
import { config, local, t } from "./config.js";
import { inWeChat, platform, view } from "./device.js";

/** @typedef {import("./types").Place} Place */
/** @typedef {import("./types").NavigationLink} NavigationLink */
/** @typedef {import("./types").SiteProperties} SiteProperties */

/** How long "Copied" stands there, in milliseconds. */
const THANKS = 2500;

/** The app whose web page opens in the built-in browser of another; elsewhere Amap's does. As in handoff.py. */
const AT_HOME = new Map([
  ["wechat", "tencent"],
  ["qq", "tencent"],
  ["baidu", "baidu"],
]);

/**
 * @param {NavigationLink} link
 * @returns {boolean} Whether this browser can do anything with the link.
 */
function fits(link) {
  if (link.app === "apple") return platform !== "android";
  if (link.kind === "web") return true;
  if (view) return false; // the built-in browser of an app blocks links to other apps
  if (link.app === "geo") return true;
  return platform !== "other" && (link.platform === "any" || link.platform === platform);
}

/**
 * @param {SiteProperties} place
 * @returns {boolean} Whether people can be sent there.
 */
export function reachable({ state, precision }) {
  return state !== "closed" && state !== "planned" && precision !== "none" && precision !== "area";
}

/**
 * The short way to a place: the server picks what this browser can open.
 *
 * @param {SiteProperties} place
 * @param {boolean} prominent
 * @returns {HTMLElement | null}
 */
export function goButton(place, prominent) {
  if (!reachable(place)) return null;
  return h(
    "a",
    {
      class: prominent ? "button primary row-go" : "button row-go",
      href: `${config.sitePath}${encodeURIComponent(place.code)}/go`,
      "aria-label": t("go_to", { name: place.name }),
      target: "_blank",
      rel: "noopener nofollow",
    },
    icon("go"),
    h("span", {}, t("go_there")),
  );
}

/**
 * The links to navigation apps: one in front, the others beside it.
 *
 * @param {Place} site
 * @returns {HTMLElement | null}
 */
export function navigation({ properties: place }) {
  const links = place.navigation.filter(fits);
  const wanted = AT_HOME.get(view) ?? "amap";
  const first = links.find(({ kind, app }) => kind === "web" && app === wanted);
  if (!first) return null;
  const others = links.filter((link) => link !== first);
  return h(
    "div",
    { class: "go" },
    anchor(first, "button primary wide", icon("go"), `${t("go_there")} · ${local(first.label)}`),
    (inWeChat || view === "amap") && h("p", { class: "view-hint" }, icon("info"), h("span", {}, t(inWeChat ? "hint_wechat" : "hint_amap"))),
    h("ul", { class: "apps", "aria-label": t("go_with") }, ...others.map((link) => h("li", {}, anchor(link, "app", null, appLabel(link))))),
  );
}

/**
 * @param {NavigationLink} link
 * @returns {string}
 */
function appLabel(link) {
  const label = local(link.label);
  return link.kind === "app" && link.app !== "geo" ? `${label} (${t("opens_app")})` : label;
}

/**
 * @param {NavigationLink} link
 * @param {string} className
 * @param {Element | null} symbol
 * @param {string} label
 * @returns {HTMLAnchorElement}
 */
function anchor(link, className, symbol, label) {
  const web = link.kind === "web";
  return h(
    "a",
    { class: className, href: link.href, "data-app": link.app, target: web && "_blank", rel: web && "noopener" },
    symbol,
    h("span", {}, label),
  );
}

/**
 * @param {string} label
 * @param {string} text
 * @returns {HTMLElement}
 */
export function copyButton(label, text) {
  const shown = h("span", {}, label);
  const button = h("button", { type: "button", class: "button quiet" }, icon("copy"), shown);
  button.addEventListener("click", async () => {
    if (await copy(text)) thank(shown, label);
    else prompt(t("copy_by_hand"), text);
  });
  return button;
}

/**
 * @param {{code: string, name: string}} place
 * @returns {HTMLElement}
 */
export function shareButton({ code, name }) {
  const url = new URL(config.sitePath + code, location.href).href;
  const label = t("share");
  const shown = h("span", {}, label);
  const button = h("button", { type: "button", class: "button quiet" }, icon("share"), shown);
  button.addEventListener("click", async () => {
    if (navigator.share) {
      try {
        await navigator.share({ title: name, url });
        return;
      } catch (error) {
        if (isCancelled(error)) return;
      }
    }
    if (await copy(url)) thank(shown, label);
    else prompt(t("copy_by_hand"), url);
  });
  return button;
}

/**
 * @param {unknown} error
 * @returns {boolean} Whether the person closed the system's share sheet.
 */
function isCancelled(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * @param {HTMLElement} shown
 * @param {string} label
 */
function thank(shown, label) {
  shown.textContent = t("copied");
  setTimeout(() => (shown.textContent = label), THANKS);
}
