"""Plausible's two npm packages, unmodified, set up as our documentation shows: what the web surface says of visits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from tests.browser.chromium import Chromium
from tests.browser.clients.stage import AMERICAN, DUTCH, IPHONE, example, posted, read, script, tops, visitor
from tests.browser.lab import TALL, Lab
from tests.browser.site import Answer
from tests.support.collecting import Site
from tests.support.server import Server, running

CLIENTS = {"plausible-tracker": "trackEvent", "@plausible-analytics/tracker": "track"}
"""In the order of the page's examples, and what reports an event in each."""

ENGAGED = "@plausible-analytics/tracker"
# A clock that the test moves. A driven browser says that it is one, and the newer client would then keep silent.
STAGE = """
window.passed = 0; window.__plausible = true;
Date.now = (start => () => start + passed)(Date.now());
window.roll = y => new Promise(done => {
  addEventListener('scroll', () => setTimeout(done), {once: true});
  scrollTo(0, y);
});
window.hide = () => {
  Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'});
  document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));
};
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("plausible") / "data", flush_interval="0.2") as server:
        yield server


def arrive(lab: Lab, client: str, path: str, referrer: str = "") -> None:
    """Opens a page with the client in it, which reports a page view and `Signup`."""
    domain = lab.site.removeprefix("http://").partition(":")[0].replace("copy.", "")
    lab.page.before_scripts(STAGE)
    code = example("plausible.md", [*CLIENTS].index(client), stats=lab.origin, domain=domain)
    lab.tag = script(f"{code}; window.report = {CLIENTS[client]}")
    lab.pages["/x"] = Answer(status=204)  # a link that leads nowhere: the page stays
    link = f"<a style='position: fixed; top: 0' href='{lab.site.replace(domain, 'other.example')}/x?y=1'>other</a>"
    lab.visit(path, body=TALL + link, referrer=referrer)


def leave(lab: Lab, count: int, client: str) -> None:
    """After so many reports; what the client tells on leaving comes on top."""
    posted(lab, count)
    lab.page.run("hide()")
    posted(lab, count + (client == ENGAGED))


def ada(browser: Chromium, site: Site, client: str) -> None:
    """From a newsletter: reads, scrolls, goes on within the application, buys, clicks a link to another site."""
    engaged = client == ENGAGED
    with visitor(browser, site, AMERICAN) as lab:
        arrive(lab, client, "/pricing?utm_source=letter&utm_medium=email&token=secret", "http://news.example/")
        posted(lab, 2)
        lab.page.run("passed = 4000; roll(1200)")
        lab.page.run("history.pushState(0, '', '/thanks?token=secret')")
        posted(lab, 3 + engaged)
        lab.page.run("report('Buy', {props: {plan: 'pro', gift: 'yes'}, revenue: {amount: 49.5, currency: 'EUR'}})")
        posted(lab, 4 + engaged)
        lab.page.run("passed = 5500")
        lab.page.click("a")
        posted(lab, 5 + engaged)
        leave(lab, 5 + engaged, client)


def bob(browser: Chromium, site: Site, client: str) -> None:
    """From a search engine, on a telephone: one page."""
    with visitor(browser, site, DUTCH, IPHONE) as lab:
        arrive(lab, client, "/", "http://www.google.com/")
        leave(lab, 2, client)


def copied(browser: Chromium, site: Site, client: str) -> None:
    """A copy of the site elsewhere, which reports as the site."""
    with visitor(browser, site, AMERICAN, host=f"copy.{site.domains[0]}") as lab:
        arrive(lab, client, "/pricing")
        leave(lab, 2, client)


@pytest.fixture(scope="module", params=CLIENTS)
def visited(request: pytest.FixtureRequest, server: Server, browser: Chromium) -> tuple[str, Site]:
    """The client, and a site whose visitors it reported."""
    client: str = request.param
    slug = client.strip("@").replace("/", "-")
    site = Site.of(server, slug, f"{slug}.example")
    for visit in (ada, bob, copied):
        visit(browser, site, client)
    site.rows(7)
    return client, site


def test_every_event(visited: tuple[str, Site]) -> None:
    _, site = visited
    host = site.domains[0]
    told = sorted(
        (
            event["browser_family"],
            event["path"],
            event["custom_event_name"] or "",
            re.sub(r"(?<=example):\d+", "", json.dumps(event["properties"] or {}, sort_keys=True)),
            re.sub(r"(?<=example):\d+", "", event["url"]),
            event["referrer"],
            event["country_code"],
            event["os_family"],
            event["device_type"],
        )
        for event in read(site, "")["items"]
    )
    pricing = f"http://{host}/pricing?utm_source=letter&utm_medium=email"
    thanks, home = f"http://{host}/thanks", f"http://{host}/"
    ada_is = ("http://news.example/", "US", "Windows", "desktop")
    bob_is = ("http://www.google.com/", "NL", "iOS", "mobile")
    assert told == [
        ("Chrome", "/pricing", "", "{}", pricing, *ada_is),
        ("Chrome", "/pricing", "Signup", '{"plan": "pro"}', pricing, *ada_is),
        ("Chrome", "/thanks", "", "{}", thanks, *ada_is),
        ("Chrome", "/thanks", "Buy", '{"gift": "yes", "plan": "pro"}', thanks, *ada_is),
        ("Chrome", "/thanks", "Outbound Link: Click", '{"url": "http://other.example/x?y=1"}', thanks, *ada_is),
        ("Safari", "/", "", "{}", home, *bob_is),
        ("Safari", "/", "Signup", '{"plan": "pro"}', home, *bob_is),
    ]


def test_what_the_web_surface_says(visited: tuple[str, Site]) -> None:
    _, site = visited
    kpis = read(site, "/kpis")["current"]

    assert {name: kpis[name] for name in ("visitors", "sessions", "pageviews", "bounceRate")} == {
        "visitors": 2,
        "sessions": 2,
        "pageviews": 3,
        "bounceRate": 0,  # both signed up
    }
    assert tops(site) == {
        "pages": [("/", 1), ("/pricing", 1), ("/thanks", 1)],
        "entry-pages": [("/", 1), ("/pricing", 1)],
        "exit-pages": [("/", 1), ("/thanks", 1)],
        "referrers": [("google.com", 1), ("news.example", 1)],
        "countries": [("US", 5), ("NL", 2)],
        "browsers": [("Chrome", 5), ("Safari", 2)],
        "os": [("Windows", 5), ("iOS", 2)],
        "devices": [("desktop", 5), ("mobile", 2)],
    }
    named = {item["name"]: item["count"] for item in read(site, "/custom-events")["items"]}
    assert named == {"Signup": 2, "Buy": 1, "Outbound Link: Click": 1}
    filters = {"prop.plan:pro": 3, "prop.gift:yes": 1, "utm_source:letter": 5, "channel:email": 5, "channel:search": 2}
    assert {term: read(site, "/count", filter=term)["count"] for term in filters} == filters


def test_how_pages_were_read(visited: tuple[str, Site]) -> None:
    client, site = visited
    pages = {item["path"]: (item["engagedSec"], item["scrollDepth"]) for item in read(site, "/engagement")["items"]}

    measured = {
        "/": (0, 20),  # 800 of 4,000 pixels
        "/pricing": (4, 50),  # 1,200 more
        "/thanks": (1.5, 50),  # nobody scrolled back
    }
    assert pages == (measured if client == ENGAGED else dict.fromkeys(measured, (0, None)))


def test_revenue(visited: tuple[str, Site]) -> None:
    client, site = visited
    lines = site.access.get(f"/api/web-events/{site.access.slug}/export", params={"format": "ndjson"}).text.splitlines()
    rows = [json.loads(line) for line in lines]
    told = sorted((row["custom_event_name"], row["revenue"], row["currency"]) for row in rows if row["revenue"])
    sent = [("Buy", "49.5", "EUR"), ("Signup", "49", "EUR"), ("Signup", "49", "EUR")]
    assert told == (sent if client == ENGAGED else [])


def test_a_copy_of_the_site_is_left_out(visited: tuple[str, Site]) -> None:
    client, site = visited
    assert read(site, "/dropped")["dropped"] == [{"reason": "origin", "count": 2 + (client == ENGAGED)}]


OPTIONS = "hashBasedRouting: true, fileDownloads: true, formSubmissions: true, customProperties: {theme: 'dark'}"
ELEMENTS = """
<p><a id=file href=/gone/report.pdf>report</a>
<p><a id=tagged class='plausible-event-name=Try+it plausible-event-size=big' href=/gone>try</a>
<form action=/gone><button id=form>send</button></form>
"""


def test_what_else_the_newer_client_reports(server: Server, browser: Chromium) -> None:
    site = Site.of(server, "more", "more.example")
    with visitor(browser, site, AMERICAN) as lab:
        lab.page.before_scripts(STAGE)
        settings = f"domain: 'more.example', endpoint: '{lab.origin}/api/event', {OPTIONS}"
        lab.tag = script(f"import {{init}} from '@plausible-analytics/tracker'; init({{{settings}}})")
        lab.pages |= dict.fromkeys(("/gone", "/gone/report.pdf"), Answer(status=204))
        lab.visit("/app", body=ELEMENTS)
        posted(lab, 1)
        lab.page.run("location.hash = '#/inbox'")
        posted(lab, 3)  # the engagement of the page before, too
        for count, element in enumerate(("file", "tagged", "form"), 4):
            lab.page.click(f"#{element}")
            posted(lab, count)

    host = lab.site
    assert sorted(
        (event["path"], event["custom_event_name"] or "", json.dumps(event["properties"], sort_keys=True))
        for event in site.rows(5)
    ) == [
        ("/app", "", '{"theme": "dark"}'),
        ("/app#/inbox", "", '{"theme": "dark"}'),
        ("/app#/inbox", "File Download", f'{{"theme": "dark", "url": "{host}/gone/report.pdf"}}'),
        ("/app#/inbox", "Form: Submission", '{"theme": "dark"}'),
        ("/app#/inbox", "Try it", f'{{"size": "big", "theme": "dark", "url": "{host}/gone"}}'),
    ]
