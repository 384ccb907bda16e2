// A plan on the map that folium composed: stations of today and new ones, how far they reach, and who stays unserved.
// A stand-alone file holds this script and its data; nothing is fetched before somebody ticks the base map.

/**
 * @typedef {{name: string, role: string, lines: string[], lon: number, lat: number, number: number}} PlanSite
 * @typedef {{lon: number, lat: number, before: number, after: number, lines: string[]}} Square
 * @typedef {[number, number][]} Line
 * @typedef {{radius_m?: number, before?: Line[], after?: Line[]}} Reach
 * @typedef {{map: string, tiles: string[], sites: PlanSite[], cells: Square[], cell_size: [number, number], most: number,
 *   reach: Reach, streets: Line[], outline: Line[], colours: Record<string, string>}} Plan
 */

const plan = /** @type {Plan} */ (JSON.parse(document.getElementById("plan-data")?.textContent ?? "{}"));
const globals = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (window));
const planMap = /** @type {L.Map} */ (globals[plan.map]);

for (const [place, name] of ["ground", "need", "reach", "places"].entries()) {
  planMap.createPane(name).style.zIndex = String(300 + 40 * place);
}
/** @type {Record<string, L.Renderer>} */
const renderers = {};
for (const pane of ["ground", "need", "reach", "places"]) renderers[pane] = L.canvas({ padding: 0.5, pane });

/**
 * @param {string} title
 * @param {string[]} lines
 * @returns {HTMLElement}
 */
function planDescribed(title, lines) {
  const box = document.createElement("div");
  const strong = document.createElement("strong");
  strong.textContent = title;
  box.append(strong);
  for (const text of lines) {
    const line = document.createElement("div");
    line.textContent = text;
    box.append(line);
  }
  return box;
}

/** @param {Line} line @returns {[number, number][]} */
const flipped = (line) => line.map(([lon, lat]) => [lat, lon]);

/**
 * @param {(site: PlanSite) => boolean} wanted
 * @param {L.CircleMarkerOptions} look
 */
function dots(wanted, look) {
  return L.layerGroup(
    plan.sites
      .filter(wanted)
      .map((site) =>
        L.circleMarker([site.lat, site.lon], { pane: "places", renderer: renderers["places"], ...look }).bindPopup(() =>
          planDescribed(site.name, site.lines),
        ),
      ),
  );
}

/** @param {"before" | "after"} when */
function need(when) {
  const [wide, high] = plan.cell_size;
  return L.layerGroup(
    plan.cells
      .filter((cell) => cell[when] > 0)
      .map((cell) =>
        L.rectangle(
          [
            [cell.lat - high / 2, cell.lon - wide / 2],
            [cell.lat + high / 2, cell.lon + wide / 2],
          ],
          {
            pane: "need",
            renderer: renderers["need"],
            stroke: false,
            fillColor: plan.colours["need"],
            fillOpacity: 0.15 + 0.65 * Math.sqrt(cell[when] / plan.most),
          },
        ).bindPopup(() => planDescribed(cell.lines[0] ?? "", cell.lines.slice(1))),
      ),
  );
}

/** @param {"before" | "after"} when */
function reach(when) {
  const colour = plan.colours[when];
  const look = { pane: "reach", renderer: renderers["reach"], color: colour, interactive: false };
  const radius = plan.reach.radius_m;
  if (radius === undefined) {
    return L.layerGroup((plan.reach[when] ?? []).map((line) => L.polyline(flipped(line), { ...look, weight: 3, opacity: 0.6 })));
  }
  const roles = when === "before" ? ["kept", "closed"] : ["new"];
  return L.layerGroup(
    plan.sites
      .filter((site) => roles.includes(site.role))
      .map((site) => L.circle([site.lat, site.lon], { ...look, radius, weight: 1.5, fillOpacity: 0.1 })),
  );
}

const chosen = L.layerGroup(
  plan.sites
    .filter((site) => site.role === "new")
    .map((site) => {
      const sign = document.createElement("div");
      sign.className = "number";
      sign.textContent = String(site.number);
      const icon = L.divIcon({ html: sign, className: "", iconSize: [30, 30], iconAnchor: [15, 15] });
      return L.marker([site.lat, site.lon], { icon, title: site.name, alt: site.name }).bindPopup(() =>
        planDescribed(site.name, site.lines),
      );
    }),
);
const ground = L.layerGroup([
  ...plan.outline.map((line) =>
    L.polygon(flipped(line), { pane: "ground", renderer: renderers["ground"], color: "#4a5561", weight: 1.5, fillColor: "#ffffff", fillOpacity: 0.6, interactive: false }),
  ),
  ...plan.streets.map((line) =>
    L.polyline(flipped(line), { pane: "ground", renderer: renderers["ground"], color: "#b9c2cb", weight: 1.2, interactive: false }),
  ),
]).addTo(planMap);

/** @type {Record<string, L.LayerGroup>} */
const planLayers = {
  before: dots((site) => site.role === "kept" || site.role === "closed", {
    radius: 6, weight: 2, color: "#ffffff", fillColor: plan.colours["before"], fillOpacity: 1,
  }),
  after: chosen,
  "need-before": need("before"),
  "need-after": need("after"),
  "reach-before": reach("before"),
  "reach-after": reach("after"),
  others: dots((site) => site.role === "candidate", {
    radius: 5, weight: 2, color: plan.colours["after"], fillColor: "#ffffff", fillOpacity: 1,
  }),
  base: L.layerGroup(plan.tiles.map((name) => /** @type {L.Layer} */ (globals[name]))),
};

for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[data-layer]"))) {
  const layer = planLayers[box.dataset["layer"] ?? ""];
  if (!layer) continue;
  const follow = () => {
    if (box.checked) layer.addTo(planMap);
    else layer.remove();
    // over a base map the paper would hide it
    if (layer === planLayers["base"]) {
      if (box.checked) ground.remove();
      else ground.addTo(planMap);
    }
  };
  box.addEventListener("change", follow);
  follow();
}

/** @type {[number, number][]} */
const corners = [...plan.outline.flat(), ...plan.sites.filter((site) => site.role === "new").map((site) => /** @type {[number, number]} */ ([site.lon, site.lat]))];
// The area fills the frame: whole zooms would leave it at half the size as often as not.
planMap.options.zoomSnap = 0.1;
if (corners.length) planMap.fitBounds(L.latLngBounds(flipped(corners)).pad(0.03), { animate: false });
