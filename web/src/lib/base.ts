/** The path below which the server serves everything: '' or '/stats'. Every script of the build lies in its assets/. */
export const BASE = import.meta.env.PROD ? baseOf(import.meta.url) : '';

export function baseOf(script: string): string {
  return new URL(script).pathname.replace(/\/assets\/[^/]*$/, '');
}

/** The path of the address bar, or of a request, for a path of the application. */
export function at(path: string): string {
  return BASE + path;
}
