"""The dashboard while something is wrong: the server is gone, slow or half broken, the session over, the site empty."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from tests.browser.chromium import Chromium
from tests.browser.dashboard import CONTROL, Dashboard, opened, signed_in, until
from tests.support.collecting import Site
from tests.support.server import Server, running

LOST = "The connection is lost"
STYLED = "[...document.querySelectorAll('link[rel=stylesheet]')].every(e => e.sheet?.cssRules.length)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("faults") / "data", flush_interval="0.2") as server:
        yield server


@pytest.fixture(scope="module")
def shop(server: Server) -> Site:
    site = Site.of(server, "shop")
    for path in ("/", "/pricing"):
        assert site.beacon(u=f"https://shop.example{path}").status_code == 202
    site.rows(2, range="24h")
    return site


@pytest.fixture
def dashboard(browser: Chromium, server: Server) -> Iterator[Dashboard]:
    with opened(browser, server.url) as dashboard:
        yield dashboard
        assert dashboard.page.refused == []


def test_a_token_is_exchanged_and_not_kept(dashboard: Dashboard, shop: Site) -> None:
    dashboard.open("/sites/shop", shows="Sign in to Footfall")
    dashboard.wait("document.activeElement.id === 'token'")
    dashboard.type("ff_pat_wrong")
    dashboard.press("Enter")
    dashboard.see("not known")
    dashboard.press("a")  # what is wrong is selected: typing replaces it
    dashboard.page.run("document.activeElement.select()")
    dashboard.type(shop.access.token)
    dashboard.press("Enter")
    dashboard.see("/pricing", "#panel-pages")
    kept = dashboard.page.run(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state])"
    )
    assert shop.access.token not in kept
    assert "footfall_session" not in kept
    assert shop.access.token not in dashboard.page.run("document.documentElement.outerHTML")
    assert dashboard.path == "/sites/shop"


def test_a_session_that_ends_asks_to_sign_in_and_comes_back_to_the_view(dashboard: Dashboard, shop: Site) -> None:
    view = "/sites/shop?range=today&metric=pageviews"
    signed_in(dashboard, shop.access.token, view)
    dashboard.see("/pricing", "#panel-pages")
    dashboard.page.run(
        "fetch('/api/session').then(r => r.json()).then(({csrf}) =>"
        " fetch('/api/session', {method: 'DELETE', headers: {'x-csrf-token': csrf}})).then(() => 0)"
    )
    dashboard.press("w")
    dashboard.see("Your session ended")
    dashboard.wait("document.activeElement.id === 'token'")
    dashboard.type(shop.access.token)
    dashboard.press("Enter")
    dashboard.see("/pricing", "#panel-pages")
    assert dashboard.query["metric"] == "pageviews"


def test_signing_out_leaves_nothing(dashboard: Dashboard, shop: Site) -> None:
    signed_in(dashboard, shop.access.token)
    dashboard.see("/pricing", "#panel-pages")
    dashboard.click("header button", "More")
    dashboard.click("[role=menuitem]", "Sign out")
    dashboard.see("Sign in to Footfall")
    dashboard.open("/sites/shop", shows="Sign in to Footfall")


def test_a_second_sign_in_leaves_the_first_tab_able_to_change(dashboard: Dashboard, shop: Site) -> None:
    signed_in(dashboard, shop.access.token)
    dashboard.see("/pricing", "#panel-pages")
    dashboard.exchange(shop.access.token)  # as another tab would
    dashboard.click("header button", "More")
    dashboard.click("[role=menuitem]", "Sign out")
    dashboard.see("Sign in to Footfall")


def test_a_sign_out_that_fails_is_said(dashboard: Dashboard, shop: Site) -> None:
    signed_in(dashboard, shop.access.token)
    dashboard.see("/pricing", "#panel-pages")
    dashboard.page.call("Network.setBlockedURLs", urls=["*/api/session"])
    dashboard.click("header button", "More")
    dashboard.click("[role=menuitem]", "Sign out")
    dashboard.see("You are still signed in. The server did not answer.", "[role=alert]")
    assert dashboard.violations() == []
    dashboard.page.call("Network.setBlockedURLs", urls=[])
    dashboard.click("[role=alert] button", "Try again")
    dashboard.see("Sign in to Footfall")


def test_a_panel_that_fails_leaves_the_others_alone(dashboard: Dashboard, shop: Site) -> None:
    dashboard.page.call("Network.setBlockedURLs", urls=["*/top-flows*"])
    signed_in(dashboard, shop.access.token)
    dashboard.see("/pricing", "#panel-pages")
    dashboard.find("#panel-journeys")
    dashboard.see("Flows did not load", "#panel-journeys")
    dashboard.see("/pricing", "#panel-pages")
    dashboard.page.call("Network.setBlockedURLs", urls=[])
    dashboard.click("#panel-journeys button", "Try again")
    assert until(lambda: "did not load" not in dashboard.text("#panel-journeys"))
    dashboard.gone(".offline")


def test_a_dialog_that_fails_to_load_says_so_and_opens_later(dashboard: Dashboard, shop: Site) -> None:
    signed_in(dashboard, shop.access.server.admin().token).see("/pricing", "#panel-pages")
    for key, chunk, shows in (("s", "Edited", "Make link"), ("k", "Palette", "All sites")):
        dashboard.page.call("Network.setBlockedURLs", urls=[f"*/{chunk}-*"])
        dashboard.press(key, modifiers=CONTROL if key == "k" else 0)
        dashboard.see("did not load", "dialog")
        dashboard.press("Escape")
        dashboard.gone("dialog")
        dashboard.page.call("Network.setBlockedURLs", urls=[])
        dashboard.press(key, modifiers=CONTROL if key == "k" else 0)
        dashboard.see(shows, "dialog")
        assert dashboard.page.run(STYLED)
        dashboard.press("Escape")
        dashboard.gone("dialog")


def test_a_slow_server_shows_skeletons_and_nothing_moves(dashboard: Dashboard, server: Server, shop: Site) -> None:
    signed_in(dashboard, shop.access.token)
    dashboard.see("/pricing", "#panel-pages")
    boxes = "[...document.querySelectorAll('main section, .tile')].slice(0)"
    where = f"JSON.stringify({boxes}.map(e => e.getBoundingClientRect().y))"
    before = dashboard.page.run(where)
    assert server.process
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        dashboard.press("w")  # another range: the old figures dim
        assert until(lambda: dashboard.count(".dim"))
        dashboard.click("#panel-pages [role=tab], [role=tab]", "Entry")  # never loaded: a skeleton
        assert until(lambda: dashboard.count("#panel-pages .sk"))
        dashboard.page.run("scrollTo({top: 0, behavior: 'instant'})")
        assert dashboard.page.run(where) == before
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    dashboard.see("/", "#panel-pages")
    dashboard.gone(".dim, .sk")
    assert dashboard.page.run(where) == before


def test_a_server_that_dies_is_said_and_found_again(dashboard: Dashboard, server: Server, shop: Site) -> None:
    signed_in(dashboard, shop.access.token)
    dashboard.see("/pricing", "#panel-pages")
    server.kill()
    dashboard.press("w")
    dashboard.see(LOST)
    dashboard.see("did not load")
    server.start()
    assert until(lambda: LOST not in dashboard.text())
    dashboard.see("/pricing", "#panel-pages")
    assert until(lambda: "did not load" not in dashboard.text("main"))


def test_a_site_without_events_waits_for_the_first(dashboard: Dashboard, server: Server) -> None:
    site = Site.of(server, "empty")
    signed_in(dashboard, site.access.token, "/sites/empty")
    dashboard.see("Waiting for the first event")
    dashboard.see(f'data-key="{site.key}"')
    assert dashboard.violations() == []
    assert site.beacon(u="https://shop.example/hello").status_code == 202
    dashboard.see("Received.")
    dashboard.see("/hello")
    dashboard.click("button", "Open the dashboard")
    dashboard.see("/hello", "#panel-pages")


def test_a_filter_that_nothing_matches_names_itself(dashboard: Dashboard, shop: Site) -> None:
    signed_in(dashboard, shop.access.token, "/sites/shop?range=today&filter=path:/nowhere")
    dashboard.see("Nothing matches these filters", "#panel-pages")
    dashboard.see("/nowhere", "#panel-pages")
    dashboard.click("#panel-pages button", "Remove it")
    dashboard.see("/pricing", "#panel-pages")
    dashboard.open("/sites/shop?range=today&filter=colour:red", shows="not valid")
    assert "did not load" not in dashboard.text()
    assert not [one for one in dashboard.page.requests if "colour" in one["url"] and "/api/" in one["url"]]
    dashboard.click("main button", "Remove it")
    dashboard.see("/pricing", "#panel-pages")


def test_the_sign_in_page_has_no_axe_findings(dashboard: Dashboard) -> None:
    for theme in ("light", "dark"):
        dashboard.theme(theme)
        dashboard.open("/sign-in", shows="Sign in to Footfall")
        assert dashboard.violations() == []
