// What goes between the server and the page's modules. Only for the type checker; browsers never see it.
export interface Term {
  code: string;
  name: string;
  short: string;
  icon: string;
}

export type Group =
  | "kinds"
  | "facilities"
  | "services"
  | "levels"
  | "access"
  | "fees"
  | "states"
  | "precisions"
  | "values"
  | "bases";

export interface Config {
  lang: "zh" | "en";
  locale: string;
  home: string;
  sitePath: string;
  api: { nearby: string; offline: string; sites: string; clusters: string; suggest: string; areas: string };
  icons: string;
  /** `script`: address of the libraries, and of what makes the map. */
  map: { element: string; map: string; cluster: string; tiles: string[]; script: string };
  mapApproval: string;
  bounds: [number, number, number, number] | null;
  /** Time zone of the places. */
  zone: string;
  limits: {
    nearby: number;
    nearbyMax: number;
    radius: number;
    radiusMax: number;
    page: number;
    cellPx: number;
    clusterZoom: number;
    suggest: number;
    text: number;
  };
  common: string[];
  expected: string[];
  vocabulary: Record<Group, Term[]>;
  texts: Record<string, string>;
  embed: Embedded | null;
  /** Address of the service worker. */
  worker: string;
}

/** How the map is shown in a frame of another site. */
export interface Embedded {
  /** Name of a filter → its values: what the frame shows, whatever its visitors choose. */
  given: Record<string, string[]>;
  view: { lat: number; lon: number; zoom: number } | null;
  list: boolean;
  search: boolean;
  /** Custom property without its dashes → colour. */
  colours: Record<string, string>;
  /** Address of the whole map with the same places. */
  full: string;
}

export interface LocalText {
  code?: string;
  zh: string;
  en: string;
}

export type Value = "yes" | "no" | "limited" | "unknown";

export interface Open {
  state: "open" | "closed" | "unknown";
  until: string | null;
  next: string | null;
  note: LocalText | null;
}

export interface SiteProperties {
  code: string;
  name: string;
  kind: string;
  labels: string[];
  label: string | null;
  address: string;
  area: string | null;
  area_name: string;
  precision: "exact" | "address" | "approximate" | "area" | "none";
  distance_m: number | null;
  walk_min: number | null;
  walk_basis: "straight_line" | "street";
  state: "open" | "paused" | "closed" | "planned";
  open: Open;
  hours_text: string;
  facilities: Record<string, Value>;
  services: Record<string, Value>;
  access: string[];
  fee: string | null;
  level: string | null;
  rating: { score: number; stars: number | null; count: number; overdue: boolean } | null;
  entrance: [number, number] | null;
  floor: string;
  directions: string;
  phone: string;
}

export interface Way {
  type: "Feature";
  geometry: GeoJSON.LineString;
  properties: { code: string; name: string; walk_min: number; walk_basis: "straight_line" | "street"; length_m: number };
}

/** One piece of evidence behind a score. */
export interface RatingItem {
  scheme: "star" | "inspection" | "award" | "review";
  scheme_name: LocalText;
  name: string;
  value: number | null;
  scale: number | null;
  count: number;
  date: string;
  level: string | null;
  source: string;
  note: string;
  counts: boolean;
  points: number;
  remarks: LocalText[];
}

/** Why a place has its score. */
export interface SiteRating {
  score: number | null;
  confidence: number | null;
  start: { mean: number; share: number; points: number };
  items: RatingItem[];
  notes: LocalText[];
}

/** A figure that was published about a place. */
export interface Figure {
  metric: string;
  metric_name: LocalText;
  name: string;
  period_text: LocalText;
  value: number;
  unit: LocalText;
  source: string;
}

export interface AmenityDetail {
  value: Value;
  basis: "claimed" | "verified";
  as_of: string | null;
  note: string;
  hours_text: string;
}

export interface Day {
  day: string;
  kind: "ordinary" | "holiday" | "workday";
  name: { zh: string; en: string } | null;
  state: "open" | "closed" | "unknown";
  spans: [string, string][];
  note: LocalText | null;
}

export interface NavigationLink {
  app: string;
  kind: "web" | "app";
  platform: "any" | "ios" | "android";
  label: { zh: string; en: string };
  href: string;
}

export interface SiteDetails extends SiteProperties {
  facility_details: Record<string, AmenityDetail>;
  service_details: Record<string, AmenityDetail>;
  hours: { osm: string | null; text: string; week: Day[] };
  position: { precision: string; note: LocalText | null; given_datum: string | null };
  access_note: string;
  host: string;
  operator: string;
  operator_code: string | null;
  capacity: number | null;
  area_m2: number | null;
  website: string;
  note: string;
  awards: { name: string; level: string | null; year: number | null }[];
  closures: { start: string | null; end: string | null; reason: string }[];
  valid_from: string | null;
  valid_to: string | null;
  verified_on: string | null;
  sources: { source: string; last_seen: string | null }[];
  former_names: string[];
  indicators: Figure[];
  updated_at: string;
  navigation: NavigationLink[];
}

export interface PointGeometry {
  type: "Point";
  coordinates: [number, number];
}

export interface Feature<P = SiteProperties> {
  type: "Feature";
  id: string;
  geometry: PointGeometry | null;
  properties: P;
}

export type Site = Feature<SiteProperties>;
export type Place = Feature<SiteDetails>;

export interface Sites {
  type: "FeatureCollection";
  features: Site[];
  limit: number;
  truncated: boolean;
  next?: string | null;
  total?: number | null;
  generated_at: string;
}

/** Places taken along, with their opening times in the coming days. */
export interface Pack {
  features: Site[];
  tables: [string, Open["state"]][][];
  table_of: number[];
  ends_at: string;
  generated_at: string;
  data_version: number;
}

/** The places of one cell of the map. */
export interface Cluster {
  type: "Feature";
  id: string;
  bbox: Bbox;
  geometry: PointGeometry;
  properties: {
    cluster: true;
    count: number;
    open: number;
    kinds: Record<string, number>;
    site: string;
    name: string;
  };
}

export interface Clusters {
  type: "FeatureCollection";
  features: (Cluster | Site)[];
  zoom: number;
  total: number;
  truncated: boolean;
  generated_at: string;
}

export interface Suggestion {
  type: "site" | "area";
  code: string;
  name: string;
  address: string;
  kind: string | null;
  matched: "name" | "label" | "pinyin" | "address" | "similar";
  point: [number, number] | null;
  bbox: [number, number, number, number] | null;
}

/** Where distances are counted from. */
export interface Origin {
  lon: number;
  lat: number;
  /** Radius in metres within which the person is; 0 for a point that was chosen. */
  accuracy: number;
  kind: "position" | "point" | "place";
  name?: string;
}

/** What the person wishes; all of it stands in the page's address. */
export interface Filters {
  kind: string[];
  facility: string[];
  service: string[];
  /** At night: at eleven in the evening, during the night itself now. */
  open: "" | "now" | "night";
  q: string;
  area: string;
  min_rating: string;
}

export type Bbox = [number, number, number, number];

declare global {
  interface Window {
    [name: string]: unknown;
  }
}
