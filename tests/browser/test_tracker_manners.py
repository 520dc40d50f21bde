"""Who is not counted, and that a page never notices the tracker."""

from __future__ import annotations

import pytest
from tests.browser.lab import Lab
from tests.browser.site import KEY, Answer
from tests.support.server import free_port, until

EVERYTHING = "data-outbound data-downloads data-forms data-404 data-engagement data-scroll data-vitals"
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true});"
DNT = "Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => '1'});"
IGNORED = "localStorage.footfall_ignore = 'true';"
FORBIDDEN = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }});"

VISITORS = {
    "anybody": ("", "", True),
    "Global Privacy Control": (GPC, "", False),
    "and a site that does not ask": (GPC, 'data-gpc="off"', True),
    "Do Not Track, not asked for": (DNT, "", True),
    "Do Not Track": (DNT, "data-dnt", False),
    "Do Not Track says no": (DNT.replace("'1'", "'0'"), "data-dnt", True),
    "opted out in this browser": (IGNORED, "", False),
    "no storage at all": (FORBIDDEN, "", True),
    "automated": ("Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => true});", "", True),
}


@pytest.mark.parametrize("name", VISITORS)
def test_who_is_counted(lab: Lab, name: str) -> None:
    script, options, counted = VISITORS[name]
    lab.page.before_scripts(script)
    page = lab.visit("/a", f"{options} {EVERYTHING}")
    page.run("footfall.track('signup')")
    if counted:
        lab.ready("actions", "engagement", "vitals")

    assert {report["t"] for report in lab.settled()} == ({"pageview", "event", "engagement"} if counted else set())
    assert len(lab.stats.loaded()) == (4 if counted else 1)


def test_opting_out_holds_at_once(lab: Lab) -> None:
    page = lab.visit("/a")
    lab.paths(1)
    page.run("localStorage.footfall_ignore = '1'; footfall.track('signup'); history.pushState(0, '', '/b')")

    assert [report["u"] for report in lab.settled()] == [f"{lab.site}/a"]


PARTS = {
    "": [],
    "data-outbound": ["t-actions.js"],
    "data-downloads": ["t-actions.js"],
    "data-forms": ["t-actions.js"],
    "data-404": ["t-actions.js"],
    "data-engagement": ["t-engagement.js"],
    "data-scroll": ["t-engagement.js"],
    "data-vitals": ["t-vitals.js"],
    "data-hash data-dnt data-exclude=/x data-include=/**": [],
    EVERYTHING: ["t-actions.js", "t-engagement.js", "t-vitals.js"],
}


@pytest.mark.parametrize("options", PARTS)
def test_a_page_loads_what_it_uses(lab: Lab, options: str) -> None:
    lab.visit("/", options)
    until(lambda: len(lab.stats.loaded()) > len(PARTS[options]), 10)
    lab.settled()

    assert sorted(lab.stats.loaded()) == sorted(["t.js", *PARTS[options]])


POLICIES = {
    "hosts": "default-src 'none'; script-src {stats}; connect-src {stats}; require-trusted-types-for 'script'",
    "a nonce": "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; connect-src {stats}",
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_strict_content_security_policy(lab: Lab, name: str) -> None:
    lab.headers = {"content-security-policy": POLICIES[name].format(stats=lab.origin)}
    lab.tag = lab.script(f"nonce=abc {EVERYTHING}")
    page = lab.visit("/a")
    lab.ready("actions", "engagement", "vitals")
    refused = list(page.refused)

    assert lab.paths(1) == ["/a"]
    assert "engagement" in {report["t"] for report in lab.settled()}
    assert refused == []


def test_a_page_that_may_not_report(lab: Lab) -> None:
    lab.headers = {"content-security-policy": f"script-src {lab.origin}; connect-src 'none'"}
    page = lab.visit("/a", EVERYTHING)

    assert page.run("footfall.track('signup').then(() => 'fine')") == "fine"
    assert lab.settled() == []


@pytest.mark.parametrize("pattern", ["*/api/collect", "*/t-*.js", "*/t.js", "*stats.example*"])
def test_a_blocker(lab: Lab, pattern: str) -> None:
    lab.page.call("Network.setBlockedURLs", urls=[pattern])
    page = lab.visit("/a", EVERYTHING)
    page.run("history.pushState(0, '', '/b')")
    answer = page.run("window.footfall ? footfall.track('signup').then(() => 'fine') : 'none'")

    assert answer == ("none" if pattern in {"*/t.js", "*stats.example*"} else "fine")
    assert page.run("new Promise(done => setTimeout(() => done(location.pathname), 200))") == "/b"
    assert page.errors == []


@pytest.mark.parametrize(
    "answer",
    [Answer("no", 400), Answer(status=500), Answer("ok", 202), Answer("moved", 307, headers={"location": "/nowhere"})],
    ids=["400", "500", "no CORS header", "a redirect"],
)
def test_a_server_that_answers_otherwise(lab: Lab, answer: Answer) -> None:
    lab.pages["/api/other"] = answer
    page = lab.visit("/a", f'data-api="{lab.site}/api/other"')

    assert page.run("footfall.track('signup').then(() => 'fine')") == "fine"
    assert page.errors == []


GLOBALS = {
    "a text": ("umami", "'text'"),
    "a number": ("umami", "7"),
    "frozen": ("umami", "Object.freeze({})"),
    "no queue": ("umami", "{q: {}}"),
    "no calls": ("umami", "{q: [7]}"),
    "a text for our own": ("footfall", "'text'"),
    "no queue of our own": ("footfall", "{q: 7}"),
}


@pytest.mark.parametrize("name", GLOBALS)
def test_globals_that_are_something_else(lab: Lab, name: str) -> None:
    what, value = GLOBALS[name]
    lab.tag = f"<script>window.{what} = {value}</script>" + lab.script('data-global="umami" data-forms')
    page = lab.visit("/a")
    lab.ready("actions")
    page.run("history.pushState(0, '', '/b')")

    assert lab.paths(2) == ["/a", "/b"]
    assert page.errors == []


def test_a_page_that_has_removed_itself(lab: Lab) -> None:
    page = lab.visit("/a", EVERYTHING)
    lab.ready("actions", "engagement", "vitals")
    page.run("document.documentElement.remove(); history.pushState(0, '', '/b')")

    assert lab.paths(2) == ["/a", "/b"]
    assert page.run("dispatchEvent(new Event('visibilitychange'))")
    assert page.errors == []


def test_a_server_that_is_not_there(lab: Lab) -> None:
    page = lab.visit("/a", f'data-api="http://stats.example:{free_port()}/api/collect"')

    assert page.run("footfall.track('signup').then(() => 'fine')") == "fine"
    assert page.errors == []


def test_reports_may_go_elsewhere(lab: Lab) -> None:
    lab.visit("/a", f'data-api="{lab.origin}/stats/collect"')
    lab.paths(1)

    assert [asked.path for asked in lab.stats.asked if asked.method == "POST"] == ["/stats/collect"]


def test_the_server_may_be_below_a_path(lab: Lab) -> None:
    lab.tag = f'<script defer src="{lab.origin}/stats/t.js" data-key="{KEY}" data-scroll></script>'
    lab.stats.below = "/stats"
    lab.visit("/a")
    lab.paths(1)
    assert until(lambda: len(lab.stats.loaded()) == 2, 10)

    assert {asked.path for asked in lab.stats.asked} == {"/stats/t.js", "/stats/t-engagement.js", "/stats/api/collect"}


def test_a_tag_that_a_script_adds(lab: Lab) -> None:
    lab.tag = (
        "<script>const tag = document.createElement('script'); "
        f"tag.src = '{lab.origin}/t.js'; tag.dataset.key = '{KEY}'; document.head.append(tag)</script>"
    )
    lab.visit("/a")

    assert lab.paths(1) == ["/a"]


WAYS = {
    "fetch with keepalive": "",
    "beacons": "delete Request.prototype.keepalive;",
    "neither": "delete Request.prototype.keepalive; delete Navigator.prototype.sendBeacon;",
    "beacons that are refused": "delete Request.prototype.keepalive; Navigator.prototype.sendBeacon = () => false;",
}


@pytest.mark.parametrize("way", WAYS)
def test_reports_leave_by_what_the_browser_has(lab: Lab, way: str) -> None:
    lab.page.before_scripts(WAYS[way])
    page = lab.visit("/a")
    page.run("footfall.track('signup').then(() => 0)")

    assert sorted(report["t"] for report in lab.settled()) == ["event", "pageview"]


@pytest.mark.parametrize(("count", "size"), [(1, 70_000), (1, 40_000), (12, 20_000), (3, 60_000)])
def test_reports_that_are_too_much_for_keepalive_arrive_all_the_same(lab: Lab, count: int, size: int) -> None:
    page = lab.visit("/a")
    text = f"'\N{SNOWMAN}'.repeat({size // 3})"  # three bytes each
    track = f"Array.from({{length: {count}}}, () => footfall.track('noted', {{text: {text}}}))"
    page.run(f"Promise.all({track}).then(() => 0)")

    assert len(lab.settled("event")) == count


def test_an_event_may_say_that_it_is_no_interaction(lab: Lab) -> None:
    page = lab.visit("/a")
    page.run("footfall.track('seen', {}, undefined, {interactive: false})")
    page.run("footfall.track('done', {}, null, {})")
    page.run("footfall.track('paid', {}, {currency: 'EUR', amount: 1}, null)")

    reports = lab.settled("event")
    assert {report["n"]: report.get("i") for report in reports} == {"seen": False, "done": None, "paid": None}
