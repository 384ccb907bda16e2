// What the list does without, fetched when the list stands there: the map, and all there is to say of one place.

import { setUpPanel } from "./panel.js";

export * as map from "./map.js";
export { hidePanel, showPanel } from "./panel.js";
export { offerPoint, setUpPick, startPicking } from "./pick.js";
export { drawWay } from "./way.js";

setUpPanel();
