"""SECURITY 1 and 2: what was stored is text, wherever the dashboard shows it, and no link of it runs anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.browser.chromium import Chromium
from tests.browser.dashboard import Dashboard, opened, until
from tests.support.collecting import Site
from tests.support.server import Server, running

from footfall.clock import system_clock
from footfall.meta import open_meta
from footfall.settings import Settings

SHAPES = (
    "<img src=x onerror='window.pwned=1'>",
    '"><script>window.pwned=1</script>',
    "'-window.pwned=1-'",
    "javascript:window.pwned=1",
    "{{constructor.constructor('window.pwned=1')()}}",
    "${window.pwned=1}",
    "</style></title><svg onload=window.pwned=1>",
    "\u202egnirts lanoitcerid \u2066",
    "مرحبا %D8%A7%D9%84 \u0000\u0007 " + "w" * 200,
)


@dataclass(frozen=True)
class Hostile:
    server: Server
    site: Site
    visitor: str


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    with running(tmp_path_factory.mktemp("hostile") / "data", flush_interval="0.2", auth="off") as server:
        site = Site.of(server, "hostile")
        for number, shape in enumerate(SHAPES):
            clean = shape.replace("\0", "")
            where = f"https://shop.example/{clean}?utm_source={clean}&utm_medium={clean}&utm_campaign={clean}".replace(
                " ", "%20"
            )
            agent = f"Mozilla/5.0 {clean[:40].encode('ascii', 'ignore').decode()}".strip()
            common = {
                "u": where,
                "r": "javascript:alert(1)" if number % 2 else f"https://{number}.example/{clean}".replace(" ", "%20"),
            }
            for extra in ({"ti": clean}, {"t": "event", "n": clean[:100], "p": {clean[:60]: clean, "plain": clean}}):
                answer = site.beacon(**common, **extra, l="en", w=1200, agent=agent)
                assert answer.status_code in {202, 400}, answer.text
        save(server)
        rows = until(lambda: site.access.read("/api/web-events/hostile", range="24h", bots="1")["items"])
        until(server.queryable)
        yield Hostile(server, site, rows[0]["visitor_id"])


def save(server: Server) -> None:
    """What people save with the project, by the same strings where they print."""
    meta = open_meta(Settings(data=server.data), system_clock)
    try:
        project = meta.project("hostile")
        assert project is not None
        for text in (shape[:90] for shape in SHAPES if shape.isprintable()):
            named = f'search:"{filter_escaped(text)}"'
            meta.saved.goals.add(project, {"name": text, "filter": named})
            meta.saved.segments.add(project, {"name": text, "filter": named})
            meta.saved.funnels.add(project, {"name": text, "steps": (named, named), "window": "7d"})
            meta.saved.annotations.add(project, {"at": system_clock(), "text": text})
    finally:
        meta.close()


def filter_escaped(text: str) -> str:
    return re.sub(r'(["\\*])', r"\\\1", text)


@pytest.mark.parametrize(
    "path",
    [
        "/sites/hostile?range=24h&bots=1",
        "/sites/hostile?range=24h&bots=1&pages=titles&sources=campaigns&events=properties&places=languages&traffic=dropped&reading=vitals",
        "/sites/hostile?range=24h&bots=1&filter=segment:%22%3Cimg%20src%3Dx%20onerror%3D'window.pwned=1'%3E%22",
        "/sites/hostile?range=24h&bots=1&events=events&list=top-titles&journeys=retention&tech=systems",
        "/sites/hostile?range=24h&bots=1&list=custom-events&pages=entry&journeys=funnel&step=%3Cimg%20src=x%20onerror=window.pwned=1%3E&step=path:/*",
        "/sites/hostile?range=24h&bots=1&list=top-referrers&filter=path:*%3Cimg*%20!search:%22%3Csvg%20onload=window.pwned=1%3E%22",
        "/",
        "/sites/%3Cimg%20src=x%20onerror=window.pwned=1%3E",
    ],
)
def test_stored_strings_are_text_everywhere(browser: Chromium, hostile: Hostile, path: str) -> None:
    with opened(browser, hostile.server.url) as dashboard:
        inert(dashboard.open(path))


def test_a_visitors_page_is_text_too(browser: Chromium, hostile: Hostile) -> None:
    with opened(browser, hostile.server.url) as dashboard:
        dashboard.open(f"/sites/hostile/visitors/{hostile.visitor}", shows="First seen")
        dashboard.see(":", ".sessions")
        inert(dashboard)


def test_an_hour_that_the_clocks_repeat_stands_twice_in_tables(browser: Chromium, hostile: Hostile) -> None:
    """Both of its rows have the same words. The charts of columns have the same trouble."""
    site = Site.of(hostile.server, "berlin")
    meta = hostile.server.meta()
    try:
        meta.editor.update("berlin", timezone="Europe/Berlin")
    finally:
        meta.close()
    at = "2025-10-26T00:30:00Z"
    event = {"type": "pageview", "url": "https://shop.example/", "visitor_id": "ada", "timestamp": at}
    assert site.access.post("/api/collect/bulk", json={"events": [event]}).status_code == 202
    visits = [
        {"timestamp": at, "method": "GET", "endpoint": "/a", "duration_ms": 5} | status
        for status in ({}, {"status": 101}, {"status": 200})
    ]
    assert site.access.post("/api/tracking/visits", json={"visits": visits}).status_code == 202
    assert until(hostile.server.queryable)
    hours = ["Sun, 26 Oct 2025, 02:00\u201303:00"] * 2
    for path in ("/sites/berlin", "/sites/berlin/api"):
        with opened(browser, hostile.server.url) as dashboard:
            dashboard.open(f"{path}?from=2025-10-26&to=2025-10-26")
            dashboard.click("button", "Show as table")
            assert until(lambda: dashboard.count(".figures tbody tr") == 25), path
            shown = dashboard.page.run("[...document.querySelectorAll('.figures tbody th')].map(e => e.innerText)")
            assert shown[2:4] == hours
            figures = dashboard.page.run("[...document.querySelectorAll('.figures tr')].map(e => e.innerText.trim())")
            if path.endswith("/api"):
                assert figures[0].split() == ["Time", "Other", "5xx", "4xx", "3xx", "2xx"]
                assert [line.split()[-5:] for line in figures if line.endswith("1")] == [["2", "0", "0", "0", "1"]]
            dashboard.clean()


def inert(dashboard: Dashboard) -> None:
    """Everything is loaded and hovered; no string has become an element, a handler, a style or a link that runs."""
    dashboard.wait("!!document.querySelector('h1, h2, h3')")
    dashboard.page.run("document.querySelectorAll('section').forEach(e => e.scrollIntoView({behavior: 'instant'}))")
    assert until(lambda: not dashboard.count(".sk"))
    dashboard.page.run(
        "document.querySelectorAll('.item, .way, .node, .u-over')"
        ".forEach(e => e.dispatchEvent(new PointerEvent('pointerenter')))"
    )
    assert dashboard.page.run("window.pwned") is None
    assert (
        dashboard.page.run(
            "document.querySelectorAll('img, iframe, object, embed, script:not([src]), [onerror], [onload]').length"
        )
        == 0
    )
    links = dashboard.page.run("[...document.querySelectorAll('a[href]')].map(a => [a.protocol, a.target, a.rel])")
    assert {protocol for protocol, *_ in links} <= {"http:", "https:"}
    assert all("noopener" in rel for _, target, rel in links if target)
    dashboard.clean()
