"""Page views: which there are, and what each says."""

from __future__ import annotations

import gzip
import threading

import pytest
from tests.browser.lab import Lab
from tests.browser.site import ASSETS, KEY, Answer
from tests.support.server import until

CORE_BYTES = 1_536


def test_the_core_is_small() -> None:
    assert len(gzip.compress((ASSETS / "t.js").read_bytes(), 9)) <= CORE_BYTES


def test_a_page_view_says_what_the_contract_says(lab: Lab) -> None:
    lab.page.call("Emulation.setTimezoneOverride", timezoneId="Europe/Bucharest")
    lab.visit("/pricing?utm_source=letter#plans", referrer="http://news.example/")

    assert lab.stats.wait(1) == [
        {
            "k": KEY,
            "t": "pageview",
            "u": f"{lab.site}/pricing?utm_source=letter",
            "r": "http://news.example/",
            "ti": "Page /pricing",
            "w": 1280,
            "l": "en-GB",
            "tz": "Europe/Bucharest",
        }
    ]
    sent = next(asked for asked in lab.stats.asked if asked.method == "POST")
    assert (sent.path, sent.headers["content-type"]) == ("/api/collect", "text/plain;charset=UTF-8")


def test_no_preflight_no_cookie_nothing_stored(lab: Lab) -> None:
    lab.origin = lab.origin.replace("stats.", "stats.shop.")  # same site as the page: its cookies could go along
    lab.page.call("Network.setCookie", name="session", value="secret", url=lab.origin, sameSite="Lax")
    page = lab.visit("/", "data-outbound data-scroll data-engagement data-vitals")
    page.run("footfall.track('signup', {plan: 'pro'})")

    assert len(lab.stats.wait(2)) == 2
    assert {asked.method for asked in lab.stats.asked} == {"GET", "POST"}
    assert {asked.headers.get("cookie") for asked in lab.stats.asked if asked.method == "POST"} == {None}
    assert "session=secret" in {asked.headers.get("cookie") for asked in lab.stats.asked if asked.path == "/t.js"}
    assert page.run("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.run("indexedDB.databases().then(found => found.length)") == 0
    assert [cookie["name"] for cookie in page.call("Network.getCookies", urls=[lab.site, lab.origin])["cookies"]] == [
        "session"
    ]


MOVES = {
    "pushState": ("history.pushState(0, '', '/b')", ["/a", "/b"]),
    "replaceState": ("history.replaceState(0, '', '/b')", ["/a", "/b"]),
    "replaceState keeps the URL": ("history.replaceState({scroll: 9}, '')", ["/a"]),
    "another query is the same page": ("history.pushState(0, '', '/a?sort=price')", ["/a"]),
    "an anchor is the same page": ("location.hash = 'reviews'", ["/a"]),
    "a route without data-hash": ("location.hash = '#/settings'", ["/a"]),
    "the Navigation API": (
        (
            "navigation.addEventListener('navigate', event => event.intercept());"
            "navigation.navigate('/b').finished.then(() => 0)"
        ),
        ["/a", "/b"],
    ),
    "twice to the same place": ("history.pushState(0, '', '/b'); history.pushState(0, '', '/b')", ["/a", "/b"]),
    "there and back": (
        "history.pushState(0, '', '/b'); new Promise(done => {onpopstate = () => done(); history.back()})",
        ["/a", "/b", "/a"],
    ),
}


@pytest.mark.parametrize("name", [*MOVES, *(f"{name}, in older browsers" for name in MOVES if "API" not in name)])
def test_moves_of_the_history(lab: Lab, name: str) -> None:
    script, paths = MOVES[name.removesuffix(", in older browsers")]
    if name not in MOVES:
        lab.page.before_scripts("delete window.navigation")
    lab.visit("/a").run(script)

    assert sorted(report["u"].removeprefix(lab.site) for report in lab.settled()) == sorted(paths)


ROUTES = {
    "a route": ("location.hash = '#/settings'", ["/a", "/a#/settings"]),
    "a bang route": ("location.hash = '#!/settings'", ["/a", "/a#!/settings"]),
    "its parameters": ("location.hash = '#/list'; location.hash = '#/list?page=2'", ["/a", "/a#/list"]),
    "an anchor is no route": ("location.hash = 'reviews'", ["/a"]),
    "two routes": ("location.hash = '#/one'; location.hash = '#/two'", ["/a", "/a#/one", "/a#/two"]),
}


@pytest.mark.parametrize("name", ROUTES)
def test_moves_between_hash_routes(lab: Lab, name: str) -> None:
    script, urls = ROUTES[name]
    page = lab.visit("/a", "data-hash")
    page.run(
        f"new Promise(done => {{ addEventListener('hashchange', () => setTimeout(done)); {script} }}).then(() => 0)"
    )

    reports = lab.settled()
    assert sorted(report["u"].removeprefix(lab.site) for report in reports) == urls
    assert {report["h"] for report in reports} == {1}


def test_the_next_page_of_an_application_comes_from_the_last(lab: Lab) -> None:
    page = lab.visit("/a", referrer="http://news.example/")
    page.run("history.pushState(0, '', '/b')")
    page.run("document.title = 'Basket'; footfall.track('added')")
    page.run("document.title = 'Thanks'; history.pushState(0, '', '/c')")

    page.run("history.pushState(0, '', '/d'); document.title = 'Order'")

    reports = lab.stats.wait(5)
    assert sorted(
        (report["u"].removeprefix(lab.site), report["r"].removeprefix(lab.site), report["ti"]) for report in reports
    ) == [
        ("/a", "http://news.example/", "Page /a"),
        ("/b", "/a", ""),  # not named yet
        ("/b", "/a", "Basket"),
        ("/c", "/b", ""),
        ("/d", "/c", "Order"),  # named in the task that moved
    ]


def test_a_page_of_the_back_forward_cache_is_viewed_again(lab: Lab) -> None:
    page = lab.visit("/a", referrer="http://news.example/")
    page.run("window.same = true")
    page.goto(lab.site + "/b")
    page.back()

    assert page.run("window.same") is True
    assert lab.paths(3) == ["/a", "/b", "/a"]
    # It was not the other site that led here this time.
    assert [report["r"].removeprefix(lab.site) for report in lab.stats.reports()] == ["http://news.example/", "", "/a"]


def test_a_page_opened_in_the_background_counts_when_it_is_seen(lab: Lab) -> None:
    lab.page.before_scripts("Object.defineProperty(document, 'hidden', {get: () => !window.shown})")
    page = lab.visit("/a", "data-scroll")
    page.run("void footfall.track('early')")
    lab.mark()
    page.run("window.shown = true; document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")

    first, *others = (report["t"] for report in lab.stats.wait(3))
    assert (first, sorted(others)) == ("mark", ["event", "pageview"])  # requests of their own, which may overtake


def test_a_prerendered_page_counts_when_it_is_shown(lab: Lab) -> None:
    """In a tab without DevTools, where Chromium prerenders; it goes on to /b when the site answers /go."""
    rules = '<script type="speculationrules">{"prerender": [{"urls": ["/b"], "eagerness": "immediate"}]}</script>'
    go = "<script>fetch('/go').then(() => document.querySelector('a').click())</script>"
    shown = threading.Event()
    lab.pages["/a"] = Answer(f"<!doctype html>{rules}<a href=/b>b</a>{go}")
    lab.hold = {"/go": shown}
    lab.tag = lab.script()
    with lab.page.browser.tab(lab.site.replace("shop.example", "localhost") + "/a"):
        assert until(lab.stats.loaded, 20) == ["t.js"]  # by /b, which is not shown yet
        lab.page.goto(lab.site + "/end")
        lab.mark()
        assert [report["t"] for report in lab.stats.reports()] == ["mark"]
        shown.set()

        assert [report["u"] for report in lab.stats.wait(1, "pageview")] == [
            lab.site.replace("shop.example", "localhost") + "/b"
        ]


EXCLUDED = {
    'data-exclude="/admin"': ["/", "/admin/", "/admin/users/7/edit", "/blog/a.b", "/blog/axb"],
    'data-exclude="/admin*"': ["/", "/admin/", "/admin/users/7/edit", "/blog/a.b", "/blog/axb"],
    'data-exclude="/admin**"': ["/", "/blog/a.b", "/blog/axb"],
    'data-exclude="/admin/*"': ["/", "/admin", "/admin/users/7/edit", "/blog/a.b", "/blog/axb"],
    'data-exclude="/admin/users/*/edit, /"': ["/admin", "/admin/", "/blog/a.b", "/blog/axb"],
    'data-exclude="/blog/a.b"': ["/", "/admin", "/admin/", "/admin/users/7/edit", "/blog/axb"],
    'data-include="/blog/**"': ["/blog/a.b", "/blog/axb"],
    'data-include="/blog/**" data-exclude="**.b"': ["/blog/axb"],
    'data-exclude=""': ["/", "/admin", "/admin/", "/admin/users/7/edit", "/blog/a.b", "/blog/axb"],
}


@pytest.mark.parametrize("options", EXCLUDED)
def test_pages_left_out(lab: Lab, options: str) -> None:
    page = lab.visit("/", options)
    for path in ("/admin", "/admin/", "/admin/users/7/edit", "/blog/a.b", "/blog/axb"):
        page.run(f"history.pushState(0, '', '{path}'); footfall.track('seen')")

    reports = lab.settled()
    paths = EXCLUDED[options]
    assert sorted(report["u"].removeprefix(lab.site) for report in reports if report["t"] == "pageview") == paths
    # Nothing else of such a page is told either, nor that it was there.
    assert [report["u"].removeprefix(lab.site) for report in reports if report["t"] == "event"] == [
        p for p in paths if p != "/"
    ]
    assert {report["r"].removeprefix(lab.site) for report in reports} <= {"", *paths}


def test_a_tag_that_is_there_twice_counts_once(lab: Lab) -> None:
    lab.tag = lab.script() + lab.script()
    page = lab.visit("/a")
    page.run("history.pushState(0, '', '/b')")

    assert [report["u"].removeprefix(lab.site) for report in lab.settled()] == ["/a", "/b"]


def test_two_projects_on_one_page(lab: Lab) -> None:
    lab.tag = lab.script(key="one") + lab.script(key="two")
    lab.visit("/a").run("history.pushState(0, '', '/b')")

    assert sorted((report["k"], report["u"].removeprefix(lab.site)) for report in lab.settled()) == [
        ("one", "/a"),
        ("one", "/b"),
        ("two", "/a"),
        ("two", "/b"),
    ]


def test_a_tag_without_a_key_does_nothing(lab: Lab) -> None:
    lab.tag = f'<script defer src="{lab.origin}/t.js"></script>'
    lab.visit("/a").run("history.pushState(0, '', '/b')")

    assert lab.settled() == []
    assert lab.page.errors == []
