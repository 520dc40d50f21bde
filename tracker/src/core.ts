import type { Core, Fields, Kind, Options, Part, Props, Revenue } from "./types";

const doc = document;
const place = location;
const script = (doc.currentScript || doc.querySelector("script[data-key]") || doc.head) as HTMLScriptElement;
const data = script.dataset;

const isOff = (name: string) => /^(off|false)$/.test(data[name]!);
const on = (name: string) => name in data && !isOff(name);
const beside = (file: string) => new URL(file, script.src).href;

/** `#/settings` or `#!/settings`, for applications that have their routes there; other fragments are no pages. */
const route = () => (on("hash") && place.hash.match(/^#!?\/[^?]*/)) || "";
const path = () => place.pathname + route();

/** `*` stands for anything within a segment of the path, `**` for anything. */
const matches = (patterns: string) =>
  patterns.split(",").some((pattern) => {
    const source = pattern
      .trim()
      .replace(/\*\*?|\W/g, (found) => (found == "**" ? ".*" : found == "*" ? "[^/]*" : "\\" + found));
    return RegExp(`^${source}$`).test(path());
  });

const isReported = () =>
  /^http/.test(place.protocol) &&
  !(data.exclude && matches(data.exclude)) &&
  (!data.include || matches(data.include));

const isRefused = () => {
  try {
    if (localStorage.footfall_ignore) return true;
  } catch {} // where storage is forbidden, nobody has opted out in it
  const nav = navigator as Navigator & { globalPrivacyControl?: boolean };
  return (nav.globalPrivacyControl && !isOff("gpc")) || (on("dnt") && nav.doNotTrack == "1");
};

// What is prerendered or opened in the background has not been seen yet.
const seen = new Promise<unknown>((resolve) =>
  doc.hidden ? doc.addEventListener("visibilitychange", resolve, { once: true }) : resolve(0),
);

/** Browsers refuse a request with `keepalive` beyond this, by the bytes of all that are under way. */
const KEEPALIVE_BYTES = 65536;
let inFlight = 0;

let current: string;
let referrer = doc.referrer;
/** An application names a page after it has moved to it: until it has, the title is the last page's. */
let staleTitle = "";
/** Resolves once the task that moved has ended: it may still name the page. */
let naming: Promise<unknown> | undefined;

const send = async (t: Kind, fields?: Fields) => {
  try {
    if (!core.url) return;
    const page = {
      k: data.key,
      t,
      u: core.url,
      r: referrer,
      h: on("hash") ? 1 : undefined,
      w: screen.width,
      l: navigator.language,
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...fields,
    };
    if (naming) await naming;
    const named = page.u == core.url && doc.title != staleTitle;
    const body = JSON.stringify({ ...page, ti: named ? doc.title : "" });
    await seen;
    if (isRefused()) return;
    const api = data.api || beside("api/collect");
    // A text needs no preflight.
    if (!("keepalive" in Request.prototype) && navigator.sendBeacon?.(api, body)) return;
    const size = new Blob([body]).size;
    inFlight += size;
    await fetch(api, { method: "POST", body, keepalive: inFlight <= KEEPALIVE_BYTES, credentials: "omit" }).finally(
      () => (inFlight -= size),
    );
  } catch {} // offline, blocked, no JSON: the page is not to notice
};

const quiet: Core["quiet"] =
  (run) =>
  (...args) => {
    try {
      run(...args);
    } catch {} // what a page has made of its elements and globals is its own business
  };

const core: Core = { data, on, send, quiet, leaving: [], began: 0, url: "" };

const view = () => {
  for (const leave of core.leaving) quiet(leave)();
  if (current) referrer = core.url;
  current = path();
  core.url = isReported() ? place.href.replace(/#.*/, "") + route() : "";
  send("pageview");
};

const move = () => {
  if (current == path()) return;
  staleTitle = doc.title;
  const task = (naming = new Promise((resolve) => setTimeout(resolve)));
  naming.then(() => naming == task && (naming = undefined));
  view();
};

const follow = () => {
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      move();
    };
  }
  addEventListener("popstate", move);
  // Applications that move by this interface touch no history.
  (window as { navigation?: EventTarget }).navigation?.addEventListener("currententrychange", move);
  addEventListener("pageshow", (event) => event.persisted && view());
};

const track = (n?: string, p?: Props, $?: Revenue, options?: Options) =>
  send(n ? "event" : "pageview", { n, p, $, i: options?.interactive });

/** What `window.footfall` is. `q` holds the arguments of calls made before; keys are those of scripts that run. */
interface Global {
  q?: Parameters<typeof track>[];
  track?: typeof track;
  [key: `key ${string}`]: boolean;
}

const global = (name: string) => {
  const globals = window as unknown as Record<string, Global | undefined>;
  return (globals[name] ||= {});
};

const offer = quiet((name: string) => {
  const own = global(name);
  own.track = track;
  for (const args of own.q || []) track(...args);
});

const PARTS: Record<string, string[]> = {
  actions: ["outbound", "downloads", "forms", "404"],
  engagement: ["engagement", "scroll"],
  vitals: ["vitals"],
};

const load = async () => {
  await seen;
  core.began = performance.now();
  if (!isRefused())
    for (const name in PARTS)
      if (PARTS[name]!.some(on)) import(beside(`t-${name}.js`)).then((part: Part) => part.default(core)).catch(() => {});
};

const own = global("footfall");
// A tag that is there twice counts once.
if (data.key && !own[`key ${data.key}`]) {
  quiet(() => (own[`key ${data.key}`] = true))();
  follow();
  view();
  load();
  offer("footfall");
  if (data.global) offer(data.global);
}
