from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from footfall.api import problem
from footfall.api.site import dashboard
from footfall.api.site.surface import router
from footfall.api.state import State
from footfall.api.surfaces import errors_of


class Client:
    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(dashboard, "_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def built(folder):
    (folder / "index.html").write_text("<!doctype html><title>Footfall</title>")
    (folder / "secret.txt").write_text("not an asset")
    assets = folder / "assets"
    assets.mkdir()
    (assets / "app-1a2b.js").write_text("plain")
    (assets / "app-1a2b.js.br").write_text("brotli")
    (assets / "app-1a2b.js.gz").write_text("gzip")
    (assets / "icon.svg").write_text("<svg/>")
    return folder


@pytest.fixture
def client():
    app = FastAPI()
    State().install(app)
    problem.install(app, errors_of)
    app.include_router(router)
    return Client(app)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/settings", "/settings/tokens", "/sites/shop", "/sites/shop/a/b"])
def test_every_page_is_the_same_document(client, built, path):
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, (built / "index.html").read_text())
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sites/shop"])
def test_not_built_it_is_a_page_of_links(client, folder, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert 'href="/docs"' in answer.text


@pytest.mark.parametrize("path", ["/api/nothing", "/api", "/v2/apps", "/analytics/nothing", "/nothing", "/site"])
def test_no_other_path_is_a_page(client, built, path):
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("accepted", "encoding", "text"),
    [("gzip, deflate, br", "br", "brotli"), ("gzip", "gzip", "gzip"), ("identity", None, "plain")],
)
def test_assets_are_packed_and_kept_for_ever(client, built, accepted, encoding, text):
    answer = client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert answer.text == "plain"
    found = dashboard.asset("app-1a2b.js", {"accept-encoding": accepted})
    assert (found.headers.get("content-encoding"), found.body) == (encoding, text.encode())
    assert found.headers["content-type"].startswith("text/javascript")
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["nothing.js", "app-1a2b.js.br", "..%2fsecret.txt", "%2e%2e/secret.txt", ".hidden", "a%00b", "..%5csecret.txt"],
)
def test_nothing_else_is_an_asset(client, built, name):
    assert client.get(f"/assets/{name}").status_code == 404


def test_frames_are_open_to_the_named_origins_only(built):
    closed, named = (
        dashboard.page({}, *given).headers["content-security-policy"] for given in ((), ("https://a.example",))
    )
    assert closed.endswith("; frame-ancestors 'none'")
    assert named == closed.removesuffix("'none'") + "https://a.example"
