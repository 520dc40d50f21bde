import type { Core } from "./types";

/** How far a page was scrolled, and how long it was visible and in focus. Each record tells the time since the last. */
export default (core: Core): void => {
  let since: number | undefined = document.hasFocus() ? core.began : undefined;
  let engaged = 0;
  let bottom = scrollY + innerHeight;
  let told = 0;

  /** Adds the time up to now, and goes on counting if somebody is looking. */
  const count = () => {
    const now = performance.now();
    if (since !== undefined) engaged += now - since;
    since = !document.hidden && document.hasFocus() ? now : undefined;
  };

  const tell = core.quiet(() => {
    count();
    const height = Math.max(document.documentElement.scrollHeight, document.body?.scrollHeight || 0);
    const sd = core.on("scroll") ? Math.min(100, Math.round((bottom / height) * 100)) : 0;
    const e = core.on("engagement") ? Math.round(engaged) : 0;
    if (e || sd > told) {
      core.send("engagement", { e: e || undefined, sd: sd || undefined });
      engaged = 0;
      told = sd;
    }
  });

  addEventListener("focus", count);
  addEventListener("blur", count);
  addEventListener("scroll", () => (bottom = Math.max(bottom, scrollY + innerHeight)), { passive: true });
  addEventListener("visibilitychange", () => (document.hidden ? tell() : count()));
  core.leaving.push(() => {
    tell();
    engaged = told = 0;
    bottom = innerHeight;
  });
};
