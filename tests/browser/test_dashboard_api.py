"""The dashboard's page about an API: figures, endpoints, requests and consumers, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser.chromium import Chromium
from tests.browser.dashboard import Dashboard, demo, opened, until
from tests.browser.test_dashboard_hostile import SHAPES, inert
from tests.support.collecting import Site
from tests.support.server import Server, running

API = "/sites/demo/api"
SEEN = "Latest requests"
ROWS = "[...document.querySelectorAll('.row bdi')].map(e => e.innerText)"
ROW_OF = "[...document.querySelectorAll('#panel-calls tbody button')]"
CURRENT = f"{ROW_OF}.findIndex(e => e.ariaCurrent === 'true')"
FOCUSED = f"{ROW_OF}.indexOf(document.activeElement)"
BESIDE = (
    "document.querySelector('dialog').getBoundingClientRect().left"
    " >= document.querySelector('#panel-calls').getBoundingClientRect().right"
)
MANY = 10_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo(tmp_path_factory.mktemp("api") / "data", auth="off") as server:
        yield server


@pytest.fixture
def dashboard(browser: Chromium, server: Server) -> Iterator[Dashboard]:
    with opened(browser, server.url) as dashboard:
        yield dashboard
        dashboard.clean()


def test_an_endpoint_is_sorted_to_found_and_filtered_by(dashboard: Dashboard) -> None:
    dashboard.open(API, shows=SEEN).see("/api/products", ".table")
    dashboard.click("[role=columnheader] button", "p95")
    assert until(lambda: dashboard.query.get("sort") == "p95")
    assert until(lambda: dashboard.page.run(ROWS)[0] == "/api/reports/sales")
    assert dashboard.count("[role=columnheader][aria-sort=descending]") == 1
    dashboard.click("section input[type=search]")
    dashboard.type("post cart")
    assert until(lambda: dashboard.page.run(ROWS) == ["/api/cart"])
    before = dashboard.text(".tiles")
    dashboard.click(".row a", "/api/cart")
    assert until(lambda: (dashboard.query.get("endpoint"), dashboard.query.get("method")) == ("/api/cart", "POST"))
    assert until(lambda: dashboard.text(".tiles") != before)
    dashboard.click("button", "Remove the filter Endpoint")
    assert until(lambda: "endpoint" not in dashboard.query)


def test_the_chart_shows_status_classes_and_what_a_tile_chooses(dashboard: Dashboard) -> None:
    dashboard.open(f"{API}?range=7d", shows=SEEN)
    dashboard.wait("document.querySelectorAll('.column').length === 7")
    dashboard.page.run("document.querySelector('[role=application]').focus()")
    dashboard.press("End", "ArrowLeft")
    dashboard.wait("/2xx \\d/.test(document.querySelector('.chart [aria-live]').innerText)")
    dashboard.click("button", "Show as table")
    assert until(lambda: dashboard.count(".figures tbody tr") == 7)
    assert dashboard.page.run("[...document.querySelectorAll('.figures thead th')].map(e => e.innerText).join()") == (
        "Time,5xx,4xx,3xx,2xx"
    )
    assert dashboard.violations() == []
    dashboard.click("button", "Show as table")
    dashboard.press("5")
    assert until(lambda: dashboard.query.get("metric") == "duration")
    dashboard.see("Duration, p95", ".legend")
    dashboard.page.run("document.querySelector('[role=application]').focus()")
    dashboard.press("End", "ArrowLeft", "Enter")
    assert until(lambda: {"from", "to"} <= dashboard.query.keys())


def open_request(dashboard: Dashboard, number: int = 1) -> None:
    """Once the endpoints above the list are there: they move it."""
    dashboard.wait("!!document.querySelector('.row') && !document.querySelector('.sk, .dim')")
    dashboard.click(f"#panel-calls tbody tr:nth-child({number}) button")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_request_opens_beside_the_list_and_leads_to_its_consumer(dashboard: Dashboard, theme: str) -> None:
    dashboard.theme(theme)
    dashboard.open(f"{API}?calls=errors", shows=SEEN)
    open_request(dashboard)
    dashboard.see("Where it stands among", "dialog")
    assert dashboard.count("dialog:modal") == 0
    assert dashboard.page.run(BESIDE)
    assert dashboard.violations() == []
    first = dashboard.text("dialog")
    dashboard.click("dialog button", "Older request")
    assert until(lambda: dashboard.text("dialog") != first)
    assert dashboard.focused() == "Older request"
    dashboard.click("dialog a", "This consumer")
    assert until(lambda: "consumer" in dashboard.query)
    dashboard.gone("dialog")
    dashboard.see("Consumer", ".chips")


def test_the_list_stays_usable_beside_an_open_request(dashboard: Dashboard) -> None:
    dashboard.open(API, shows=SEEN)
    open_request(dashboard)
    dashboard.wait(f"document.querySelector('dialog') && {CURRENT} === 0")
    dashboard.press("ArrowDown", "ArrowDown", "ArrowUp")
    dashboard.wait(f"{CURRENT} === 1 && {FOCUSED} === 1")
    dashboard.press("j", "j", "k")
    dashboard.wait(f"{CURRENT} === 2 && {FOCUSED} === 2")
    dashboard.click("#panel-calls tbody tr:nth-child(5)")
    dashboard.wait(f"{CURRENT} === 4")
    assert dashboard.page.run(
        f"document.querySelector('dialog').innerText.includes({ROW_OF}[4].innerText.split('\\n').at(-1))"
    )
    dashboard.press("Tab")
    assert dashboard.focused() == "Newer request"
    dashboard.press("j")
    dashboard.wait(f"{CURRENT} === 5")
    assert dashboard.focused() == "Newer request"
    dashboard.press("Escape")
    dashboard.gone("dialog")
    dashboard.wait(f"{FOCUSED} === 5")
    dashboard.press("ArrowDown")
    dashboard.wait(f"{FOCUSED} === 6")
    assert dashboard.count("dialog") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_a_request_is_a_sheet(browser: Chromium, server: Server, theme: str) -> None:
    with opened(browser, server.url, width=390, height=844) as dashboard:
        dashboard.theme(theme)
        dashboard.open(API, shows=SEEN)
        open_request(dashboard, 2)
        dashboard.see("Duration", "dialog:modal")
        dashboard.wait("!document.querySelector('.sk, .dim')")
        assert dashboard.violations() == []
        assert dashboard.overflow() <= 0
        dashboard.press("j")
        dashboard.wait(f"{CURRENT} === 2")
        dashboard.click("dialog button", "Close")
        dashboard.gone("dialog")
        dashboard.wait(f"{FOCUSED} === 2")
        dashboard.clean()


def test_consumers_show_what_each_calls(dashboard: Dashboard) -> None:
    dashboard.open(f"{API}?calls=consumers", shows=SEEN).see("app-ios", "#panel-calls")
    dashboard.click("#panel-calls a", "app-ios")
    assert until(lambda: dashboard.query.get("consumer") == "app-ios")
    dashboard.see("/api/products", ".table")
    dashboard.open(f"{API}?consumer=nobody", shows="No request matches these filters")
    dashboard.click("main button", "Remove it")
    dashboard.see("/api/products", ".table")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("query", ["?range=7d&metric=users", "?calls=consumers&method=GET", "?consumer=nobody"])
def test_axe_finds_nothing(dashboard: Dashboard, theme: str, query: str) -> None:
    dashboard.theme(theme)
    dashboard.open(API + query, shows="Bytes sent")
    dashboard.wait("!document.querySelector('.sk, .dim')")
    assert dashboard.violations() == []


@pytest.mark.parametrize("width", [360, 768, 3840])
def test_no_width_scrolls_sideways(browser: Chromium, server: Server, width: int) -> None:
    with opened(browser, server.url, width=width) as dashboard:
        dashboard.open(f"{API}?endpoint=/api/products&method=GET", shows=SEEN)
        dashboard.wait("!document.querySelector('.sk')")
        assert dashboard.overflow() <= 0
        dashboard.clean()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A project with as many endpoints as an answer has, and one of hostile strings."""
    with running(tmp_path_factory.mktemp("large") / "data", flush_interval="0.2", auth="off") as server:
        many, hostile = Site.of(server, "many").access, Site.of(server, "hostile").access
        for start in range(0, MANY, 1000):
            paths = [{"method": "GET", "endpoint": f"/v1/things/{start + number}"} for number in range(1000)]
            assert many.post("/api/tracking/visits", json={"visits": paths}).status_code == 202
        strange = [shape.replace("\0", "") for shape in SHAPES]
        visits = [
            {
                "method": "GET",
                "endpoint": f"/{text}",
                "user_agent": text,
                "referer": text,
                "user_id": text[:60],
                "host": "a.example",
            }
            for text in strange
        ]
        assert hostile.post("/api/tracking/visits", json={"visits": visits}).status_code == 202
        until(server.queryable)
        yield server


def test_ten_thousand_endpoints_draw_as_many_rows_as_are_seen(browser: Chromium, large: Server) -> None:
    with opened(browser, large.url) as dashboard:
        dashboard.open("/sites/many/api?range=24h", shows="10,000 of 10,000 endpoints")
        assert dashboard.count(".row") < 40
        dashboard.page.run("document.querySelector('.scroll').scrollTop = 1e9")
        dashboard.wait("[...document.querySelectorAll('.row')].at(-1)?.ariaRowIndex === '10001'")
        dashboard.click("section input[type=search]")
        dashboard.type("things/9999")
        dashboard.see("1 of 10,000 endpoints")
        dashboard.clean()


def test_an_open_request_stays_when_newer_ones_arrive(browser: Chromium, large: Server) -> None:
    access = Site.of(large, "arriving").access

    def post(endpoint: str) -> None:
        visits = [{"method": "GET", "endpoint": endpoint}]
        assert access.post("/api/tracking/visits", json={"visits": visits}).status_code == 202
        until(large.queryable)

    post("/first")
    with opened(browser, large.url) as dashboard:
        dashboard.open("/sites/arriving/api?range=24h", shows=SEEN)
        open_request(dashboard)
        dashboard.see("/first", "dialog")
        post("/second")
        dashboard.page.run("(now => { Date.now = () => now() + 60000 })(Date.now)")
        dashboard.page.run("document.dispatchEvent(new Event('visibilitychange'))")
        dashboard.wait(f"{ROW_OF}.length === 2 && {CURRENT} === 1 && {FOCUSED} === 1")
        dashboard.see("/first", "dialog")
        dashboard.press("k")
        dashboard.see("/second", "dialog")
        dashboard.clean()


@pytest.mark.parametrize("query", ["", "&calls=consumers", "&endpoint=%3Cimg%20src=x%20onerror=window.pwned=1%3E"])
def test_stored_strings_are_text(browser: Chromium, large: Server, query: str) -> None:
    with opened(browser, large.url) as dashboard:
        dashboard.open(f"/sites/hostile/api?range=24h{query}")
        inert(dashboard)
        if not query:
            open_request(dashboard)
            dashboard.see("Referrer", "dialog")
            inert(dashboard)
