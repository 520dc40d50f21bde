// A first hour with a client that openapi-typescript generates: it must compile, and every answer must be as typed.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];

const [url, token] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });

const made = await client.POST("/api/projects", {
  body: { slug: "typescript", domains: ["ts.example"], timezone: "Europe/Berlin" },
});
const project: Schemas["ProjectDetails"] | undefined = made.data;
assert.equal(project?.timezone, "Europe/Berlin");
assert.ok(!Number.isNaN(Date.parse(project.created_at)));

const headers = { "X-Project": "typescript" };
const stored = await client.POST("/api/v1/analytics", {
  params: { header: headers },
  body: { event_name: "page_view", category: "page_view", page_url: "https://ts.example/a" },
});
assert.equal(stored.data?.success, true);

const slug = { slug: "typescript" };
for (let tries = 0; ; tries++) {
  const { data } = await client.GET("/api/web-events/{slug}/kpis", { params: { path: slug, query: { range: "24h" } } });
  const figures: Schemas["KpiFigures"] | undefined = data?.current;
  if (figures?.pageviews === 1) break;
  assert.ok(tries < 100, JSON.stringify(data));
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const pages = await client.GET("/api/web-events/{slug}/top-pages", {
  params: { path: slug, query: { range: "24h", compare: true } },
});
assert.deepEqual(pages.data?.items.map((item) => item.path), ["/a"]);

const missing = await client.GET("/api/web-events/{slug}/kpis", { params: { path: { slug: "nothing" } } });
const refused: Schemas["ErrorObject"] | undefined = missing.error;
assert.equal(refused?.error.code, "not_found");

const gone = await client.DELETE("/api/projects/{slug}", { params: { path: slug } });
assert.equal(gone.response.status, 204);
