"""A server that shares its host with another site, behind nginx: everything lies below `/stats`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from tests.browser.chromium import Chromium
from tests.browser.dashboard import opened
from tests.support.collecting import Site
from tests.support.nginx import nginx
from tests.support.server import Server, footfall, running, until

BASE = "/stats"
TAG = f'<script defer src="{BASE}/t.js" data-key="$arg_key" data-vitals></script>'
PAGE = f"location = /wares {{ default_type text/html; return 200 '{TAG}'; }}"
"""A page of the other site, of a project whose key its address names."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("base") / "data", flush_interval="0.2", base_path=f"{BASE}/") as server:
        yield server


@pytest.fixture(scope="module")
def front(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    other = 'location / { default_type text/plain; return 200 "a shop"; }'
    here = f"location {BASE} {{ proxy_pass http://127.0.0.1:{server.port}; }}"
    with nginx(tmp_path_factory.mktemp("front") / "nginx", PAGE + other + here) as url:
        yield url


@pytest.fixture(scope="module")
def site(server: Server, front: str) -> Site:
    site = Site.of(server, "shop")
    site.access.server.http.base_url = f"{front}{BASE}"
    assert site.beacon(u="https://shop.example/pricing").status_code == 202
    site.rows(1, range="24h")
    return site


@pytest.fixture(scope="module")
def http(front: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=front, timeout=30) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        (BASE, 308, f"{BASE}/"),
        (f"{BASE}/readyz", 200, ""),
        (f"{BASE}/docs/", 307, f"{BASE}/docs"),
        (f"{BASE}/t.js", 200, ""),
        (f"{BASE}/t-engagement.js", 200, ""),
        (f"{BASE}more/readyz", 404, ""),
        (f"{BASE}{BASE}/readyz", 404, ""),
    ],
)
def test_addresses(http, path, status, location):
    answer = http.get(path)
    assert (answer.status_code, answer.headers.get("location", "")) == (status, location)


def test_outside_of_it_nothing_is_served(http, server):
    assert http.get("/readyz").text == "a shop"
    answer = httpx.get(f"http://127.0.0.1:{server.port}/readyz")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("page", ["/", "/sites/shop/api", "/docs"])
def test_pages_name_what_they_load_below_it(http, page):
    named = re.findall(r'(?:src|href)="([^"]+)"', http.get(BASE + page).text)
    assert len(named) > 2
    for path in named:
        assert path.startswith(f"{BASE}/")
        assert http.get(path).status_code == 200, path


def test_what_is_told_to_others_names_it(http, server, site):
    assert http.get(f"{BASE}/openapi.json").json()["servers"] == [{"url": BASE}]
    made = site.access.server.admin().post("/api/projects/shop/shares", json={"name": "all"}).json()
    assert made["path"].startswith(f"{BASE}/share/shr_")
    assert made["link"].startswith(made["path"] + "#")
    assert http.get(made["path"]).status_code == 200
    snippet = footfall("project", "snippet", "shop", data=server.data, base_path=BASE).stdout
    assert f'src="{server.url}/t.js"' in snippet
    link = footfall("sign-in", data=server.data, base_path=BASE).stdout
    assert f"{server.url}/sign-in#code=" in link


def test_badge_frame_and_pixel_are_below_it(http, site):
    wanted = {"name": "embedded", "badge": True, "embed": ["https://intranet.example"]}
    made = site.access.server.admin().post("/api/projects/shop/shares", json=wanted).json()
    assert "frame-ancestors https://intranet.example" in http.get(made["path"]).headers["content-security-policy"]
    below, secret = f"{BASE}/api/shares/{made['id']}", made["link"].partition("#")[2]
    assert http.get(f"{below}/badge.json").status_code == 200
    assert http.get(f"{below}/badge.svg").headers["content-type"] == "image/svg+xml"
    session = http.post(f"{below}/sessions", json={"secret": secret}).json()
    headers = {"Authorization": f"Bearer {session['token']}"}
    assert http.get(f"{BASE}/api/web-events/shop/kpis", params={"range": "24h"}, headers=headers).status_code == 200
    pixel = http.get(f"{BASE}/p.gif", params={"k": site.key, "u": "https://shop.example/"})
    assert (pixel.status_code, pixel.headers["content-type"]) == (200, "image/gif")


def test_every_documented_path_is_found_below_it(http):
    """As one that needs a token, or a body: not as one that is not there."""
    described = http.get(f"{BASE}/openapi.json").json()["paths"]
    asked = [(method, path) for path, methods in described.items() for method in methods]
    assert len(asked) > 100
    for method, path in asked:
        answer = http.request(method, BASE + re.sub(r"{[^}]*}", "1", path))
        there = answer.status_code in {200, 202, 204, 400, 401, 403, 415, 422} or "link '1'" in answer.text
        assert there, (method, path, answer.status_code, answer.text)


def test_a_sign_in_is_sent_back_there_only(http, server):
    code = footfall("sign-in", data=server.data).stdout.partition("#code=")[2].split()[0]
    answer = http.post(f"{BASE}/api/session", json={"code": code})
    cookie = answer.headers["set-cookie"]
    assert "; Path=/stats/; HttpOnly" in cookie
    assert http.get(f"{BASE}/api/session").json()["auth"] == "session"
    proof = {"X-CSRF-Token": answer.json()["csrf"]}
    gone = http.delete(f"{BASE}/api/session", headers=proof)
    assert (gone.status_code, "Max-Age=0; Path=/stats/" in gone.headers["set-cookie"]) == (204, True)


def test_the_tracker_reports_beside_its_script(browser: Chromium, front: str, site: Site):
    shop = front.replace("127.0.0.1", "shop.example")
    with opened(browser, shop) as visitor:
        visitor.open(f"/wares?key={site.key}")
        found = until(
            lambda: [row for row in site.access.read("/api/web-events/shop")["items"] if row["path"] == "/wares"]
        )
        assert len(found) == 1
        asked = {one["url"] for one in visitor.page.requests if "/stats" in one["url"]}
        assert {f"{shop}{BASE}/t.js", f"{shop}{BASE}/t-vitals.js", f"{shop}{BASE}/api/collect"} == asked
        visitor.clean()


def test_the_documentation_calls_what_is_below_it(browser: Chromium, front: str):
    with opened(browser, front + BASE) as documentation:
        documentation.open("/docs")
        documentation.wait("document.querySelectorAll('.opblock').length > 0")
        assert documentation.wait("document.querySelector('.servers select').value") == BASE
        asked = [one["url"] for one in documentation.page.requests if one["url"].startswith("http")]
        assert [url for url in asked if not url.startswith(f"{front}{BASE}/")] == []


def test_the_dashboard_stays_below_it(browser: Chromium, front: str, server: Server, site: Site):
    code = footfall("sign-in", data=server.data).stdout.partition("#code=")[2].split()[0]
    with opened(browser, front + BASE) as dashboard:
        dashboard.open(f"/sign-in#code={code}", shows="shop")
        assert dashboard.path == f"{BASE}/"
        dashboard.click("a.card", "shop")
        dashboard.see("/pricing", "#panel-pages")
        assert dashboard.path == f"{BASE}/sites/shop"
        dashboard.click("nav a", "API")
        dashboard.see("No requests in this range")
        dashboard.see(f"{front}{BASE}/api/tracking/visits")
        dashboard.page.run("document.cookie = 'x=y'; fetch('/stats/api/session')")
        dashboard.open("/sites/shop/settings", shows=f'src="{front}{BASE}/t.js"')
        dashboard.open("/sites/shop", shows="/pricing")
        dashboard.click("header button", "Share")
        dashboard.click("dialog label", "badge")
        dashboard.click("dialog button", "Make link")
        dashboard.see("is ready", "dialog")
        link, badge = (
            str(dashboard.page.run(f"document.querySelector('#made-{of}').value")) for of in ("Link", "Badge")
        )
        assert link.startswith(f"{front}{BASE}/share/shr_")
        assert f'src="{front}{BASE}/api/shares/shr_' in badge
        dashboard.clean()
        asked = [one["url"] for one in dashboard.page.requests if one["url"].startswith("http")]
        assert [url for url in asked if not url.startswith(f"{front}{BASE}/")] == []


def test_a_link_stays_followed_when_its_view_changes(browser: Chromium, front: str, site: Site):
    link = footfall("link", "add", "shop", "For Ana", data=site.access.server.data).stdout.strip()
    assert link.startswith(f"{BASE}/share/")
    with opened(browser, front) as dashboard:
        dashboard.open(link, shows="/pricing")
        dashboard.click("#panel-pages .item a", "/pricing")
        dashboard.see("/pricing", ".chips")
        dashboard.see("/pricing", "#panel-pages")
        assert "#ff_shr_" in str(dashboard.page.run("location.href"))
        dashboard.clean()
