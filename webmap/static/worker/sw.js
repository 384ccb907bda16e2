// The service worker: keeps the page itself, so that it opens without a network and at once on a slow one.
// What is open is never answered from here: questions to the server go to the server, and the page works out by itself
// what it can tell without one (offline.js). The server writes `VERSION` and `SHELL` above this text.

/* global VERSION, SHELL */

const PREFIX = "stationmap-page-";
const CACHE = PREFIX + VERSION;
const PAGES = ["/", "/en/"];

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(kept(request));
  else if (request.mode === "navigate" && PAGES.includes(url.pathname)) event.respondWith(page(event, url.pathname));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => instead(url)));
});

/**
 * A file that never changes under its address.
 *
 * @param {Request} request
 */
async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}

/**
 * The map page as it was kept; a newer one comes with the next visit, once all of its files are here.
 *
 * @param {FetchEvent} event
 * @param {string} path
 */
async function page(event, path) {
  const found = await (await caches.open(CACHE)).match(path);
  const newer = fetch(event.request).then(async (response) => {
    // A page of another version names files that are not kept yet: the worker of that version will bring it.
    if (response.ok && (await response.clone().text()).includes(VERSION)) await (await caches.open(CACHE)).put(path, response.clone());
    return response;
  });
  if (!found) return newer;
  event.waitUntil(newer.catch(() => {}));
  return found;
}

/**
 * Without a network the page of a place is shown by the map page.
 *
 * @param {URL} url
 */
async function instead({ pathname }) {
  const [, english, code] = /^(\/en)?\/s\/([0-9A-Za-z]+)\/?$/.exec(pathname) ?? [];
  const home = english || pathname.startsWith("/en/") ? "/en/" : "/";
  return Response.redirect(code ? `${home}#s=${code.toUpperCase()}` : home);
}
