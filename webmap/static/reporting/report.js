// The form to report a problem: shows what belongs to the choice, sets the pin, and sends without losing what was written.

import { loadMap, pin } from "./pinmap.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("report"));
const message = /** @type {HTMLElement} */ (document.getElementById("report-message"));
const thanks = /** @type {HTMLElement} */ (document.getElementById("report-thanks"));
const send = /** @type {HTMLButtonElement} */ (document.getElementById("report-send"));
const centre = /** @type {HTMLButtonElement} */ (document.getElementById("pin-centre"));
const clear = /** @type {HTMLButtonElement} */ (document.getElementById("pin-clear"));
const state = /** @type {HTMLElement} */ (document.getElementById("pin-state"));
/** @type {{send: string, map: import("./pinmap.js").PinMap, at: [number, number] | null}} */
const config = JSON.parse(document.getElementById("report-config")?.textContent ?? "{}");

/** @type {Promise<void> | null} */
let mapMade = null;

/** @param {string} name */
function field(name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/** Show the parts of the form that belong to what is chosen. */
function follow() {
  const kind = field("kind").value;
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-of]"))) {
    part.hidden = !(part.dataset.of ?? "").split(" ").includes(kind);
  }
  if (kind === "moved") mapMade ??= makeMap();
}

async function makeMap() {
  const map = await loadMap(config.map, form);
  /** @type {L.Marker | null} */
  let marker = null;

  /** @param {L.LatLng} where */
  const put = (where) => {
    if (!marker) {
      marker = L.marker(where, { ...pin("new", form.dataset.pin ?? ""), draggable: true }).addTo(map);
      marker.on("dragend", () => marker && put(marker.getLatLng()));
    }
    marker.setLatLng(where);
    field("lon").value = where.lng.toFixed(6);
    field("lat").value = where.lat.toFixed(6);
    clear.hidden = false;
    state.textContent = form.dataset.pinned ?? "";
  };
  const takeAway = () => {
    marker?.remove();
    marker = null;
    field("lon").value = field("lat").value = "";
    clear.hidden = true;
    state.textContent = "";
  };

  if (config.at) {
    const [lon, lat] = config.at;
    L.marker([lat, lon], pin("old", form.dataset.old ?? "")).addTo(map);
    map.setView([lat, lon], 17, { animate: false });
  }
  if (field("lon").value && field("lat").value) put(L.latLng(Number(field("lat").value), Number(field("lon").value)));
  map.on("click", ({ latlng }) => put(latlng.wrap()));
  centre.addEventListener("click", () => put(map.getCenter().wrap()));
  clear.addEventListener("click", takeAway);
  form.dataset.map = "ready";
}

/** @param {string} text */
function complain(text) {
  message.textContent = text;
  message.hidden = false;
  message.focus();
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault();
  send.disabled = true;
  try {
    const answer = await fetch(config.send, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (answer.ok) {
      form.hidden = message.hidden = true;
      thanks.hidden = false;
      thanks.focus();
      return;
    }
    const problem = await answer.json();
    // The server makes a fresh form with all that was filled in.
    if (problem.type?.endsWith(":report_form_stale")) return form.submit();
    complain(answer.status >= 500 ? (form.dataset.failed ?? "") : problem.detail);
  } catch {
    complain(form.dataset.failed ?? "");
  } finally {
    send.disabled = false;
  }
}

form.addEventListener("change", follow);
form.addEventListener("submit", submit);
follow();
