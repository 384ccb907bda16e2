// The rows of an import on the map that folium composed: coloured by what would become of them, described by their texts.
// A stand-alone file holds this script and its data; nothing is fetched and no text is ever taken as HTML.

/**
 * @typedef {{row: string, name: string, detail: string, becomes: string, notes: string[], lon: number, lat: number}} Shown
 * @typedef {{map: string, colours: Record<string, string>, labels: Record<string, string>, rows: Shown[]}} Preview
 */

const data = /** @type {Preview} */ (JSON.parse(document.getElementById("preview-data")?.textContent ?? "{}"));
const map = /** @type {L.Map} */ (/** @type {Record<string, unknown>} */ (/** @type {unknown} */ (window))[data.map]);
const renderer = L.canvas({ padding: 0.5 });

/**
 * @param {Shown} shown
 * @returns {HTMLElement}
 */
function described(shown) {
  const box = document.createElement("div");
  const lines = [shown.name, `${data.labels[shown.becomes]} · ${shown.row}`, shown.detail, ...shown.notes];
  for (const [place, text] of lines.entries()) {
    if (!text) continue;
    const line = document.createElement(place ? "div" : "strong");
    line.textContent = text;
    box.append(line);
  }
  return box;
}

const points = data.rows.map((shown) =>
  L.circleMarker([shown.lat, shown.lon], {
    renderer,
    radius: 6,
    weight: 2,
    color: "#ffffff",
    fillColor: data.colours[shown.becomes],
    fillOpacity: 0.9,
  })
    .bindPopup(() => described(shown))
    .addTo(map),
);
if (points.length) {
  map.fitBounds(L.featureGroup(points).getBounds().pad(0.1), { maxZoom: 16 });
}
