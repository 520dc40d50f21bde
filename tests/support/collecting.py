"""Calls of the public ways in, as a browser makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from tests.support.server import Access, Server, until

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
ADA = "203.0.113.7"


@dataclass(frozen=True)
class Site:
    """A project that browsers report to. Calls come through a proxy that is trusted, from `address`."""

    access: Access
    key: str
    id: str
    domains: tuple[str, ...]

    @classmethod
    def of(cls, server: Server, slug: str, *domains: str) -> Site:
        meta = server.meta()
        try:
            project = meta.create_project(slug, domains)
            token, _ = meta.create_token("test", ["read", "ingest"], [slug], None)
        finally:
            meta.close()
        access = Access(server, slug, project.number, project.id, token)
        return cls(access, project.site_key, project.id, project.domains)

    def call(self, method: str, path: str, *, agent: str = CHROME, address: str = ADA, **what: Any) -> httpx.Response:
        headers = {"User-Agent": agent, "X-Forwarded-For": address, **what.pop("headers", {})}
        return self.access.server.http.request(method, path, headers=headers, **what)

    def beacon(self, *, headers: dict[str, str] | None = None, agent: str = CHROME, address: str = ADA, **fields: Any):
        """`POST /api/collect` of a page view of the first domain, or of what `fields` say."""
        host = self.domains[0] if self.domains else "shop.example"
        report = {"k": self.key, "u": f"https://{host}/", **fields}
        return self.call("POST", "/api/collect", json=report, headers=headers or {}, agent=agent, address=address)

    def rows(self, count: int, **params: str) -> list[dict[str, Any]]:
        """The raw events, newest first, once nothing waits; fails where there are not as many."""
        path = f"/api/web-events/{self.access.slug}"
        until(self.access.server.queryable)
        until(lambda: len(self.access.read(path, **params)["items"]) >= count)
        found: list[dict[str, Any]] = self.access.read(path, **params)["items"]
        assert len(found) == count, found
        return found
