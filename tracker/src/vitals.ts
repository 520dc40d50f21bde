import { onCLS, onFCP, onINP, onLCP, onTTFB, type Metric } from "web-vitals";
import type { Core } from "./types";

/** Web vitals of the page that was loaded, once each, when it is first hidden or left: cls as it is, others in ms. */
export default ({ send, url }: Core): void => {
  if (!url) return;
  const last: Record<string, Metric> = {};
  const told = new Set<string>();
  // All changes, since the last word on an interaction just before the page is left comes without being one.
  for (const watch of [onCLS, onFCP, onINP, onLCP, onTTFB])
    watch((metric: Metric) => (last[metric.name] = metric), { reportAllChanges: true });

  // On window, so that it comes after the library's own, which report what they have at this moment.
  addEventListener("visibilitychange", () => {
    if (!document.hidden) return;
    const news = Object.values(last).filter(({ id }) => !told.has(id));
    if (!news.length) return;
    const v = news.map(({ id, name, value }) => {
      told.add(id);
      return [name.toLowerCase(), name == "CLS" ? +value.toFixed(4) : Math.round(value)];
    });
    send("engagement", { u: url, v: Object.fromEntries(v) });
  });
};
