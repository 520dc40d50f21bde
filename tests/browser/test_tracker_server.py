"""A real Chromium visits a site whose tag points to a real server: what was stored, and what the web surface says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.browser.chromium import DESKTOP, Chromium
from tests.browser.lab import STAGE, TALL, Lab
from tests.browser.site import Proxy, serving
from tests.support.collecting import Site
from tests.support.server import Server, running, until

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
HEADLESS = DESKTOP.replace("Chrome/", "HeadlessChrome/")
OPTIONS = "data-outbound data-engagement data-scroll"
PAINTED = (
    "new Promise(done => new PerformanceObserver(() => setTimeout(done, 500))"
    ".observe({type: 'largest-contentful-paint', buffered: true}))"
)
AWAY = (
    "Object.defineProperties(document, {hidden: {get: () => true}, visibilityState: {get: () => 'hidden'}});"
    "document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
)
AMERICAN, DUTCH = "8.8.8.8", "193.0.6.139"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("tracker") / "data", flush_interval="0.2") as server:
        yield server


@contextmanager
def visitor(
    browser: Chromium, site: Site, address: str, agent: str = DESKTOP, host: str = "shop.example"
) -> Iterator[Lab]:
    with browser.page(agent, width=1280, height=800) as page:
        lab = Lab(page, Proxy(site.access.server.http, address))
        with serving(lab.stats) as stats, serving(lab.answer) as pages:
            lab.origin, lab.site, lab.key = f"http://stats.example:{stats}", f"http://{host}:{pages}", site.key
            yield lab
            assert page.errors == []


def ada(browser: Chromium, site: Site) -> None:
    """From a newsletter: reads, scrolls, goes on within the application, signs up, leaves for another site."""
    with visitor(browser, site, AMERICAN) as lab:
        lab.page.before_scripts(STAGE)
        body = TALL + "<a style='position: fixed; top: 0' href='http://other.example/x?y=1'>other</a>"
        page = lab.visit(
            "/pricing?utm_source=letter&utm_medium=email&token=secret", OPTIONS, body, "http://news.example/"
        )
        lab.ready("actions", "engagement")
        lab.stats.wait(1, "pageview")
        page.run("now = 4000; roll(1200)")
        page.run("history.pushState(0, '', '/thanks?token=secret')")
        lab.stats.wait(2, "pageview")
        page.run("footfall.track('signup', {plan: 'pro'}, {currency: 'EUR', amount: '49.50'})")
        lab.stats.wait(1, "event")
        page.run("now = 5500; addEventListener('click', event => event.preventDefault())")
        page.click("a")
        lab.stats.wait(2, "event")
        page.run("look(false, true)")
        assert len(lab.stats.wait(2, "engagement")) == 2


def bob(browser: Chromium, site: Site) -> None:
    """From a search engine, on a telephone: one page, and no more."""
    with visitor(browser, site, DUTCH, IPHONE) as lab:
        lab.visit("/", "data-vitals", "<p>text</p>", "http://www.google.com/")
        lab.ready("vitals")
        lab.stats.wait(1, "pageview")
        lab.page.run(PAINTED)
        lab.page.run(AWAY)  # and not to another page: what is sent on the way there has the browser's own agent
        assert len(lab.stats.wait(1, "engagement")) == 1


def others(browser: Chromium, site: Site) -> None:
    """A program, a copy of the site elsewhere, and somebody who does not want to be counted."""
    with visitor(browser, site, AMERICAN, HEADLESS) as lab:
        lab.visit("/pricing")
        lab.stats.wait(1)
    with visitor(browser, site, AMERICAN, host="copy.example") as lab:
        lab.visit("/pricing")
        lab.stats.wait(1)
    with visitor(browser, site, AMERICAN) as lab:
        lab.page.before_scripts("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})")
        lab.visit("/pricing")
        assert lab.settled() == []


@pytest.fixture(scope="module")
def shop(server: Server, browser: Chromium) -> Site:
    site = Site.of(server, "shop", "shop.example")
    for visit in (ada, bob, others):
        visit(browser, site)
    until(lambda: site.access.read("/api/web-events/shop/count", bots="1")["count"] >= 6)
    until(server.queryable)
    return site


def read(site: Site, what: str, **params: str) -> Any:
    return site.access.read(f"/api/web-events/{site.access.slug}{what}", **params)


def test_every_event(shop: Site) -> None:
    events = read(shop, "")["items"][::-1]

    def without_port(url: str) -> str:
        scheme, _, rest = url.partition("://")
        host, _, path = rest.partition("/")
        return f"{scheme}://{host.partition(':')[0]}/{path}" if rest else ""

    told = [
        (
            event["event_type"],
            event["custom_event_name"] or None,
            event["hostname"],
            event["path"],
            without_port(event["url"]),
            without_port(event["referrer"] or ""),
            event["country_code"],
            event["browser_family"],
            event["os_family"],
            event["device_type"],
            event["properties"] or {},
        )
        for event in events
    ]
    pricing, thanks = "http://shop.example/pricing?utm_source=letter&utm_medium=email", "http://shop.example/thanks"
    pc, phone = ("US", "Chrome", "Windows", "desktop"), ("NL", "Safari", "iOS", "mobile")
    news = "http://news.example/"
    on = "shop.example"
    assert told == [
        ("pageview", None, on, "/pricing", pricing, news, *pc, {}),
        ("pageview", None, on, "/thanks", thanks, pricing, *pc, {}),
        ("custom", "signup", on, "/thanks", thanks, pricing, *pc, {"plan": "pro"}),
        ("custom", "outbound_click", on, "/thanks", thanks, pricing, *pc, {"url": "http://other.example/x"}),
        ("pageview", None, on, "/", "http://shop.example/", "http://www.google.com/", *phone, {}),
    ]
    assert [len({event[name] for event in events[:4]}) for name in ("visitor_id", "session_id")] == [1, 1]
    assert len({event["session_id"] for event in events}) == 2


def test_what_the_web_surface_says(shop: Site) -> None:
    assert read(shop, "/kpis")["current"] | {"avgDurationSec": None} == {
        "visitors": 2,
        "pageviews": 3,
        "sessions": 2,
        "bounceRate": 0.5,
        "avgDurationSec": None,
    }
    tops = {
        "top-pages": ("path", [("/", 1), ("/pricing", 1), ("/thanks", 1)]),
        "top-referrers": ("referrer", [("google.com", 1), ("news.example", 1)]),
        "top-countries": ("country", [("US", 4), ("NL", 1)]),
        "top-devices": ("device", [("desktop", 4), ("mobile", 1)]),
        "top-browsers": ("browser", [("Chrome", 4), ("Safari", 1)]),
        "top-entry-pages": ("path", [("/", 1), ("/pricing", 1)]),
        "top-exit-pages": ("path", [("/", 1), ("/thanks", 1)]),
    }
    for name, (label, items) in tops.items():
        assert [(item[label], item["count"]) for item in read(shop, f"/{name}")["items"]] == items, name
    assert read(shop, "/count", filter="channel:email")["count"] == 4
    assert read(shop, "/count", filter="channel:search")["count"] == 1


def test_how_pages_were_read(shop: Site) -> None:
    pages = {item["path"]: item for item in read(shop, "/engagement")["items"]}

    assert {path: (page["pageviews"], page["engagedSec"], page["scrollDepth"]) for path, page in pages.items()} == {
        "/": (1, 0.0, None),
        "/pricing": (1, 4.0, 50.0),  # 1,200 + 800 of 4,000 pixels
        "/thanks": (1, 1.5, 20.0),
    }
    assert pages["/"]["cls"] == 0
    assert 0 < pages["/"]["ttfb"] <= pages["/"]["fcp"] <= pages["/"]["lcp"]


def test_who_was_left_out(shop: Site) -> None:
    assert read(shop, "/count", bots="1")["count"] == 6
    assert read(shop, "/count", filter="traffic:bot", bots="1")["count"] == 1
    assert "origin" in str(read(shop, "/dropped"))
