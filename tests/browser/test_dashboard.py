"""The dashboard's pages with the demo's data, in a real browser: every flow that a person has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from tests.browser.chromium import Chromium
from tests.browser.dashboard import ALT, CONTROL, Dashboard, demo, opened, until
from tests.support.server import Server

WEB = "/sites/demo"
FIGURES = "from "  # beneath a tile: the figure that it is compared with
CANVAS = ".u-over"
OPENED = "new Promise(done => setTimeout(done, 300))"  # what opens fades in, and has other colours till then


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo(tmp_path_factory.mktemp("dashboard") / "data", auth="off") as server:
        yield server


@pytest.fixture
def dashboard(browser: Chromium, server: Server) -> Iterator[Dashboard]:
    with opened(browser, server.url) as dashboard:
        yield dashboard
        dashboard.clean()


def test_the_first_view_has_every_panel_and_asks_for_those_that_share_a_scan_together(dashboard: Dashboard) -> None:
    dashboard.open(WEB, shows=FIGURES)
    for panel in ("pages", "sources", "tech"):
        dashboard.see("%", f"#panel-{panel}")
    dashboard.see("Germany", "#panel-places")
    asked = [one["url"] for one in dashboard.page.requests if "/api/web-events/" in one["url"]]
    assert sum("/panels?" in url for url in asked) == 1
    assert not [url for url in asked if "/top-pages" in url or "/kpis" in url]
    hosts = {url.split("/")[2] for url in (one["url"] for one in dashboard.page.requests) if url.startswith("http")}
    assert hosts == {dashboard.url.split("/")[2]}


def test_a_click_filters_alt_excludes_and_back_takes_it_away(dashboard: Dashboard) -> None:
    dashboard.open(WEB, shows=FIGURES).see("Germany")
    before = visitors(dashboard)
    dashboard.click("#panel-places .item a", "Germany")
    assert until(lambda: dashboard.query.get("filter") == "country:DE")
    assert until(lambda: visitors(dashboard) < before)
    dashboard.see("Country", ".chips")
    dashboard.back()
    assert until(lambda: visitors(dashboard) >= before)  # more have come meanwhile
    dashboard.click("#panel-places .item a", "Germany", modifiers=ALT)
    assert until(lambda: dashboard.query.get("filter") == "!country:DE")
    dashboard.see("is not", ".chips")
    dashboard.click("button", "Remove the filter Country")
    assert until(lambda: "filter" not in dashboard.query)


def visitors(dashboard: Dashboard) -> int:
    """What the first tile shows."""
    return int(dashboard.text(".tile .figure").replace(",", "") or 0)


def test_tiles_choose_the_line_and_dragging_chooses_the_days(dashboard: Dashboard) -> None:
    dashboard.open(WEB, shows=FIGURES)
    dashboard.click(".tile", "Pageviews")
    assert until(lambda: dashboard.query.get("metric") == "pageviews")
    dashboard.wait(
        "document.querySelector('[role=application]').getAttribute('aria-label').startsWith('Pageviews per day')"
    )
    dashboard.wait(f"!!document.querySelector('{CANVAS}')")

    def redraw() -> None:
        dashboard.theme("dark")
        dashboard.page.run("requestAnimationFrame(() => requestAnimationFrame(() => (window.redrawn = true)))")
        dashboard.wait("window.redrawn")

    dashboard.drag(CANVAS, 0.2, 0.5, half_way=redraw)
    assert until(lambda: {"from", "to"} <= dashboard.query.keys())
    days = date.fromisoformat(dashboard.query["to"]) - date.fromisoformat(dashboard.query["from"])
    assert timedelta(days=6) <= days <= timedelta(days=11)


def test_the_chart_reads_itself_to_those_who_do_not_see_it(dashboard: Dashboard) -> None:
    dashboard.open(f"{WEB}?range=7d", shows=FIGURES)
    dashboard.wait(f"!!document.querySelector('{CANVAS}')")
    dashboard.page.run("document.querySelector('[role=application]').focus()")
    dashboard.press("End", "ArrowLeft")
    dashboard.wait("/: \\d.*before \\d/.test(document.querySelector('.chart [aria-live]').innerText)")
    dashboard.click("button", "Show as table")
    assert until(lambda: dashboard.count(".plot tbody tr") == 7)


def test_ranges_steps_and_comparisons_have_keys(dashboard: Dashboard) -> None:
    dashboard.open(WEB, shows=FIGURES)
    dashboard.press("w")
    assert until(lambda: dashboard.query.get("range") == "7d")
    dashboard.press("ArrowLeft")
    assert until(lambda: "from" in dashboard.query)
    first = date.fromisoformat(dashboard.query["from"])
    dashboard.press("ArrowLeft")
    assert until(lambda: dashboard.query.get("from") == str(first - timedelta(days=7)))
    dashboard.press("x")
    assert until(lambda: dashboard.query.get("compare") == "off")
    dashboard.gone(".tiles .delta")
    dashboard.press("?")
    assert until(lambda: dashboard.count("dialog li"))
    dashboard.see("Last 12 months", "dialog")
    dashboard.press("Escape")
    dashboard.gone("dialog")


def test_days_of_the_calendar_are_a_range(dashboard: Dashboard) -> None:
    dashboard.open(WEB, shows=FIGURES)
    dashboard.press("c")
    dashboard.click(".calendar [aria-label='Month before']")
    dashboard.click(".calendar button", "3 ")  # the label holds the month: `3 October 2026`
    dashboard.see("Now the last day")
    dashboard.click(".calendar button", "13 ")
    assert until(lambda: {"from", "to"} <= dashboard.query.keys())
    assert dashboard.query["from"].endswith(("-03", "-13"))
    assert dashboard.query["to"].endswith("-13")


def test_a_filter_is_typed_with_completion_of_keys_and_values(dashboard: Dashboard) -> None:
    dashboard.open(WEB, shows=FIGURES)
    dashboard.press("f")
    dashboard.wait("document.activeElement.role === 'combobox'")
    dashboard.type("!cou")
    dashboard.see("Country", ".editor")
    dashboard.press("Tab")
    dashboard.wait("document.activeElement.value === '!country:'")
    dashboard.type("germ")
    dashboard.see("Germany", ".editor ul")
    dashboard.press("ArrowDown", "Enter")
    dashboard.wait("document.activeElement.value === '!country:DE'")
    dashboard.press("Enter")
    assert until(lambda: dashboard.query.get("filter") == "!country:DE")
    dashboard.click("button", "As text")
    dashboard.wait("document.activeElement.value === '!country:DE'")
    dashboard.type(" colour:red")
    dashboard.wait("[...document.querySelectorAll('.editor .primary')].every(e => e.disabled)")


def test_a_list_opens_whole_and_is_searched(dashboard: Dashboard) -> None:
    dashboard.open(WEB, shows=FIGURES)
    dashboard.click("#panel-pages ~ * a, .panel a", "All pages")
    dashboard.see("Bounce", "dialog")
    dashboard.type("product")
    dashboard.wait(
        "(all => all.length > 0 && all.every(e => e.innerText.includes('product')))"
        "([...document.querySelectorAll('dialog .item bdi')])"
    )
    assert dashboard.query["list"] == "top-pages"
    link = dashboard.wait("document.querySelector('dialog a[download]').href")
    kind = dashboard.page.run(
        f"fetch({link!r}).then(async r => r.headers.get('content-type') + (await r.text()).slice(0, 5))"
    )
    assert kind.startswith("text/csv")
    assert kind.endswith("path,")
    dashboard.back()
    dashboard.gone("dialog")


def test_a_list_is_searched_by_the_names_that_it_shows(dashboard: Dashboard) -> None:
    dashboard.open(f"{WEB}?list=top-countries", shows=FIGURES)
    dashboard.see("Germany", "dialog")
    every = dashboard.count("dialog .item")
    dashboard.type("germ")
    dashboard.see("1 of 1", "dialog")
    assert dashboard.text("dialog .item bdi") == "Germany"
    dashboard.type("x")
    dashboard.see("Nothing contains “germx”", "dialog")
    dashboard.page.run("document.activeElement.select(); document.execCommand('delete')")
    assert until(lambda: dashboard.count("dialog .item") == every)


@pytest.mark.parametrize(
    ("parameter", "panel", "endpoint"),
    [
        ("", "places", "top-countries"),
        ("sources=campaigns", "sources", "top-utm-campaigns"),
        ("sources=campaigns&campaign=utm_medium", "sources", "top-utm-mediums"),
    ],
)
def test_tabs_that_are_more_than_a_list_search_and_download_it_too(
    dashboard: Dashboard, parameter: str, panel: str, endpoint: str
) -> None:
    dashboard.open(f"{WEB}?{parameter}", shows=FIGURES)
    head = f"section:has(> #panel-{panel}) > header"
    file = dashboard.wait(f"document.querySelector('{head} a[download]').href")
    assert f"/{endpoint}?" in file
    assert "order=visitors" in file  # as the panel is
    dashboard.click(f"{head} a", "Search")
    assert until(lambda: dashboard.query.get("list") == endpoint)
    dashboard.see("Bounce", "dialog")


def test_many_filters_stand_beside_the_button_that_adds_one(dashboard: Dashboard) -> None:
    terms = "+".join(f"path:/page-{number}" for number in range(30))
    dashboard.open(f"{WEB}?filter={terms}", shows="Nothing matches these filters")
    left, right = dashboard.page.run(
        "[document.querySelector('.chips').getBoundingClientRect().left,"
        " document.querySelector('main .bar .btn').getBoundingClientRect().right]"
    )
    assert left >= right


def test_the_tab_of_the_address_is_in_view_on_a_phone(browser: Chromium, server: Server) -> None:
    with opened(browser, server.url, width=360) as dashboard:
        dashboard.open(f"{WEB}?places=zones", shows="Demo shop")
        dashboard.see("Time zone", "#panel-places")
        assert dashboard.wait(
            "(([tab, strip]) => tab.left >= strip.left && tab.right <= strip.right)"
            "(['#panel-places-zones', 'section:has(> #panel-places) [role=tablist]']"
            ".map(name => document.querySelector(name).getBoundingClientRect()))"
        )


def test_the_palette_goes_to_sites_and_adds_filters(dashboard: Dashboard) -> None:
    dashboard.open("/", shows="Demo shop")
    dashboard.press("k", modifiers=CONTROL)
    dashboard.wait("document.activeElement.role === 'combobox'")
    assert dashboard.violations() == []
    dashboard.type("demo")
    dashboard.wait("document.querySelector('[role=option][aria-selected=true]').innerText.includes('Demo shop')")
    dashboard.press("Enter")
    assert until(lambda: dashboard.path == WEB)
    dashboard.see(FIGURES)
    dashboard.press("k", modifiers=CONTROL)
    dashboard.wait("document.activeElement.role === 'combobox'")
    dashboard.type("berl")
    dashboard.see("City is Berlin", "dialog")
    dashboard.press("Enter", modifiers=ALT)
    assert until(lambda: dashboard.query.get("filter") == "!city:Berlin")
    dashboard.gone("dialog")
    dashboard.click("header button", "Search or jump to")
    dashboard.wait("document.activeElement.role === 'combobox'")
    dashboard.type("country")
    dashboard.wait(
        "document.querySelector('[role=option][aria-selected=true]').innerText.includes('Filter by country')"
    )
    dashboard.press("Enter")
    dashboard.wait("document.activeElement.value === 'country:'")
    dashboard.press("Escape")
    dashboard.press("k", modifiers=CONTROL)
    dashboard.wait("document.activeElement === document.querySelector('dialog input')")
    dashboard.type("qqqq")
    dashboard.see("Nothing is called that", "dialog")
    dashboard.press("Escape")
    dashboard.gone("dialog")


@pytest.mark.parametrize(
    ("parameter", "tab", "shows"),
    [
        ("sources=campaigns", "Campaigns", "Medium"),
        ("places=languages", "Languages", "Language"),
        ("events=goals", "Goals", "Order placed"),
        ("events=properties", "Properties", "product"),
        ("journeys=flows", "Flows", "pages"),
        ("journeys=funnel&step=path:/&step=path:/checkout", "Funnel", "left"),
        ("journeys=retention", "Retention", "100"),
        ("reading=engagement", "Engagement", "Scroll depth"),
        ("reading=vitals", "Web vitals", "LCP"),
        ("traffic=classes", "Traffic classes", "AI crawlers"),
        ("traffic=dropped", "Left out", ""),
    ],
)
def test_a_tab_stands_in_the_address(dashboard: Dashboard, parameter: str, tab: str, shows: str) -> None:
    dashboard.open(f"{WEB}?{parameter}")
    panel = parameter.partition("=")[0]
    dashboard.find(f"#panel-{panel}")
    dashboard.see(shows, f"#panel-{panel}")
    chosen = (
        f"document.querySelector('#panel-{panel}').closest('section').querySelector('[aria-selected=true]').innerText"
    )
    assert dashboard.page.run(chosen).strip() == tab


def test_a_visitor_has_a_page_of_sessions(dashboard: Dashboard, server: Server) -> None:
    listed = server.http.get("/api/web-events/demo", params={"range": "30d", "limit": 1}).json()
    visitor = listed["items"][0]["visitor_id"]
    dashboard.open(f"{WEB}/visitors/{visitor}", shows="First seen")
    dashboard.see(":", ".sessions")
    dashboard.click("a", "All figures of this visitor")
    assert until(lambda: dashboard.query.get("filter") == f"visitor_id:{visitor}")
    dashboard.see("1", ".tiles")
    dashboard.open(f"{WEB}/visitors/nobody", shows="There is no such visitor")


def test_all_sites_are_cards_that_lead_to_them(dashboard: Dashboard) -> None:
    dashboard.open("/", shows="Demo shop")
    dashboard.see("7 days", ".cards")
    dashboard.click("input[type=search]")
    dashboard.type("nothing like it")
    dashboard.see("No site is called that")
    dashboard.click("button", "Show all sites")
    dashboard.click(".cards a", "Demo shop")
    assert until(lambda: dashboard.path == WEB)
    dashboard.see(FIGURES)


def test_an_unknown_site_is_said_to_be_none(dashboard: Dashboard) -> None:
    dashboard.open("/sites/nowhere", shows="There is nothing here")


def test_everything_is_reached_by_the_keyboard(dashboard: Dashboard) -> None:
    dashboard.open(WEB, shows=FIGURES).see("/checkout", "#panel-pages")
    dashboard.press("Tab")
    assert dashboard.focused() == "Skip to content"
    names = []
    for _ in range(60):
        dashboard.press("Tab")
        names.append(dashboard.focused())
    seen = "\n".join(names)
    for name in ("All sites", "Theme", "Filter", "A period earlier", "Last 30 days", "Visitors", "Day", "Pages", "/"):
        assert name in seen, (name, names)
    dashboard.page.run("document.querySelector('#panel-pages .item a').focus()")
    dashboard.press("Enter")
    assert until(lambda: dashboard.query.get("filter", "").startswith("path:"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "shows"),
    [
        ("/", "Demo shop"),
        ("/?search=nothing", "No site is called that"),
        (f"{WEB}?filter=!country:FR", "Germany"),
        (f"{WEB}?filter=path:/nowhere&compare=off", "Nothing matches these filters"),
        (f"{WEB}?filter=colour:red", "not valid"),
        (f"{WEB}?range=yesterday&metric=bounceRate&pages=entry&tech=screens&places=languages", "Germany"),
        (f"{WEB}/visitors/nobody", "There is no such visitor"),
        (
            f"{WEB}?journeys=funnel&step=path:/&step=path:/checkout&reading=vitals&traffic=dropped&events=properties",
            "Germany",
        ),
        (f"{WEB}?list=top-referrers&journeys=retention&sources=campaigns", "Bounce"),
        ("/sites/nowhere", "There is nothing here"),
    ],
)
def test_axe_finds_nothing(dashboard: Dashboard, theme: str, path: str, shows: str) -> None:
    dashboard.theme(theme)
    dashboard.open(path, shows=shows)
    dashboard.page.run("document.querySelectorAll('section').forEach(e => e.scrollIntoView({behavior: 'instant'}))")
    dashboard.wait("!document.querySelector('.sk, .dim') && !document.body.innerText.includes('Not loaded yet')")
    # What a theme changes are colours.
    assert dashboard.violations(*(["color-contrast"] if theme == "dark" else [])) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens(dashboard: Dashboard, theme: str) -> None:
    dashboard.theme(theme)
    dashboard.open(WEB, shows=FIGURES)
    for keys, shows in (("c", "Choose the first day"), ("f", "Tab completes"), ("?", "Last 12 months")):
        dashboard.press(keys)
        dashboard.see(shows)
        dashboard.page.run(OPENED)
        assert dashboard.count(".pop, dialog") == 1
        assert dashboard.violations() == [], keys
        dashboard.press("Escape")
    for name, shows in (("Comparison", "Year before"), ("More", "Keyboard"), ("choose another site", "All sites")):
        dashboard.click("main button, header button", name)
        dashboard.see(shows, ".pop")
        dashboard.page.run(OPENED)
        assert dashboard.violations() == [], name
        dashboard.press("Escape")


@pytest.mark.parametrize("width", [360, 768, 1200, 3840])
def test_no_width_scrolls_sideways(browser: Chromium, server: Server, width: int) -> None:
    with opened(browser, server.url, width=width) as dashboard:
        for path in (f"{WEB}?filter=path:/products/espresso-blend|/products !device:mobile", "/"):
            dashboard.open(path, shows="Demo shop")
            dashboard.wait("!document.querySelector('.sk')")
            assert dashboard.overflow() <= 0, path
        dashboard.clean()


HIDDEN = """
Object.defineProperty(document, 'hidden', {value: %s, configurable: true});
document.dispatchEvent(new Event('visibilitychange'));
"""


def test_a_page_that_is_not_seen_lets_go_of_its_stream(dashboard: Dashboard, server: Server) -> None:
    """A browser has six connections to a server, for all of its tabs: the seventh would wait for ever."""

    def streams() -> int:
        return sum("/live?" in one["url"] or one["url"].endswith("/live") for one in dashboard.page.requests)

    dashboard.open(WEB, shows=FIGURES)
    assert until(lambda: streams() == 1)
    for place in range(8):
        dashboard.page.run(HIDDEN % "true")
        dashboard.page.run(HIDDEN % "false")
        assert until(lambda place=place: streams() == place + 2)
    assert dashboard.page.run("fetch('/api/session').then(answer => answer.status)") in {200, 401}
    dashboard.page.run(HIDDEN % "true")
    dashboard.page.run("dispatchEvent(new Event('pageshow'))")
    dashboard.page.run(OPENED)
    assert streams() == 9
