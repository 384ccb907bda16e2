// What the browser tells of itself, as far as it matters which links it can follow. As in devices.py.

/** @type {[string, RegExp][]} */
const VIEWS = [
  ["wechat", /MicroMessenger/i],
  ["amap", /\bamap/i],
  ["baidu", /baidumap|baiduboxapp/i],
  ["qq", /\bQQ\/|QQMap|TencentMap/i],
];

const agent = navigator.userAgent;

/** The app whose built-in browser this is; empty in a browser of its own. */
export const view = VIEWS.find(([, pattern]) => pattern.test(agent))?.[0] ?? "";

/** Whether this is the built-in browser of WeChat. */
export const inWeChat = view === "wechat";

/** @type {"ios" | "android" | "other"} */
export const platform = /iPhone|iPad|iPod/i.test(agent) ? "ios" : /Android|HarmonyOS|OpenHarmony/i.test(agent) ? "android" : "other";
