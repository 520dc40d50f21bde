// Fails the build where the first load of a page weighs more than the budget, compressed: `node build/size.mjs`.
import { readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 120 * 1024;
const FIRST_PAGES = ['index.html', 'src/pages/sites/SitesPage.svelte', 'src/pages/web/WebPage.svelte'];
const built = '../src/footfall/assets/web/';

const manifest = JSON.parse(readFileSync(`${built}manifest.json`, 'utf8'));

/** Every file that the page of `entry` loads before it shows something. */
function loadedBy(entry, found = new Set()) {
  const chunk = manifest[entry];
  if (!chunk) throw new Error(`${entry} is not part of the build`);
  for (const file of [chunk.file, ...(chunk.css ?? [])]) found.add(file);
  for (const name of chunk.imports ?? []) if (!found.has(manifest[name].file)) loadedBy(name, found);
  return found;
}

const gzipped = (file) => gzipSync(readFileSync(built + file), { level: 9 }).length;
const shell = loadedBy('index.html');
let failed = false;
for (const page of FIRST_PAGES) {
  const files = new Set([...shell, ...loadedBy(page)]);
  const bytes = [...files].reduce((sum, file) => sum + gzipped(file), gzipped('index.html'));
  const kilobytes = (bytes / 1024).toFixed(1);
  console.log(`first load of ${page}: ${kilobytes} KB of ${BUDGET_BYTES / 1024} KB, gzip, ${files.size} files`);
  failed ||= bytes > BUDGET_BYTES;
}
rmSync(`${built}manifest.json`);
if (failed) {
  console.error('The first load is over its budget: load what is rare with import().');
  process.exit(1);
}
