"""What people save with a site, and how they show it to others: goals, segments, funnels, annotations, links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from tests.browser.chromium import Chromium
from tests.browser.dashboard import Dashboard, opened, signed_in, until
from tests.browser.site import Answer, serving
from tests.support.collecting import FIREFOX, Site
from tests.support.server import Server, running

from footfall.clock import system_clock
from footfall.meta import open_meta
from footfall.settings import Settings

WEB = "/sites/shop?range=today&compare=off"
PASSWORD = "correct horse"  # noqa: S105 - of a link of this test
APART = """
(([site, link]) =>
  site.scrollWidth <= site.clientWidth && site.getBoundingClientRect().right <= link.getBoundingClientRect().left
)(['header b', 'header .what'].map(selector => document.querySelector(selector)))
"""
"""The site's name and what the link is called do not cover each other."""


@dataclass(frozen=True)
class Shop:
    server: Server
    site: Site
    admin: str
    reader: str


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running(tmp_path_factory.mktemp("saved") / "data", flush_interval="0.2") as server:
        site = Site.of(server, "shop")
        for path in ("/", "/pricing", "/thanks"):
            assert site.beacon(u=f"https://shop.example{path}").status_code == 202
        assert site.beacon(t="event", n="signup").status_code == 202
        assert site.beacon(u="https://shop.example/pricing", agent=FIREFOX).status_code == 202
        site.rows(5, range="24h")
        meta = open_meta(Settings(data=server.data), system_clock)
        try:
            admin, reader = (meta.create_token("", [scope], ["shop"], None)[0] for scope in ("admin", "read"))
        finally:
            meta.close()
        yield Shop(server, site, admin, reader)


@pytest.fixture
def dashboard(browser: Chromium, shop: Shop) -> Iterator[Dashboard]:
    with opened(browser, shop.server.url) as dashboard:
        yield dashboard
        dashboard.clean()


@pytest.fixture
def admin(dashboard: Dashboard, shop: Shop) -> Dashboard:
    signed_in(dashboard, shop.admin, WEB).see("/pricing", "#panel-pages")
    return dashboard


def write(dashboard: Dashboard, selector: str, text: str) -> None:
    """Into a field, in place of what it holds."""
    dashboard.wait(f"!!document.querySelector({selector!r})")
    dashboard.page.run(f"(e => {{ e.focus(); e.select() }})(document.querySelector({selector!r}))")
    dashboard.type(text)


def accessible(dashboard: Dashboard, *rules: str) -> None:
    """axe-core finds nothing, once nothing waits: what a click asks for is dimmed a moment after it."""
    dashboard.wait("!document.querySelector('.sk, .dim')")
    found = dashboard.violations(*rules)
    if dashboard.count(".sk, .dim"):
        dashboard.wait("!document.querySelector('.sk, .dim')")
        found = dashboard.violations(*rules)
    assert found == []


def saved(dashboard: Dashboard) -> None:
    dashboard.click("dialog button", "Save")
    dashboard.gone("dialog")


def test_a_goal_is_made_filtered_by_changed_and_deleted(admin: Dashboard) -> None:
    admin.click("#panel-events button", "New goal")
    admin.wait("document.activeElement.placeholder === 'Order placed'")
    admin.type("Signed up")
    write(admin, "dialog [aria-label='Filter of the goal']", "custom_event_name:sig")
    admin.see("signup", "dialog ul")
    admin.press("ArrowDown", "Enter")
    accessible(admin)
    saved(admin)
    admin.see("50.00", "#panel-events")
    admin.click("#panel-events .item a", "Signed up")
    assert until(lambda: admin.query.get("filter") == 'goal:"Signed up"')
    admin.see("Goal", ".chips")
    admin.see("/", "#panel-pages")
    admin.click("button", "Clear")
    admin.find("#panel-events .item")
    admin.page.run("document.querySelector('#panel-events .acts button[aria-label^=Edit]').click()")
    write(admin, "dialog input", "Joined")
    saved(admin)
    admin.see("Joined", "#panel-events")
    admin.page.run("document.querySelector('#panel-events .acts button[aria-label^=Edit]').click()")
    admin.click("dialog button", "Delete goal")
    admin.click("dialog button", "Delete it for good?")
    admin.gone("dialog")
    admin.see("What should visitors do here?", "#panel-events")


def test_a_filter_that_names_what_is_gone_says_so(dashboard: Dashboard, shop: Shop) -> None:
    signed_in(dashboard, shop.reader, f"{WEB}&filter=goal:Gone")
    dashboard.see("The filter of this address is not valid")
    dashboard.see("Gone", "main [role=alert]")
    dashboard.click("main button", "Remove it")
    dashboard.see("/pricing", "#panel-pages")


def test_a_filter_is_saved_as_a_segment_and_chosen_from_the_menu_and_the_palette(admin: Dashboard) -> None:
    admin.page.run("document.querySelector('[aria-label^=\"Show only Firefox\"]').click()")
    admin.click(".chips button", "Save")
    admin.wait("document.activeElement.placeholder === 'Phones in Germany'")
    admin.type("Foxes")
    accessible(admin)
    saved(admin)
    assert until(lambda: admin.query.get("filter") == "segment:Foxes")
    admin.see("Segment", ".chips")
    admin.click("button", "Clear")
    admin.press("f")
    admin.click(".segments button", "Foxes")
    assert until(lambda: admin.query.get("filter") == "segment:Foxes")
    admin.click("button", "Clear")
    admin.press("k", modifiers=2)
    admin.wait("document.activeElement.role === 'combobox'")
    admin.type("foxes")
    admin.click("[role=option]", "Segment is Foxes")
    assert until(lambda: admin.query.get("filter") == "segment:Foxes")


def test_an_annotation_stands_on_the_chart_for_the_pointer_and_the_keyboard(admin: Dashboard) -> None:
    admin.open("/sites/shop?range=7d&compare=off").see("/pricing", "#panel-pages")
    admin.wait("!!document.querySelector('.u-over')")
    admin.click("button", "Annotations")
    admin.see("Nothing is noted yet", "dialog")
    admin.click("dialog button", "New annotation")
    admin.wait("document.activeElement.placeholder === 'Winter catalogue sent'")
    admin.type("New <b>checkout</b>")
    accessible(admin)
    saved(admin)
    admin.find(".flag", "New <b>checkout</b>")
    admin.page.run("document.querySelector('.flag').focus()")
    admin.wait("getComputedStyle(document.querySelector('.about')).display === 'grid'")
    accessible(admin)
    admin.press("Enter")
    write(admin, "dialog input", "Old checkout")
    saved(admin)
    admin.find(".flag", "Old checkout")
    admin.page.run("document.querySelector('[role=application]').focus()")
    admin.press("End")
    admin.wait("document.querySelector('.chart [aria-live]').innerText.includes('Old checkout')")
    admin.click("button", "Annotations")
    admin.click("dialog button", "Edit the annotation Old checkout")
    admin.click("dialog button", "Delete annotation")
    admin.click("dialog button", "Delete it for good?")
    admin.gone(".note")


def test_a_click_on_a_day_annotates_it(admin: Dashboard) -> None:
    admin.open("/sites/shop?range=7d&compare=off").see("/pricing", "#panel-pages")
    admin.wait("!!document.querySelector('.u-over') && !document.querySelector('[aria-busy=true]')")
    admin.click(".u-over")
    admin.see("Annotate it", ".chart")
    accessible(admin)
    admin.click(".chart button", "Annotate it")
    admin.wait("document.activeElement.placeholder === 'Winter catalogue sent'")
    day = admin.page.run("document.querySelector('dialog [type=date]').value")
    assert day == str(datetime.now(UTC).date() - timedelta(days=6))
    admin.press("Escape")
    admin.gone("dialog")


def test_a_funnel_is_saved_chosen_renamed_and_deleted(admin: Dashboard) -> None:
    steps = "journeys=funnel&step=path:/&step=path:/thanks"
    admin.open(f"{WEB}&{steps}")
    admin.find("#panel-journeys")
    admin.see("take all 2 steps", "#panel-journeys")
    admin.click("#panel-journeys button", "Save")
    admin.wait("document.activeElement.placeholder === 'From product to order'")
    admin.type("To thanks")
    accessible(admin)
    saved(admin)
    admin.see("To thanks", "#panel-journeys")
    admin.open(f"{WEB}&journeys=funnel")
    admin.find("#panel-journeys")
    admin.click("#panel-journeys button", "Saved funnels")
    admin.click("#panel-journeys [role=menuitemradio]", "To thanks")
    assert until(lambda: admin.query.get("step") == "path:/thanks")
    admin.click("#panel-journeys button", "Edit the funnel To thanks")
    admin.click("dialog button", "Delete funnel")
    admin.click("dialog button", "Delete it for good?")
    admin.gone("dialog")
    admin.see("Save", "#panel-journeys")


def test_who_may_not_change_sees_no_control_that_does(dashboard: Dashboard, shop: Shop) -> None:
    signed_in(dashboard, shop.reader, f"{WEB}&filter=browser:Firefox").see("/pricing", "#panel-pages")
    dashboard.see("scope “admin”", "#panel-events")
    buttons = dashboard.page.run("[...document.querySelectorAll('button')].map(e => e.innerText.trim())")
    assert not {"Share", "Save", "New goal"} & set(buttons)
    dashboard.press("f")
    dashboard.see("Page", ".editor")
    assert not dashboard.count("[aria-label^='Edit the segment']")


def make_link(dashboard: Dashboard, *wanted: str, origin: str = "") -> str:
    dashboard.click("header button", "Share")
    dashboard.see("Make link", "dialog")
    for label in wanted:
        dashboard.click("dialog label", label)
    if "Ask for a password" in wanted:
        write(dashboard, "dialog [type=password]", PASSWORD)
    if origin:
        write(dashboard, "dialog input.mono", origin)
    accessible(dashboard)
    dashboard.click("dialog button", "Make link")
    dashboard.see("is ready", "dialog")
    accessible(dashboard)
    return str(dashboard.page.run("document.querySelector('#made-Link').value"))


def test_a_link_shows_the_view_to_somebody_outside_until_it_is_revoked(
    admin: Dashboard, browser: Chromium, shop: Shop
) -> None:
    url = make_link(admin, "Only this range")
    with opened(browser, shop.server.url) as outside:
        outside.page.goto(url)
        outside.see("Shared with you")
        outside.see("/pricing", "#panel-pages")
        outside.see("A goal is", "#panel-events")
        assert not outside.count(
            "#panel-live, .online, header nav, [aria-label^='Download'], [aria-label^='Comparison']"
        )
        outside.click("#panel-pages a", "All pages")
        outside.see("Bounce", "dialog")
        assert not outside.count("dialog [download]")
        outside.press("Escape")
        outside.gone("dialog")
        outside.page.run("document.querySelector('#panel-pages .item a').click()")
        outside.see("Page", ".chips")
        assert "#ff_shr_" in outside.page.run("location.href")
        accessible(outside)
        admin.page.run("[...document.querySelectorAll('dialog li button')].at(-1).click()")
        admin.click("dialog button", "Revoke it?")
        admin.see("Another link", "dialog")
        assert until(lambda: "Links of this site" not in admin.text("dialog"))
        outside.page.run("document.querySelector('button[aria-label^=\"Remove the filter\"]').click()")
        outside.see("This link no longer works")
        outside.page.leave()
        outside.page.goto(url)
        outside.see("This link no longer works")
        assert outside.page.run("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})") == "{}"
        outside.clean()


def test_a_link_with_a_password_and_a_filter_asks_for_the_one_and_keeps_to_the_other(
    admin: Dashboard, browser: Chromium, shop: Shop
) -> None:
    admin.page.run("document.querySelector('[aria-label^=\"Show only Firefox\"]').click()")
    admin.see("Browser", ".chips")
    url = make_link(admin, "Ask for a password")
    with opened(browser, shop.server.url, width=390, height=844) as outside:
        outside.page.goto(url)
        outside.see("A password, please")
        outside.wait("document.activeElement.id === 'password'")
        accessible(outside)
        outside.type("wrong horse")
        outside.press("Enter")
        outside.see("That is not the password")
        outside.type(PASSWORD)  # it takes the wrong one's place
        outside.press("Enter")
        outside.see("/pricing", "#panel-pages")
        assert outside.page.run(APART)
        outside.see("Browser is Firefox", ".chips")
        assert "/thanks" not in outside.text("#panel-pages")
        assert "Entry" not in outside.text("#panel-pages")
        assert "filter" not in outside.query
        assert outside.overflow() == 0
        assert outside.page.errors == []


def test_what_opens_has_contrast_in_the_dark(admin: Dashboard) -> None:
    admin.theme("dark")
    for open_, shows in (("s", "Make link"), ("f", "Page")):
        admin.press(open_)
        admin.see(shows, "dialog, .editor")
        accessible(admin, "color-contrast")
        admin.press("Escape")
    admin.click("#panel-events button", "New goal")
    admin.see("Any filter", "dialog")
    accessible(admin, "color-contrast")


def test_a_link_that_is_not_complete_says_so(dashboard: Dashboard) -> None:
    dashboard.open("/share/shr_m5m54jeucvftczhx", shows="This link is not complete")
    dashboard.page.run("location.hash = 'ff_shr_wrong'")
    dashboard.see("This link no longer works")


def test_a_page_that_a_link_names_shows_it_in_a_frame_and_no_other_does(admin: Dashboard, browser: Chromium) -> None:
    code: list[str] = []
    page = lambda _: Answer(f"<!doctype html><title>Intranet</title>{code[0]}", type="text/html")  # noqa: E731 - one line
    with serving(page) as port:
        make_link(admin, "Show it inside a page", origin=f"http://127.0.0.1:{port}")
        code.append(str(admin.page.run("document.querySelector('#made-Frame').value")))
        with opened(browser, f"http://127.0.0.1:{port}") as named:
            named.open("/")
            assert until(lambda: "/pricing" in framed(named))
            assert "Shared with you" not in framed(named)
            named.clean()
        with opened(browser, f"http://localhost:{port}") as other:
            other.open("/")
            assert until(lambda: other.page.refused)
            assert "frame-ancestors" in other.page.refused[0]


def framed(dashboard: Dashboard) -> str:
    """The text of the page's frame."""
    tree = dashboard.page.call("Page.getFrameTree")["frameTree"]
    frame = tree["childFrames"][0]["frame"]["id"]
    world = dashboard.page.call("Page.createIsolatedWorld", frameId=frame)["executionContextId"]
    answer = dashboard.page.call("Runtime.evaluate", expression="document.body.innerText", contextId=world)
    return str(answer["result"].get("value"))
