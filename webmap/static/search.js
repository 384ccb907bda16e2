// The search box: a combobox that completes names, pinyin, initials, addresses and areas.

import * as api from "./api.js";
import { byId, h, icon } from "./dom.js";
import { count, t } from "./config.js";
import { kindSign } from "./signs.js";
import { on, openPlace, setFilters, state } from "./state.js";

/** @typedef {import("./types").Suggestion} Suggestion */

/** How long a person's typing must rest before the server is asked, in milliseconds. */
const REST = 160;

const form = byId("search");
const input = /** @type {HTMLInputElement} */ (byId("search-input"));
const clear = byId("search-clear");
const box = byId("suggestions");
const said = byId("suggestions-count");

/** @type {{element: HTMLElement, act: () => void}[]} */
let options = [];
let active = -1;
let timer = 0;

/** Make the box work. */
export function setUpSearch() {
  input.addEventListener("input", () => {
    clear.hidden = input.value === "";
    clearTimeout(timer);
    timer = window.setTimeout(suggest, REST);
  });
  input.addEventListener("keydown", onKey);
  input.addEventListener("focus", () => {
    if (input.value.trim() && input.value !== state.filters.q) suggest();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    searchFor(input.value.trim());
  });
  form.addEventListener("focusout", (event) => {
    const next = /** @type {FocusEvent} */ (event).relatedTarget;
    if (!(next instanceof Node && form.contains(next))) close();
  });
  clear.addEventListener("click", () => {
    input.value = "";
    clear.hidden = true;
    close();
    input.focus();
    if (state.filters.q) setFilters({ q: "" });
  });
  on("filters", showQuery);
  showQuery();
}

/** Put the cursor into the box. */
export function focusSearch() {
  input.focus();
  input.select();
}

function showQuery() {
  input.value = state.filters.q;
  clear.hidden = input.value === "";
}

/** @param {string} q */
function searchFor(q) {
  close();
  input.blur();
  if (q !== state.filters.q) setFilters({ q, area: "" });
}

async function suggest() {
  const q = input.value.trim();
  if (!q) return close();
  try {
    const found = await api.suggest(q, state.origin);
    if (document.activeElement === input) show(q, found);
  } catch (error) {
    // Completing is a help only: the search itself will say what is wrong.
    if (!api.isAbort(error)) show(q, []);
  }
}

/**
 * @param {string} q
 * @param {Suggestion[]} found
 */
function show(q, found) {
  const marked = active;
  active = -1;
  options = [
    ...found.map((each) => ({ element: option(each), act: () => choose(each) })),
    { element: h("li", { class: "option all" }, icon("search"), h("span", {}, t("search_for", { q }))), act: () => searchFor(q) },
  ];
  for (const [index, { element, act }] of options.entries()) {
    element.id = `suggestion-${index}`;
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    // Before the box loses the focus, which would take the list away under the finger.
    element.addEventListener("pointerdown", (event) => event.preventDefault());
    element.addEventListener("click", act);
  }
  box.replaceChildren(...options.map(({ element }) => element));
  box.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
  said.textContent = count("suggestions", found.length);
  if (marked >= 0 && marked < options.length) activate(marked); // a late answer takes nothing from who is choosing already
}

/**
 * @param {Suggestion} suggestion
 * @returns {HTMLElement}
 */
function option({ type, kind, name, address, matched }) {
  const symbol = type === "area" ? icon("area") : kindSign(kind ?? "");
  const what = type === "area" ? t("suggestion_area") : address;
  const detail = [matched === "similar" && t("suggestion_similar"), what].filter(Boolean).join(" · ");
  return h("li", { class: "option" }, symbol, h("span", { class: "option-text" }, h("b", {}, name), detail && h("small", {}, detail)));
}

/** @param {Suggestion} suggestion */
function choose({ type, code, name }) {
  close();
  input.blur();
  if (type === "area") {
    setFilters({ area: code, q: "" });
  } else {
    input.value = name;
    clear.hidden = false;
    openPlace(code);
  }
}

function close() {
  clearTimeout(timer);
  box.hidden = true;
  box.replaceChildren();
  options = [];
  active = -1;
  said.textContent = "";
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.isComposing) return; // the keys belong to the input method
  if (event.key === "Escape") {
    if (box.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (options.length === 0) return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    activate(active === -1 && step === -1 ? options.length - 1 : (active + step + options.length) % options.length);
  } else if (event.key === "Enter" && active >= 0) {
    event.preventDefault();
    options[active]?.act();
  }
}

/** @param {number} index */
function activate(index) {
  options[active]?.element.setAttribute("aria-selected", "false");
  active = index;
  const element = options[index]?.element;
  if (!element) return;
  element.setAttribute("aria-selected", "true");
  element.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", element.id);
}
