"""`@umami/node`, unmodified, under node; and a page that speaks as Umami's tracker does: what the web surface says."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from tests.browser.chromium import Chromium
from tests.browser.clients.stage import AMERICAN, CLIENTS, DUTCH, IPHONE, example, read, tops, visitor
from tests.browser.lab import Lab
from tests.browser.site import Proxy, serving
from tests.support.collecting import FIREFOX, Site
from tests.support.server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("umami") / "data", flush_interval="0.2") as server:
        yield server


def told(site: Site) -> list[tuple[Any, ...]]:
    """The events of the web surface, in an order of its own."""
    names = ("country_code", "browser_family", "os_family", "device_type", "hostname", "path", "custom_event_name")
    return sorted(
        (*(event[name] or "" for name in names), json.dumps(event["properties"] or {}, sort_keys=True))
        for event in read(site, "")["items"]
    )


# A backend

NODE = shutil.which("node") or ""
MORE = f"""
const told = [];
const keep = async answer => told.push([(await answer).status, await (await answer).json()]);
await keep(umami.track({{hostname: "shop.example", url: "/", referrer: "https://www.google.com/", ip: "{DUTCH}",
  userAgent: "{FIREFOX}", language: "nl-NL", screen: "1280x720", title: "Home"}}));
await keep(umami.track({{hostname: "shop.example", url: "/", name: "buy", data: {{revenue: 5, currency: "EUR"}},
  ip: "{DUTCH}", userAgent: "{FIREFOX}"}}));
await keep(umami.identify({{plan: "pro"}}));
await keep(umami.track({{hostname: "other.example", url: "/"}}));
console.log(JSON.stringify(told));
"""


@pytest.fixture(scope="module")
def backend(server: Server) -> tuple[Site, list[Any]]:
    """A site whose backend ran our documentation's example and MORE, and what it was answered."""
    site = Site.of(server, "backend", "shop.example")
    with serving(Proxy(server.http, AMERICAN)) as stats:
        code = example("umami.md", 0, stats=f"http://127.0.0.1:{stats}", website=site.id) + MORE
        done = subprocess.run(  # noqa: S603 - the test's own command line
            [NODE, "--input-type=module", "-e", code],
            cwd=CLIENTS,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    site.rows(4)
    return site, json.loads(done.stdout)


def test_events_of_a_backend(backend: tuple[Site, list[Any]]) -> None:
    site, _ = backend
    itself, reader = ("US", "unknown", "unknown", "other"), ("NL", "Firefox", "Linux", "desktop")
    assert told(site) == [
        (*reader, "shop.example", "/", "", "{}"),
        (*reader, "shop.example", "/", "buy", '{"currency": "EUR", "revenue": 5}'),
        (*itself, "", "/", "signup", '{"plan": "pro"}'),
        (*itself, "shop.example", "/pricing", "", "{}"),
    ]


def test_figures_of_a_backend(backend: tuple[Site, list[Any]]) -> None:
    site, _ = backend
    kpis = read(site, "/kpis")["current"]
    assert [kpis[name] for name in ("visitors", "sessions", "pageviews", "bounceRate")] == [2, 2, 2, 0]
    assert tops(site)["pages"] == [("/", 1), ("/pricing", 1)]
    assert tops(site)["referrers"] == [("direct", 1), ("google.com", 1)]
    filters = {"language:nl-NL": 1, "search:Home": 1, "channel:search": 2, "prop.plan:pro": 1}
    assert {term: read(site, "/count", filter=term)["count"] for term in filters} == filters


def test_what_a_backend_is_told(backend: tuple[Site, list[Any]]) -> None:
    site, answers = backend
    assert [status for status, _ in answers] == [200] * 4
    assert all(answer.keys() == {"cache", "sessionId", "visitId"} for _, answer in answers)
    sessions = [answer["sessionId"] for _, answer in answers]
    assert sessions[0] == sessions[1] != sessions[2] == sessions[3]
    dropped = read(site, "/dropped")
    assert (dropped["dropped"], dropped["programs"]) == ([{"reason": "origin", "count": 1}], [])


# A page

SEND = """
window.told = []; window.cache = undefined;
window.send = async (type, more) => {
  const {hostname, pathname, search, hash} = location;
  const payload = {website: WEBSITE, screen: `${screen.width}x${screen.height}`, language: navigator.language,
    title: document.title, hostname, url: pathname + search + hash, referrer: document.referrer, ...more};
  const answer = await fetch(`${STATS}/api/send`, {
    keepalive: true, method: 'POST', body: JSON.stringify({type, payload}), credentials: 'omit',
    headers: {'Content-Type': 'application/json', ...(cache !== undefined && {'x-umami-cache': cache})},
  });
  const data = await answer.json();
  cache = data.cache;
  told.push([answer.status, data.sessionId, data.visitId]);
};
"""


def arrive(lab: Lab, site: Site, path: str, referrer: str = "") -> None:
    names = f"window.WEBSITE = {json.dumps(site.id)}; window.STATS = {json.dumps(lab.origin)};"
    lab.page.before_scripts(names + SEND)
    lab.tag = "<script>window.first = send('event')</script>"
    lab.visit(path, referrer=referrer).run("first")


def ada(browser: Chromium, site: Site) -> list[Any]:
    """Five reports, all but the first with what the first was answered, which no simple request may carry."""
    with visitor(browser, site, AMERICAN) as lab:
        arrive(lab, site, "/pricing?utm_source=letter&utm_medium=email&token=secret", "http://news.example/")
        lab.page.run("history.pushState(0, '', '/thanks'); send('event')")
        lab.page.run("send('event', {name: 'signup', data: {plan: 'pro'}, tag: 'red'})")
        lab.page.run("send('identify', {id: 'ada', data: {plan: 'pro'}})")
        lab.page.run("send('performance', {lcp: 1200, cls: 0.02})")
        asked = [dict(asked.headers) for asked in lab.stats.asked if asked.method == "POST"]
        assert ["x-umami-cache" in headers for headers in asked] == [False, True, True, True, True]
        assert any(asked.method == "OPTIONS" for asked in lab.stats.asked)
        found: list[Any] = lab.page.run("told")
        return found


@pytest.fixture(scope="module")
def page(server: Server, browser: Chromium) -> tuple[Site, list[Any]]:
    """A site whose visitors' browsers reported, and what Ada's was answered."""
    site = Site.of(server, "page", "page.example")
    answers = ada(browser, site)
    with visitor(browser, site, DUTCH, IPHONE) as lab:
        arrive(lab, site, "/", "http://www.google.com/")
    with visitor(browser, site, DUTCH, host="copy.example") as lab:
        arrive(lab, site, "/")
    site.rows(4)
    return site, answers


def test_events_of_a_page(page: tuple[Site, list[Any]]) -> None:
    site, _ = page
    pc, phone = ("US", "Chrome", "Windows", "desktop"), ("NL", "Safari", "iOS", "mobile")
    assert told(site) == [
        (*phone, "page.example", "/", "", "{}"),
        (*pc, "page.example", "/pricing", "", "{}"),
        (*pc, "page.example", "/thanks", "", "{}"),
        (*pc, "page.example", "/thanks", "signup", '{"plan": "pro", "tag": "red"}'),
    ]


def test_figures_of_a_page(page: tuple[Site, list[Any]]) -> None:
    site, _ = page
    kpis = read(site, "/kpis")["current"]
    assert [kpis[name] for name in ("visitors", "sessions", "pageviews", "bounceRate")] == [2, 2, 3, 0.5]
    assert tops(site) == {
        "pages": [("/", 1), ("/pricing", 1), ("/thanks", 1)],
        "entry-pages": [("/", 1), ("/pricing", 1)],
        "exit-pages": [("/", 1), ("/thanks", 1)],
        "referrers": [("google.com", 1), ("news.example", 1)],
        "countries": [("US", 3), ("NL", 1)],
        "browsers": [("Chrome", 3), ("Safari", 1)],
        "os": [("Windows", 3), ("iOS", 1)],
        "devices": [("desktop", 3), ("mobile", 1)],
    }
    filters = {"utm_source:letter": 3, "channel:email": 3, "channel:search": 1, "language:en-GB": 4}
    assert {term: read(site, "/count", filter=term)["count"] for term in filters} == filters
    assert {item["path"]: (item["lcp"], item["cls"]) for item in read(site, "/engagement")["items"]} == {
        "/": (None, None),
        "/pricing": (None, None),
        "/thanks": (1200, 0.02),
    }


def test_what_a_page_is_told(page: tuple[Site, list[Any]]) -> None:
    site, answers = page
    assert [status for status, *_ in answers] == [200] * 5
    assert len({visit for _, _, visit in answers}) == 1
    assert read(site, "/dropped")["dropped"] == [{"reason": "origin", "count": 1}]
