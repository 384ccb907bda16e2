// What the page of a place can do with a script: copy, share, open apps, print. Without one it shows all the same.

import { copy } from "../clipboard.js";
import { platform, view } from "../device.js";

/** How long "Copied" stands there, in milliseconds. */
const THANKS = 2500;

/**
 * Show what this device can use.
 *
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
function offered(selector) {
  const found = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]);
  for (const element of found) element.hidden = false;
  return found;
}

/**
 * @param {HTMLElement} button
 * @param {string} text
 */
async function copyFrom(button, text) {
  const label = /** @type {HTMLElement} */ (button.querySelector("span"));
  if (!(await copy(text))) {
    prompt(label.textContent ?? "", text);
    return;
  }
  const before = button.dataset.label ?? label.textContent ?? "";
  button.dataset.label = before;
  label.textContent = button.dataset.done ?? "";
  setTimeout(() => (label.textContent = before), THANKS);
}

/** @param {HTMLElement} button */
async function share(button) {
  const url = button.dataset.share ?? location.href;
  if (navigator.share) {
    try {
      await navigator.share({ title: button.dataset.title, url });
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return; // the person closed the sheet
    }
  }
  await copyFrom(button, url);
}

for (const button of offered("[data-copy]")) button.addEventListener("click", () => copyFrom(button, button.dataset.copy ?? ""));
for (const button of offered("[data-share]")) button.addEventListener("click", () => share(button));
for (const button of offered("[data-print]")) button.addEventListener("click", () => print());

// The built-in browser of another app blocks links to apps: there the web pages are left, and what else helps is said.
if (view) {
  for (const element of document.querySelectorAll("[data-platform]")) element.remove();
  offered(`[data-view="${view}"]`);
} else if (platform !== "other") offered(`[data-platform="${platform}"], [data-platform="any"]`);
