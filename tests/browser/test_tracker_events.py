"""What pages tell by themselves, and what the options add."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.lab import STAGE, TALL, Lab
from tests.browser.site import Answer

STUB = "<script>window.{0} = window.{0} || {{q: [], track() {{ this.q.push(arguments) }}}}; {1}</script>"


def told(lab: Lab, count: int) -> list[tuple[str, Any]]:
    """Names and properties, by arrival, which is not always the order of sending."""
    return [(event["n"], event.get("p")) for event in lab.stats.wait(count, "event")]


def test_track(lab: Lab) -> None:
    page = lab.visit("/basket")
    page.run("footfall.track('signup')")
    page.run("footfall.track('purchase', {plan: 'pro', seats: 3}, {currency: 'EUR', amount: 49.5})")
    page.run("footfall.track()")

    two, one = sorted(lab.stats.wait(2, "event"), key=lambda event: event["n"])
    assert (one["n"], "p" in one, "$" in one, one["u"]) == ("signup", False, False, f"{lab.site}/basket")
    assert (two["n"], two["p"], two["$"]) == (
        "purchase",
        {"plan": "pro", "seats": 3},
        {"currency": "EUR", "amount": 49.5},
    )
    assert lab.paths(2) == ["/basket", "/basket"]


def test_calls_before_the_script_are_made_up_for(lab: Lab) -> None:
    lab.tag = STUB.format("footfall", "footfall.track('early', {n: 1}); footfall.track('second')") + lab.script()
    lab.visit("/")

    assert sorted(told(lab, 2)) == [("early", {"n": 1}), ("second", None)]
    assert lab.paths(1) == ["/"]


def test_another_global_is_the_same(lab: Lab) -> None:
    lab.tag = STUB.format("umami", "umami.track('early'); umami.identify = () => 'kept'") + lab.script(
        'data-global="umami"'
    )
    page = lab.visit("/")
    page.run("umami.track('late', {n: 1}).then(() => footfall.track('later'))")

    assert told(lab, 3) == [("early", None), ("late", {"n": 1}), ("later", None)]
    assert page.run("umami.identify()") == "kept"


def test_a_promise_that_never_rejects(lab: Lab) -> None:
    page = lab.visit("/")
    page.run(
        "window.round = {}; round.round = round; footfall.track('a', round).then(() => footfall.track('b', {n: 1n}))"
    )
    page.run("Promise.all([footfall.track(() => 1), footfall.track({}), footfall.track('c', 'text')])")

    assert [event["p"] for event in lab.settled("event") if event.get("n") == "c"] == ["text"]
    assert page.errors == []


def test_what_a_page_tells_while_it_is_left_arrives(lab: Lab) -> None:
    page = lab.visit("/a", body="<a id=next href=/end onclick=\"footfall.track('going')\">next</a>")
    page.follow("#next")

    assert told(lab, 1) == [("going", None)]


def test_a_browser_without_keepalive_sends_beacons(lab: Lab) -> None:
    lab.page.before_scripts("delete Request.prototype.keepalive; window.fetch = () => { throw Error('not this') }")
    lab.visit("/a").run("footfall.track('signup')")

    assert sorted(report["t"] for report in lab.stats.wait(2)) == ["event", "pageview"]  # two connections, any order
    assert {asked.headers["content-type"] for asked in lab.stats.asked if asked.method == "POST"} == {
        "text/plain;charset=UTF-8"
    }


LINKS = """
<a id=inside href="/b?token=1">inside</a>
<a id=out href="http://other.example/a/b?token=1#part">out <b id=bold>bold</b></a>
<a id=mail href="mailto:ada@shop.example">mail</a>
<a id=pdf href="/files/Terms.PDF?token=1">pdf</a>
<a id=outpdf href="http://other.example/x.tar.gz">archive</a>
<a id=named download href="/files/list">named</a>
<a id=ink href="/files/a.ink">ink</a>
<a id=dir href="/files.zip/">dir</a>
<a id=broken href="http://[">broken</a>
<svg width=40 height=20><a href="http://other.example/svg"><rect id=drawn width=40 height=20></rect></a></svg>
<svg width=40 height=20><a href="/b"><rect id=within width=40 height=20></rect></a></svg>
<img id=map usemap=#areas width=40 height=20 src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>">
<map name=areas><area coords="0,0,40,20" href="http://other.example/area?token=1"></map>
"""
STAY = "<script>addEventListener('click', event => event.preventDefault())</script>"
CLICKED = ["inside", "out", "mail", "pdf", "outpdf", "named", "ink", "dir", "broken", "drawn", "within", "map"]
OUT = ("outbound_click", {"url": "http://other.example/a/b"})
ARCHIVE = "http://other.example/x.tar.gz"
SHAPES = [("outbound_click", "http://other.example/svg"), ("outbound_click", "http://other.example/area")]


def _files(*paths: str) -> list[tuple[str, str]]:
    return [("file_download", path) for path in paths]


DOWNLOADS = {
    "": [],
    "data-outbound": [("outbound_click", "http://other.example/a/b"), ("outbound_click", ARCHIVE), *SHAPES],
    "data-downloads": _files("/files/Terms.PDF", ARCHIVE, "/files/list"),
    'data-downloads="true"': _files("/files/Terms.PDF", ARCHIVE, "/files/list"),
    'data-downloads="ink, zip"': _files("/files/list", "/files/a.ink"),
    "data-outbound data-downloads": [
        ("outbound_click", "http://other.example/a/b"),
        *_files("/files/Terms.PDF", ARCHIVE, "/files/list"),
        *SHAPES,
    ],
    'data-outbound="false" data-downloads="off"': [],
}


@pytest.mark.parametrize("options", DOWNLOADS)
def test_links(lab: Lab, options: str) -> None:
    page = lab.visit("/", options, LINKS + STAY)
    lab.ready(*["actions"] * bool(DOWNLOADS[options]))
    for link in CLICKED:
        page.click(f"#{link}")

    reports = lab.settled("event")
    found = [(event["n"], event["p"]["url"].removeprefix(lab.site)) for event in reports]
    assert sorted(found) == sorted(DOWNLOADS[options])  # reports that leave side by side arrive in any order
    assert {frozenset(event["p"]) for event in reports} <= {frozenset({"url"})}


def test_links_by_other_buttons_and_from_within(lab: Lab) -> None:
    body = LINKS + "<p id=host></p>" + STAY
    page = lab.visit("/", "data-outbound", body)
    page.run(
        "document.addEventListener('auxclick', event => event.preventDefault());"
        "document.querySelector('#host').attachShadow({mode: 'open'}).innerHTML"
        " = '<a href=\"http://other.example/shadow\">shadow</a>'"
    )
    lab.ready("actions")
    page.click("#out", "middle")
    page.click("#out", "right")  # opens a menu, leads nowhere
    page.click("#bold")
    page.run("document.querySelector('#host').shadowRoot.querySelector('a').click()")

    assert told(lab, 3) == [OUT, OUT, ("outbound_click", {"url": "http://other.example/shadow"})]
    assert len(lab.settled("event")) == 3


def test_forms(lab: Lab) -> None:
    body = """
    <form id=letter action="/subscribe?token=1"><input name=id value=secret><input name=action>
      <button id=a>go</button></form>
    <form name=search><input name=q value=secret><button id=b>go</button></form>
    <form id=strict><input required><button id=c>go</button></form>
    <script>addEventListener('submit', event => event.preventDefault())</script>
    """
    page = lab.visit("/here?x=1", "data-forms", body)
    lab.ready("actions")
    for button in ("a", "b", "c"):
        page.click(f"#{button}")

    assert [(event["n"], event["p"]) for event in lab.settled("event")] == [
        ("form_submit", {"form": "letter", "action": f"{lab.site}/subscribe"}),
        ("form_submit", {"form": "search", "action": f"{lab.site}/here"}),
    ]  # and not the third, which the browser did not accept


ACTIONS = {
    "": "/here",
    "next?token=1": "/next",
    "mailto:bob@x.example": None,
    "javascript:void 0": None,
    "http://[": None,
}


def test_where_forms_go(lab: Lab) -> None:
    forms = "".join(f'<form name="to {action}" action="{action}"><button>go</button></form>' for action in ACTIONS)
    page = lab.visit("/here?x=1", "data-forms", forms)
    lab.ready("actions")
    page.run(
        "addEventListener('submit', event => event.preventDefault());"
        "for (const button of document.querySelectorAll('button')) button.click();"
        "document.dispatchEvent(new Event('submit'))"  # of something that is no form
    )

    assert {event["p"]["form"]: event["p"]["action"] for event in lab.settled("event")} == {
        f"to {action}": lab.site + path if path else "" for action, path in ACTIONS.items()
    }
    assert page.errors == []


@pytest.mark.parametrize(
    ("status", "options", "events"),
    [
        (404, "data-404", [("404", {"path": "/gone"})]),
        (200, "data-404", []),
        (200, 'data-404="always"', [("404", {"path": "/gone"})]),
        (404, "", []),
    ],
)
def test_pages_that_are_not_there(lab: Lab, status: int, options: str, events: list[tuple[str, Any]]) -> None:
    lab.pages["/gone"] = Answer(f"<!doctype html>{lab.script(options)}", status)
    lab.page.goto(f"{lab.site}/gone")
    lab.paths(1)
    if options:
        lab.ready("actions")

    assert [(event["n"], event["p"]) for event in lab.settled("event")] == events


@pytest.fixture
def stage(lab: Lab) -> Lab:
    lab.page.before_scripts(STAGE)
    return lab


def engaged(lab: Lab, options: str, script: str) -> list[tuple[str, int | None, int | None]]:
    """Path, engaged ms and depth of what a script leads to, on a page 4,000 pixels high, seen 800 at once."""
    page = lab.visit("/long", options, TALL)
    lab.ready("engagement")
    page.run(f"(async () => {{ {script} }})()")
    return [
        (report["u"].removeprefix(lab.site), report.get("e"), report.get("sd")) for report in lab.settled("engagement")
    ]


BOTH = "data-engagement data-scroll"
ENGAGED = {
    "looked at, then hidden": (BOTH, "now = 5000; look(false, true)", [("/long", 5000, 20)]),
    "only what was asked for: time": ("data-engagement", "now = 5000; look(false, true)", [("/long", 5000, None)]),
    "only what was asked for: depth": ("data-scroll", "now = 5000; look(false, true)", [("/long", None, 20)]),
    "out of focus": (BOTH, "now = 1000; look(false); now = 9000; look(true); now = 9500; look(false, true)",
                     [("/long", 1500, 20)]),
    "hidden": (BOTH, "now = 1000; look(false, true); now = 9000; look(true); now = 9500; look(false, true)",
               [("/long", 1000, 20), ("/long", 500, 20)]),
    "nothing new": (BOTH, "now = 1000; look(false, true); look(false); look(false, true)", [("/long", 1000, 20)]),
    "depth is the deepest": ("data-scroll", "await roll(1200); await roll(200); look(false, true)",
                             [("/long", None, 50)]),
    "to the end": ("data-scroll", "await roll(9000); look(false, true)", [("/long", None, 100)]),
    "deeper later": (BOTH, "now = 1000; look(false, true); look(true); await roll(1200); look(false, true)",
                     [("/long", 1000, 20), ("/long", None, 50)]),
    "a page of an application": (
        BOTH,
        "now = 1000; await roll(1200); history.pushState(0, '', '/next'); now = 3000; look(false, true)",
        [("/long", 1000, 50), ("/next", 2000, 20)],
    ),
    "a page that is left out": (
        BOTH + " data-exclude=/next",
        "now = 1000; history.pushState(0, '', '/next'); now = 3000; look(false, true)",
        [("/long", 1000, 20)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENGAGED)
def test_engagement(stage: Lab, name: str) -> None:
    options, script, reports = ENGAGED[name]
    # Reports of one moment go side by side, and may arrive in any order.
    assert sorted(engaged(stage, options, script), key=str) == sorted(reports, key=str)


@pytest.mark.parametrize(
    ("script", "reports"),
    [
        ("now = 5000; look(false, true)", []),
        ("now = 5000; look(true); now = 7000; look(false, true)", [("/long", 2000, None)]),
    ],
)
def test_a_page_that_starts_out_of_focus(
    stage: Lab, script: str, reports: list[tuple[str, int | None, int | None]]
) -> None:
    stage.page.before_scripts("window.focused = false")
    assert engaged(stage, "data-engagement", script) == reports


def test_vitals(lab: Lab) -> None:
    moves = (
        "<p id=a>text</p><script>setTimeout(() => document.body.prepend(Object.assign(document.createElement('div'), "
    )
    moves += "{style: 'height: 300px'})), 100)</script><button id=b onclick='let until = Date.now() + 60; "
    moves += "while (Date.now() < until);'>slow</button>"
    page = lab.visit("/a", "data-vitals", moves)
    lab.ready("vitals")
    page.run("new Promise(done => setTimeout(done, 700))")
    shifts = page.run(
        "new Promise(done => new PerformanceObserver(list => done("
        "list.getEntries().reduce((sum, shift) => sum + shift.value, 0)"
        ")).observe({type: 'layout-shift', buffered: true}))"
    )
    page.click("#b")
    page.run("new Promise(done => setTimeout(done, 300))")
    painted, answered = page.run(
        "[performance.getEntriesByName('first-contentful-paint')[0].startTime,"
        " performance.getEntriesByType('navigation')[0].responseStart]"
    )
    page.goto(lab.site + "/end")

    (report,) = lab.stats.wait(1, "engagement")
    vitals = report["v"]
    assert report["u"] == f"{lab.site}/a"
    assert set(vitals) == {"lcp", "inp", "cls", "fcp", "ttfb"}
    assert (vitals["fcp"], vitals["ttfb"]) == (pytest.approx(painted, abs=0.5), pytest.approx(answered, abs=0.5))
    assert 0 < vitals["cls"] == pytest.approx(shifts, abs=0.0001)
    assert vitals["lcp"] >= vitals["fcp"]
    assert vitals["inp"] >= 56  # the button's 60 ms, in steps of 8
