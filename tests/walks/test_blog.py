"""The first hour of a blog's owner: a server, a project, a line in the page, visits, and what they add up to."""

from __future__ import annotations

import re
import stat
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from tests.support.server import footfall, free_port, running, until
from tests.walks.reader import FIREFOX, Reader

AUTH, ENDPOINT, README = "docs/api/auth.md", "docs/collect/endpoint.md", "README.md"
LISTS = {
    "top-pages": ("path", "/pricing"),
    "top-entry-pages": ("path", "/pricing"),
    "top-titles": ("title", "Prices"),
    "top-hostnames": ("hostname", "shop.example"),
    "top-referrers": ("referrer", "google.com"),
    "top-channels": ("channel", "search"),
    "top-utm-sources": ("utm_source", "news"),
    "top-languages": ("language", "en-US"),
    "top-timezones": ("timezone", "Europe/Bucharest"),
    "top-screen-classes": ("screen_class", "desktop"),
    "top-browsers": ("browser", "Firefox"),
    "top-os": ("os", "Linux"),
    "top-devices": ("device", "desktop"),
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def owner(tmp_path_factory):
    """A reader who has started a server and made a project and a token as docs/api/auth.md says."""
    with running(tmp_path_factory.mktemp("blog") / "data", flush_interval="0.2") as server:
        reader = Reader(server)
        assert reader.types(AUTH, "footfall project create shop").returncode == 0
        reader.token = reader.types(AUTH, "footfall token create --project shop").stdout.split()[0]
        yield reader


@pytest.fixture(scope="module")
def key(owner):
    """The site key, as the snippet shows it."""
    line = owner.types(README, ".venv/bin/footfall project snippet", {"default": "shop"}).stdout
    return re.search(r'data-key="(ff_site_\w+)"', line)[1]


def report(owner, key, *, origin="https://shop.example", agent=FIREFOX, **fields):
    """What the tracker sends from a page."""
    sent = {"k": key, "u": "https://shop.example/pricing", "w": 1920, "l": "en-US", "tz": "Europe/Bucharest"} | fields
    headers = {"User-Agent": agent, "Origin": origin}
    return owner.server.http.post("/api/collect", json=sent, headers=headers)


@pytest.fixture(scope="module")
def visited(owner, key):
    """One visit: a page view from a search engine, the time that was spent on it, and a report of another host."""
    view = {"ti": "Prices", "u": "https://shop.example/pricing?utm_source=news", "r": "https://www.google.com/"}
    assert report(owner, key, **view).status_code == 202
    assert report(owner, key, t="engagement", e=12_000, sd=80, v={"lcp": 1200}).status_code == 202
    refused = report(owner, key, u="https://staging.example/", origin="https://staging.example")
    assert refused.headers["X-Footfall-Dropped"] == "origin"
    until(lambda: owner.get("/api/web-events/shop/engagement", range="24h")["items"])
    until(lambda: owner.get("/api/web-events/shop/kpis", range="24h")["current"]["sessions"])
    return owner


def test_the_first_token_is_in_a_file_that_the_start_names_and_works(owner):
    log = owner.server.log.read_text()
    file = Path(re.search(r"Token:\s+in (\S+)", log)[1])
    token = file.read_text().strip()
    assert (stat.S_IMODE(file.stat().st_mode), token in log) == (0o600, False)
    answer = owner.server.http.get("/api/web-events/default/kpis", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_the_snippet_names_the_running_server(owner):
    line = owner.types(README, ".venv/bin/footfall project snippet", {"default": "shop"}).stdout
    script = re.search(r'src="([^"]+)"', line)[1]
    assert script == f"{owner.server.url}/t.js"
    assert httpx.get(script).headers["Content-Type"].startswith(("text/javascript", "application/javascript"))


def test_the_endpoints_page_shows_a_report_that_counts(owner, key):
    reader = Reader(owner.server)
    assert reader.types(AUTH, "footfall project create shop", {"shop": "try"}).returncode == 0
    line = reader.types(README, ".venv/bin/footfall project snippet", {"default": "try"}).stdout
    own = re.search(r'data-key="(ff_site_\w+)"', line)[1]
    done = reader.types(ENDPOINT, "curl -i", {"ff_site_…": own, "shop.example": "try.example"})
    assert done.stdout.startswith("HTTP/1.1 202"), done.stdout


def test_a_visit_is_in_the_key_figures(visited):
    current = visited.get("/api/web-events/shop/kpis", range="24h")["current"]
    assert (current["visitors"], current["pageviews"], current["sessions"]) == (1, 1, 1)


@pytest.mark.parametrize("name", LISTS)
def test_each_list_shows_the_visit(visited, name):
    column, value = LISTS[name]
    items = visited.get(f"/api/web-events/shop/{name}", range="24h")["items"]
    assert [(item[column], item["count"]) for item in items] == [(value, 1)]


def test_engagement_has_its_page(visited):
    (page,) = visited.get("/api/web-events/shop/engagement", range="24h")["items"]
    assert (page["path"], page["engagedSec"], page["scrollDepth"], page["lcp"]) == ("/pricing", 12.0, 80, 1200)


def test_today_begins_at_midnight_in_the_projects_zone(visited):
    assert visited.runs("footfall project update shop --timezone Europe/Bucharest").returncode == 0

    def hour() -> int:
        found = visited.get("/api/web-events/shop/kpis", range="today")["range"]
        return datetime.fromisoformat(found["from"]).astimezone(ZoneInfo("Europe/Bucharest")).hour

    assert until(lambda: hour() == 0)


def test_what_was_dropped_is_counted(visited):
    dropped = visited.get("/api/web-events/shop/dropped", range="24h")["dropped"]
    assert dropped == [{"reason": "origin", "count": 1}]


def test_what_was_dropped_names_the_refused_host(visited):
    hosts = visited.get("/api/web-events/shop/dropped", range="24h")["hosts"]
    assert hosts == [{"host": "staging.example", "count": 1}]


def test_a_host_belongs_to_one_project(visited):
    done = visited.types(AUTH, "footfall project create shop", {"create shop": "create other"})
    assert done.returncode == 1
    assert "shop.example" in done.stderr


def test_a_misspelt_variable_is_refused_with_the_nearest_name(tmp_path):
    done = footfall("serve", data=tmp_path / "data", port=str(free_port()), retension_days="30")
    assert done.returncode == 1
    assert "FOOTFALL_RETENSION_DAYS" in done.stderr
    assert "FOOTFALL_RETENTION_DAYS" in done.stderr
    assert not (tmp_path / "data").exists()
