// What the desk draws on a map: who needs a station, how far the stations reach, candidates, and a plan's answer.

import { loadMap } from "../reporting/pinmap.js";
import { amount, h, percent, t } from "./asking.js";

/** @typedef {[number, number][]} Line */
/** @typedef {{code: string, name: string, lon: number, lat: number, host: string, hours: string, cost: number | null, refused: boolean}} Candidate */
/**
 * @typedef {{weight: number, covered: number, cells: [number, number, number, number][], cell_size: [number, number],
 *   hours: [number, number][], stations: [string, number, number, boolean, boolean][], candidates: Candidate[],
 *   candidates_total: number, reach: {radius_m?: number, lines?: Line[]}, outline: Line[], basis: string, day: string}} Gap
 */
/** @typedef {{name: string, role: string, lines: string[], lon: number, lat: number, number: number}} Site */
/**
 * @typedef {{sites: Site[], cells: {lon: number, lat: number, before: number, after: number, lines: string[]}[],
 *   cell_size: [number, number], most: number, reach: {radius_m?: number, before?: Line[], after?: Line[]},
 *   outline: Line[]}} Drawn
 */
/** @typedef {"" | "must" | "not"} Mark */
/** @typedef {{place: Candidate, mark: Mark, own: boolean, moved: boolean}} Shown */
/** @typedef {"need" | "reach" | "stations" | "candidates"} LayerName */

const NEED = "#b3261e";
const TODAY = "#3b4650";
const NEW = "#0b57d0";
/** Candidates that are drawn as pins to be dragged; of more, only those that somebody marked. */
const MOST_PINS = 300;

/** @param {Line} line @returns {[number, number][]} */
const flipped = (line) => line.map(([lon, lat]) => [lat, lon]);

/**
 * @param {string} title
 * @param {string[]} lines
 */
function described(title, lines) {
  return h("div", { class: "plan-popup" }, h("strong", {}, title), ...lines.map((line) => h("div", {}, line)));
}

export class PlanMap {
  /**
   * @param {L.Map} map
   */
  constructor(map) {
    this.map = map;
    /** @type {Record<LayerName, L.LayerGroup>} */
    this.layers = { need: L.layerGroup(), reach: L.layerGroup(), stations: L.layerGroup(), candidates: L.layerGroup() };
    /** @type {Record<string, L.Renderer>} */
    this.renderers = {};
    for (const [place, name] of ["need", "reach", "stations", "candidates"].entries()) {
      map.createPane(name).style.zIndex = String(400 + 20 * place);
      this.renderers[name] = L.canvas({ padding: 0.3, pane: name });
    }
    for (const layer of Object.values(this.layers)) layer.addTo(map);
    /** @type {L.Marker[]} */
    this.numbered = [];
    /** @type {Map<string, L.Marker>} */
    this.pins = new Map();
  }

  /**
   * @param {import("./asking.js").OneMap} wanted
   * @param {HTMLElement} element
   */
  static async load(wanted, element) {
    return new PlanMap(await loadMap(wanted, element));
  }

  /** @param {LayerName} name @param {boolean} shown */
  show(name, shown) {
    if (shown) this.layers[name].addTo(this.map);
    else this.layers[name].remove();
  }

  /** @param {Line[]} outline @param {Line} [further] */
  fit(outline, further = []) {
    const points = [...outline.flat(), ...further];
    if (points.length) this.map.fitBounds(L.latLngBounds(flipped(points)).pad(0.02), { animate: false });
  }

  /**
   * Draw the demand that has no station, the stronger the more of it.
   *
   * @param {{lon: number, lat: number, need: number, weight: number, lines: string[]}[]} cells
   * @param {[number, number]} size
   * @param {number} most
   * @param {Line[]} outline
   */
  drawNeed(cells, [wide, high], most, outline) {
    const layer = this.layers.need.clearLayers();
    for (const line of outline) {
      L.polygon(flipped(line), { pane: "need", color: TODAY, weight: 2, dashArray: "6 5", fill: false, interactive: false }).addTo(layer);
    }
    for (const cell of cells) {
      const corner = /** @type {[number, number][]} */ ([
        [cell.lat - high / 2, cell.lon - wide / 2],
        [cell.lat + high / 2, cell.lon + wide / 2],
      ]);
      const lacking = cell.need > 0;
      L.rectangle(corner, {
        pane: "need", renderer: /** @type {L.Renderer} */ (this.renderers["need"]), stroke: false,
        fillColor: lacking ? NEED : TODAY,
        fillOpacity: lacking ? 0.16 + 0.6 * Math.sqrt(cell.need / most) : 0.07,
      }).bindPopup(() => described(cell.lines[0] ?? "", cell.lines.slice(1))).addTo(layer);
    }
  }

  /**
   * @param {Line[]} lines
   * @param {[number, number][]} centres
   * @param {number | undefined} radius
   * @param {string} colour
   */
  drawReach(lines, centres, radius, colour) {
    const look = { pane: "reach", renderer: /** @type {L.Renderer} */ (this.renderers["reach"]), color: colour, interactive: false };
    if (radius === undefined) {
      for (const line of lines) L.polyline(flipped(line), { ...look, weight: 3, opacity: 0.55 }).addTo(this.layers.reach);
      return;
    }
    for (const [lon, lat] of centres) {
      L.circle([lat, lon], { ...look, radius, weight: 1.5, opacity: 0.7, fillOpacity: 0.08 }).addTo(this.layers.reach);
    }
  }

  /**
   * @param {[number, number]} at
   * @param {boolean} on
   * @param {string} title
   * @param {string[]} lines
   */
  station([lon, lat], on, title, lines) {
    const renderer = /** @type {L.Renderer} */ (this.renderers["stations"]);
    const look = on ? { color: "#ffffff", fillColor: TODAY } : { color: TODAY, fillColor: "#ffffff" };
    L.circleMarker([lat, lon], { pane: "stations", renderer, radius: 6, weight: 2, fillOpacity: 1, ...look })
      .bindPopup(() => described(title, lines))
      .addTo(this.layers.stations);
  }

  /** @param {Gap} gap */
  showGap(gap) {
    const most = Math.max(1e-9, ...gap.cells.map(([, , , need]) => need));
    const cells = gap.cells.map(([lon, lat, weight, need]) => ({
      lon, lat, weight, need,
      lines: [t("cell_demand", { n: amount(weight) }), t("cell_lacking", { n: amount(need) })],
    }));
    this.drawNeed(cells, gap.cell_size, most, gap.outline);
    this.layers.reach.clearLayers();
    this.layers.stations.clearLayers();
    const open = gap.stations.filter(([, , , on]) => on);
    this.drawReach(gap.reach.lines ?? [], open.map(([, lon, lat]) => [lon, lat]), gap.reach.radius_m, TODAY);
    for (const [name, lon, lat, on, unknown] of gap.stations) {
      const state = unknown ? t("hours_unknown") : on ? "" : t("closed_then");
      this.station([lon, lat], on, name, [t("station_today"), state].filter(Boolean));
    }
  }

  /**
   * Draw the candidates; those that can be dragged as pins.
   *
   * @param {Shown[]} shown
   * @param {{describe: (item: Shown) => HTMLElement, moved: (item: Shown, lon: number, lat: number) => void}} does
   */
  showCandidates(shown, { describe, moved }) {
    this.layers.candidates.clearLayers();
    this.pins.clear();
    const few = shown.length <= MOST_PINS;
    for (const item of shown) {
      const { place, mark, own } = item;
      if (!few && !mark && !own && !item.moved) {
        const renderer = /** @type {L.Renderer} */ (this.renderers["candidates"]);
        L.circleMarker([place.lat, place.lon], {
          pane: "candidates", renderer, radius: 4, weight: 1.5, color: NEW, fillColor: "#ffffff", fillOpacity: 1,
        }).bindPopup(() => describe(item)).addTo(this.layers.candidates);
        continue;
      }
      const kind = mark ? `is-${mark}` : place.refused ? "is-refused" : own ? "is-own" : "";
      const icon = L.divIcon({ className: `candidate ${kind}`, html: h("i"), iconSize: [30, 30], iconAnchor: [15, 15] });
      const title = mark === "must" ? t("pin_must", { name: place.name }) : mark === "not" ? t("pin_not", { name: place.name }) : place.name;
      const pin = L.marker([place.lat, place.lon], { icon, title, alt: title, draggable: true, autoPan: true, riseOnHover: true })
        .bindPopup(() => describe(item), { minWidth: 220 })
        .addTo(this.layers.candidates);
      pin.on("dragend", () => {
        const where = pin.getLatLng().wrap();
        moved(item, where.lng, where.lat);
      });
      this.pins.set(place.code, pin);
    }
  }

  /**
   * Draw a plan's answer as it is today, or once the new stations are there.
   *
   * @param {Drawn} drawn
   * @param {"before" | "after"} when
   */
  showPlan(drawn, when) {
    const { layers } = this;
    for (const layer of [layers.reach, layers.stations, layers.candidates]) layer.clearLayers();
    this.pins.clear();
    this.numbered = [];
    const cells = drawn.cells.map((cell) => ({ ...cell, need: cell[when], weight: 1 })).filter((cell) => cell.need > 0);
    this.drawNeed(cells, drawn.cell_size, drawn.most, drawn.outline);
    const gone = when === "after" ? ["kept"] : ["kept", "closed"];
    const today = drawn.sites.filter((site) => gone.includes(site.role));
    this.drawReach(drawn.reach.before ?? [], today.map((site) => [site.lon, site.lat]), drawn.reach.radius_m, TODAY);
    for (const site of today) this.station([site.lon, site.lat], true, site.name, site.lines);
    const renderer = /** @type {L.Renderer} */ (this.renderers["candidates"]);
    for (const site of drawn.sites.filter((one) => one.role === "candidate")) {
      L.circleMarker([site.lat, site.lon], {
        pane: "candidates", renderer, radius: 4, weight: 1.5, color: NEW, fillColor: "#ffffff", fillOpacity: 1,
      }).bindPopup(() => described(site.name, site.lines)).addTo(layers.candidates);
    }
    if (when === "before") return;
    const chosen = drawn.sites.filter((site) => site.role === "new");
    this.drawReach(drawn.reach.after ?? [], chosen.map((site) => [site.lon, site.lat]), drawn.reach.radius_m, NEW);
    for (const site of chosen) {
      const icon = L.divIcon({ className: "proposed", html: h("span", {}, String(site.number)), iconSize: [34, 34], iconAnchor: [17, 17] });
      const title = t("proposed_site", { n: site.number, name: site.name });
      const pin = L.marker([site.lat, site.lon], { icon, title, alt: title, zIndexOffset: 1000 })
        .bindPopup(() => described(site.name, site.lines))
        .addTo(layers.stations);
      this.numbered.push(pin);
    }
  }

  /** @param {number} number Of a chosen site, from 1 on. */
  point(number) {
    const pin = this.numbered[number - 1];
    if (!pin) return;
    this.map.panTo(pin.getLatLng(), { animate: false });
    pin.openPopup();
  }
}

/**
 * Draw bars of two values as a picture: all, and the part that is served.
 *
 * @param {[number, number, number?][]} pairs All, served today, served afterwards.
 * @param {{chosen?: number | null, label: string}} about
 */
export function hourBars(pairs, { chosen = null, label }) {
  const most = Math.max(1e-9, ...pairs.map(([all]) => all));
  const made = svg("svg", { viewBox: "0 0 288 74", class: "hour-bars", role: "img", "aria-label": label });
  for (const [hour, [all, before, after]] of pairs.entries()) {
    const bar = (/** @type {number} */ value, /** @type {string} */ kind) => {
      const tall = (58 * value) / most;
      made.append(svg("rect", { x: hour * 12 + 1, y: 60 - tall, width: 10, height: tall, class: kind }));
    };
    bar(all, hour === chosen ? "all chosen" : "all");
    if (after !== undefined) bar(after, "after");
    bar(before, "served");
    if (hour % 6 === 0) {
      const text = svg("text", { x: hour * 12 + 1, y: 72 });
      text.textContent = `${hour}:00`;
      made.append(text);
    }
  }
  return made;
}

/**
 * Draw how much is covered by how many stations, with the proven bound.
 *
 * @param {{sites: number, budget: number | null, share: number, bound: number | null}[]} curve
 * @param {number} before
 * @param {number} own
 */
export function curveChart(curve, before, own) {
  const label = t("curve_label", { list: curve.map((point) => `${point.sites}: ${percent(point.share)}`).join(", ") });
  const made = svg("svg", { viewBox: "0 0 320 150", class: "curve", role: "img", "aria-label": label });
  const top = Math.min(1, Math.max(before, ...curve.map((point) => point.bound ?? point.share)) * 1.1 + 0.01);
  const step = 280 / curve.length;
  const y = (/** @type {number} */ share) => 122 - (108 * share) / top;
  for (const [at, point] of curve.entries()) {
    const x = 34 + at * step;
    if (point.bound !== null && point.bound > point.share + 1e-6) {
      made.append(svg("rect", { x, y: y(point.bound), width: step * 0.7, height: y(point.share) - y(point.bound), class: "bound" }));
    }
    const mine = point.budget === null && point.sites === own;
    made.append(svg("rect", { x, y: y(point.share), width: step * 0.7, height: 122 - y(point.share), class: mine ? "own" : "" }));
    if (curve.length <= 12 || at % 2 === 0) {
      const text = svg("text", { x: x + step * 0.35, y: 138, "text-anchor": "middle" });
      text.textContent = String(point.sites);
      made.append(text);
    }
  }
  made.append(svg("line", { x1: 30, x2: 316, y1: y(before), y2: y(before), class: "today" }));
  for (const share of [0, before, top]) {
    const text = svg("text", { x: 28, y: y(share) + 4, "text-anchor": "end" });
    text.textContent = `${Math.round(share * 100)}%`;
    made.append(text);
  }
  return made;
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
