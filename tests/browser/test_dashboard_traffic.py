"""The dashboard's pages of network and proxy traffic, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser.chromium import Chromium
from tests.browser.dashboard import Dashboard, demo, opened, until
from tests.browser.test_dashboard_hostile import SHAPES, inert
from tests.support.collecting import Site
from tests.support.server import Server, running

NETWORK, PROXY = "/sites/demo/network", "/sites/demo/proxy"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo(tmp_path_factory.mktemp("traffic") / "data", auth="off") as server:
        yield server


@pytest.fixture
def dashboard(browser: Chromium, server: Server) -> Iterator[Dashboard]:
    with opened(browser, server.url) as dashboard:
        yield dashboard
        dashboard.clean()


def test_network_traffic_has_two_ranges_nine_groupings_and_an_age(dashboard: Dashboard) -> None:
    dashboard.open(NETWORK, shows="As of")
    assert dashboard.count(".grid table") == 9
    day = dashboard.text(".tiles")
    dashboard.click("main button", "Last 7 days")
    assert until(lambda: dashboard.query.get("range") == "weekly")
    assert until(lambda: dashboard.text(".tiles") != day)
    dashboard.click(".tile", "Bytes sent")
    assert until(lambda: dashboard.query.get("metric") == "bytes")
    before = dashboard.text(".tiles")
    dashboard.click("main label", "Count programs")
    assert until(lambda: dashboard.query.get("bots") == "0")
    assert until(lambda: dashboard.text(".tiles") != before)


def test_proxy_traffic_is_filtered_by_domain_and_by_form(dashboard: Dashboard) -> None:
    dashboard.open(PROXY, shows="Most at once").see("google.com")
    dashboard.click("section table a", "google.com")
    assert until(lambda: dashboard.query.get("domain") == "google.com")
    dashboard.see("1 website, page 1 of 1")
    dashboard.click("main .bar button", "Filter")
    dashboard.wait("document.activeElement.name === 'domain'")
    dashboard.page.run("document.activeElement.select()")
    dashboard.type("nowhere.example")
    dashboard.press("Enter")
    dashboard.see("No proxy logs in this range")
    dashboard.click("button", "Remove the filter Domain")
    dashboard.see("timeout", "section[aria-label=Errors]")


def test_a_range_that_is_too_long_for_proxies_says_so(dashboard: Dashboard) -> None:
    dashboard.open(f"{PROXY}?range=12m", shows="62 days at most")
    dashboard.click("main button", "Last 30 days")
    dashboard.see("google.com")


def test_pages_of_a_site_share_the_range(dashboard: Dashboard) -> None:
    dashboard.open(f"{PROXY}?range=7d&domain=google.com", shows="google.com")
    dashboard.click("header nav a", "API")
    assert until(lambda: dashboard.path.endswith("/api"))
    assert dashboard.query == {"range": "7d"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", [f"{NETWORK}?metric=bytes", f"{PROXY}?range=7d&metric=errors", f"{PROXY}?range=all"])
def test_axe_finds_nothing(dashboard: Dashboard, theme: str, path: str) -> None:
    dashboard.theme(theme)
    dashboard.open(path, shows="Demo shop")
    dashboard.wait("!!document.querySelector('main section, main .surface') && !document.querySelector('.sk, .dim')")
    assert dashboard.violations() == []


@pytest.mark.parametrize("width", [360, 768, 3840])
def test_no_width_scrolls_sideways(browser: Chromium, server: Server, width: int) -> None:
    with opened(browser, server.url, width=width) as dashboard:
        for path in (NETWORK, f"{PROXY}?domain=google.com"):
            dashboard.open(path, shows="Requests")
            dashboard.wait("!document.querySelector('.sk')")
            assert dashboard.overflow() <= 0, path
        dashboard.clean()


@pytest.mark.parametrize("page", ["network", "proxy"])
def test_stored_strings_are_text(browser: Chromium, tmp_path_factory: pytest.TempPathFactory, page: str) -> None:
    with running(tmp_path_factory.mktemp("strange") / "data", flush_interval="0.2", auth="off") as server:
        access = Site.of(server, "hostile").access
        strange = [shape.replace("\0", "") for shape in SHAPES]
        visits = [{"method": "GET", "endpoint": f"/{one}", "user_agent": one, "referer": one} for one in strange]
        assert access.post("/api/tracking/visits", json={"visits": visits}).status_code == 202
        until(server.queryable)
        with opened(browser, server.url) as dashboard:
            dashboard.open(f"/sites/hostile/{page}")
            inert(dashboard)
