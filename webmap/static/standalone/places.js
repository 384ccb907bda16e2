// The places of a map file: on the map that folium composed and in a list beside it, narrowed by words and kind.
// The file holds this script and its data; nothing is fetched and no text is ever taken as HTML.

/**
 * @typedef {"open" | "closed" | "unknown"} FileState
 * @typedef {{name: string, kind: string, where: string, hours: string, phone: string, facilities: string[],
 *   point: [number, number] | null, table: number, out_of_service: boolean, go: string | null, page: string | null}} FilePlace
 * @typedef {{map: string, cluster: string, locale: string, texts: Record<string, string>, kinds: Record<string, string>,
 *   tables: [string, FileState][][], ends_at: string, places: FilePlace[]}} FileData
 */

{
  /** So many places are listed at once; all that fit are on the map. */
  const MOST_LISTED = 300;
  /** Kind → class of its sign. */
  const SIGNS = /** @type {Record<string, string>} */ ({ worker_home: "home", service_center: "service", public_facility: "public" });

  const data = /** @type {FileData} */ (JSON.parse(document.getElementById("places-data")?.textContent ?? "{}"));
  const globals = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (window));
  const map = /** @type {L.Map} */ (globals[data.map]);
  const cluster = /** @type {import("leaflet").MarkerClusterGroup} */ (globals[data.cluster]);
  const words = /** @type {HTMLInputElement} */ (document.getElementById("words"));
  const kind = /** @type {HTMLSelectElement} */ (document.getElementById("kind"));
  const list = /** @type {HTMLOListElement} */ (document.getElementById("places"));

  /**
   * @param {string} tag
   * @param {string} className
   * @param {string} text
   * @returns {HTMLElement}
   */
  function make(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  /**
   * @param {string} iso
   * @returns {string} Day and time by the places' own clocks.
   */
  function clock(iso) {
    const day = new Intl.DateTimeFormat(data.locale, { month: "numeric", day: "numeric", weekday: "short", timeZone: "UTC" });
    const today = new Date().toDateString() === new Date(iso).toDateString();
    return `${today ? "" : `${day.format(new Date(`${iso.slice(0, 10)}T00:00:00Z`))} `}${iso.slice(11, 16)}`;
  }

  /**
   * @param {FilePlace} place
   * @returns {HTMLElement} Whether it is open by the reader's clock; after the days that are known, nothing is.
   */
  function openness(place) {
    const table = data.tables[place.table] ?? [];
    const now = Date.now();
    const later = table.findIndex(([from]) => Date.parse(from) > now);
    const here = (later === -1 ? table.length : later) - 1;
    const known = !place.out_of_service && now < Date.parse(data.ends_at);
    const state = place.out_of_service ? "closed" : known ? (table[here]?.[1] ?? "unknown") : "unknown";
    const next = known && state !== "unknown" ? table.slice(here + 1).find(([, then]) => then !== state) : undefined;
    const word = data.texts[state] ?? "";
    const when = next ? ` · ${(data.texts[state === "open" ? "until" : "opens"] ?? "").replace("{time}", clock(next[0]))}` : "";
    return make("span", `status ${state}`, word + when);
  }

  /**
   * @param {FilePlace} place
   * @returns {HTMLElement[]}
   */
  function described(place) {
    const box = make("div", "", "");
    box.append(openness(place));
    const phone = place.phone && make("a", "", place.phone);
    if (phone) phone.setAttribute("href", `tel:${place.phone.replace(/[^\d+]/g, "")}`);
    const links = make("div", "links", "");
    for (const [href, text] of [[place.go, data.texts.go], [place.page, data.texts.page]]) {
      if (!href || !text) continue;
      const link = make("a", "", text);
      link.setAttribute("href", href);
      link.setAttribute("target", "_blank");
      link.setAttribute("rel", "noopener");
      links.append(link);
    }
    if (phone) links.prepend(phone);
    return [
      box,
      make("div", "line", [data.kinds[place.kind] ?? place.kind, place.where].filter(Boolean).join(" · ")),
      make("div", "line", place.hours),
      make("div", "line", place.facilities.join(" · ")),
      make("div", "line", place.point ? "" : (data.texts.no_position ?? "")),
      links,
    ].filter((part) => part.childNodes.length > 0);
  }

  const markers = data.places.map((place) => {
    if (!place.point) return null;
    const [lon, lat] = place.point;
    const icon = L.divIcon({ className: "", html: make("div", `dot ${SIGNS[place.kind] ?? ""}`, ""), iconSize: [22, 22] });
    return L.marker([lat, lon], { icon, title: place.name, alt: place.name }).bindPopup(() => {
      const box = make("div", "", "");
      box.append(make("strong", "", place.name), ...described(place));
      return box;
    });
  });

  /**
   * @param {FilePlace} place
   * @param {number} index
   * @returns {HTMLLIElement}
   */
  function row(place, index) {
    const item = document.createElement("li");
    const name = make("button", "name", place.name);
    name.setAttribute("type", "button");
    const marker = markers[index];
    if (marker) name.addEventListener("click", () => cluster.zoomToShowLayer(marker, () => marker.openPopup()));
    item.append(marker ? name : make("strong", "", place.name), ...described(place));
    return item;
  }

  /** Show what fits. */
  function show() {
    const asked = words.value.trim().toLowerCase();
    const fitting = data.places.flatMap((place, index) => {
      const fits = (!kind.value || place.kind === kind.value) && (!asked || `${place.name} ${place.where}`.toLowerCase().includes(asked));
      return fits ? [index] : [];
    });
    list.replaceChildren(...fitting.slice(0, MOST_LISTED).map((index) => row(/** @type {FilePlace} */ (data.places[index]), index)));
    if (fitting.length === 0) list.replaceChildren(make("li", "none", data.texts.nothing ?? ""));
    cluster.clearLayers();
    cluster.addLayers(fitting.flatMap((index) => markers[index] ?? []));
  }

  Object.assign(/** @type {{options: object}} */ (/** @type {unknown} */ (cluster)).options, {
    iconCreateFunction: (/** @type {{getChildCount: () => number}} */ group) =>
      L.divIcon({ className: "cluster", html: make("span", "", String(group.getChildCount())), iconSize: [38, 38] }),
  });
  map.attributionControl.setPrefix("");
  L.control.zoom({ position: "bottomright" }).addTo(map);
  for (const [code, name] of Object.entries(data.kinds)) {
    if (!data.places.some((place) => place.kind === code)) continue;
    const option = make("option", "", name);
    option.setAttribute("value", code);
    kind.append(option);
  }
  document.getElementById("filter")?.addEventListener("submit", (event) => event.preventDefault());
  words.addEventListener("input", show);
  kind.addEventListener("change", show);
  show();
  const points = data.places.flatMap(({ point }) => (point ? [L.latLng(point[1], point[0])] : []));
  if (points.length > 0) map.fitBounds(L.latLngBounds(points).pad(0.1), { maxZoom: 16 });
}
