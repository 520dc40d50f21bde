// Writes t.js and the parts that it loads when asked to: `node build.mjs [directory]`.
import { build } from "esbuild";

const notices = { "t-vitals": "/*! contains web-vitals, Copyright Google LLC, Apache-2.0 */" };
const common = { bundle: true, minify: true, target: "es2020", charset: "utf8", logLevel: "warning" };
const outdir = process.argv[2] ?? "../src/footfall/assets";

await build({ ...common, entryPoints: { t: "src/core.ts" }, format: "iife", outdir });
for (const part of ["actions", "engagement", "vitals"]) {
  const name = `t-${part}`;
  const banner = { js: notices[name] ?? "" };
  await build({ ...common, entryPoints: { [name]: `src/${part}.ts` }, format: "esm", outdir, banner });
}
