"""Rows of sessions that changed from batch to batch, or differ within, answer as their events do."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import zip_longest

import pytest
from tests.contract.test_drain import NOON, event, submit
from tests.support.draining import Watcher

from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR, MINUTE
from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.model.period import Bucket, Period
from footfall.query import build, fetch, journeys, rankings, run
from footfall.query.ast import BucketFigures, Query
from footfall.query.filter import parse
from footfall.query.plan import Part, Whole
from footfall.query.rows import read
from footfall.query.sources import Source, choose, sessions
from footfall.spool.memory import MemorySpool

TODAY = NOON - 12 * HOUR
TOMORROW = TODAY + DAY


def at(minutes, **fields):
    """An event so many minutes after noon."""
    return event(minutes, **{"url": "", "path": "/a", **fields})


def several():
    """A session of four variants in two countries: two pageviews and two custom events."""
    return [
        at(10, country="DE", screen="320x600"),
        at(12, country="DE", event_type="custom", name="buy"),
        at(20, country="US", event_type="custom", name="buy"),
        at(22, country="DE", screen="2560x1440"),
    ]


LATER_FIRST = "later first"
REFERRED_LATE = "referred late"
WENT_ON = "went on"
TWO_SCREENS = "two screens"
CAME_AGAIN = "came again"
AT_ONCE = "at once"
CRAWLED = "crawled"
PAUSED = "paused"
JOINED = "joined"
TWO_DAYS = "two days"
SEVERAL = "its variants are told"
UNTOLD = "they are not"

HISTORIES = {
    # The late event begins the session: its row says FR, and no longer leaves open whether an event is from there.
    LATER_FIRST: [[at(10, country="DE"), at(20, country="US")], [at(-10, country="FR")]],
    REFERRED_LATE: [[at(10)], [at(-10, referrer="https://www.google.com/")]],
    WENT_ON: [[at(10)], [at(20, path="/b")]],
    TWO_SCREENS: [[at(10, screen="320x600"), at(20, screen="2560x1440")]],
    CAME_AGAIN: [[at(10, country="DE"), at(20, country="US")], [at(-10, country="FR"), at(25 * 60, country="FR")]],
    # There is one version of the session: only `varies` says that its row does not tell of all events.
    AT_ONCE: [[at(10, country="DE"), at(20, country="US")]],
    # The second event is no person's.
    CRAWLED: [[at(10), at(20, user_agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")]],
    # A session with a name, which pauses for hours.
    PAUSED: [
        [at(0, visitor_id="v", session_id="s", country="US"), at(200, visitor_id="v", session_id="s", country="DE")],
        [at(400, visitor_id="v", session_id="s", country="US", path="/b")],
    ],
    # The late event makes one session of two.
    JOINED: [[at(10, country="US"), at(50, country="US")], [at(30, country="DE")]],
    TWO_DAYS: [[at(0, path="/x")], [at(1440, path="/y")]],
    SEVERAL: [several()],
    UNTOLD: [several()],
}
"""The batches of each; all are stored once, each in a project of its own."""


@pytest.fixture(scope="module")
def store(shared_store, tmp_path_factory):
    spool = MemorySpool()
    journal = Journal(tmp_path_factory.mktemp("drain"))
    drain = Drain(lambda: [("serve", spool)], shared_store, journal, Watcher())
    for batch in zip_longest(*HISTORIES.values(), fillvalue=()):
        for project, events in enumerate(batch, start=1):
            submit(spool, *events, project=project)
        drain.drain_once()
    untold = {"project": project_of(UNTOLD)}
    shared_store.command("ALTER TABLE sessions UPDATE variants = '' WHERE project_id = {project:UInt32}", untold)
    return shared_store


def project_of(history):
    return list(HISTORIES).index(history) + 1


def query_of(history, period, filtered=""):
    return Query(project=project_of(history), table=Table.EVENTS, period=period, filters=parse(filtered))


@pytest.mark.parametrize(
    ("history", "filtered", "found"),
    [
        (LATER_FIRST, "country:FR", [1, 0]),
        (LATER_FIRST, "country:DE", [1, 0]),
        (LATER_FIRST, "country:US", [1, 0]),
        (LATER_FIRST, "country:GB", [0, 0]),
        (REFERRED_LATE, "referrer:direct", [0, 0]),
        (WENT_ON, "exit_page:/a", [0, 0]),
        (WENT_ON, "exit_page:/b", [1, 0]),
        (TWO_SCREENS, "screen_class:desktop", [1, 0]),
        (TWO_SCREENS, "screen_class:mobile", [1, 0]),
    ],
)
@pytest.mark.parametrize("source", [Source.FACTS, Source.SESSIONS])
def test_visitors_of_days(store, monkeypatch, history, filtered, found, source):
    assert [cohort.visitors for cohort in cohorts(store, monkeypatch, history, filtered, source, TODAY)] == found


@pytest.mark.parametrize("days", [2, 140], ids=["those of the range grouped", "all grouped"])
@pytest.mark.parametrize("source", [Source.FACTS, Source.SESSIONS])
def test_who_was_there_before_is_not_new(store, monkeypatch, source, days):
    found = cohorts(store, monkeypatch, CAME_AGAIN, "country:FR", source, TOMORROW, days)
    assert sum(cohort.visitors for cohort in found) == 0


@pytest.mark.parametrize("filtered", ["screen_class:desktop", "screen_class:mobile"])
@pytest.mark.parametrize("source", [Source.FACTS, Source.SESSIONS])
def test_flows_over_several_screens(store, monkeypatch, source, filtered):
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={source}))
    base = query_of(TWO_SCREENS, Period(TODAY, TOMORROW), filtered)
    assert [flow.steps for flow in journeys.flows(store, base, 3, 10)] == [("/a", "/a")]


@pytest.mark.parametrize(
    ("history", "filtered", "minutes", "figures"),
    [
        # visitors, pageviews, sessions, share of bounces, seconds
        (LATER_FIRST, "country:FR", (0, DAY), (1, 1, 1, 0, 1800)),
        (LATER_FIRST, "country:US", (0, DAY), (1, 1, 1, 0, 1800)),
        (LATER_FIRST, "!country:FR", (0, DAY), (1, 2, 1, 0, 1800)),
        (LATER_FIRST, "country:GB", (0, DAY), (0, 0, 0, 0, 0)),
        (LATER_FIRST, "entry_page:/a !country:US", (0, DAY), (1, 2, 1, 0, 1800)),
        (REFERRED_LATE, "channel:search", (0, DAY), (1, 2, 1, 0, 1200)),
        (REFERRED_LATE, "channel:direct", (0, DAY), (0, 0, 0, 0, 0)),
        (PAUSED, "country:US", (0, DAY), (1, 2, 1, 0, 24_000)),
        (PAUSED, "exit_page:/b", (12 * HOUR + 10, 14 * HOUR), (0, 0, 0, 0, 0)),
        (PAUSED, "exit_page:/b country:DE", (13 * HOUR, 16 * HOUR), (1, 1, 1, 0, 24_000)),
        (JOINED, "country:US", (0, DAY), (1, 2, 1, 0, 2400)),
        (JOINED, "entry_page:/a", (0, DAY), (1, 3, 1, 0, 2400)),
        (AT_ONCE, "country:US", (0, DAY), (1, 1, 1, 0, 600)),
        (AT_ONCE, "!country:US", (0, DAY), (1, 1, 1, 0, 600)),
        (AT_ONCE, "country:DE channel:direct", (0, DAY), (1, 1, 1, 0, 600)),
        (AT_ONCE, "device:desktop", (0, DAY), (1, 2, 1, 0, 600)),
        (CRAWLED, "channel:direct", (0, DAY), (1, 1, 1, 0, 600)),
        (TWO_DAYS, "channel:direct", (0, 2 * DAY), (1, 2, 2, 1, 0)),
    ],
)
@pytest.mark.parametrize(
    ("source", "keys"),
    [(Source.FACTS, 5_000), (Source.SESSIONS, 0), (Source.SESSIONS, 5_000)],
    ids=["facts", "sessions, as a query", "sessions, by key"],
)
def test_key_figures_and_lists(store, monkeypatch, history, filtered, minutes, figures, source, keys):
    """Also of one bucket, and of the list of entry pages, whose totals are those of all sessions."""
    monkeypatch.setattr(sessions, "MAX_KEYS", keys)
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={source}))
    period = Period(TODAY + minutes[0], TODAY + minutes[1])
    base = query_of(history, period, filtered)
    visitors, pageviews, counted, bounces, seconds = figures
    assert run.kpis(store, base, None).current == run.KeyFigures(visitors, pageviews, counted, bounces, seconds)
    rows = fetch.fetch(store, BucketFigures(replace(base, buckets=(period.start,))))
    assert [row["pageviews"] for row in rows] == [pageviews] * min(pageviews, 1)
    assert [row["duration_ms"] for row in rows] == [seconds * counted * 1000] * min(pageviews, 1)
    listed = rankings.top_with_revenue(store, base, build.TOP_ENTRY_PAGES, 1, totals=True)
    assert sum(item.count.current for item in listed.items) == min(counted, 1)
    assert (listed.totals and (listed.totals.count, listed.totals.visitors)) == (
        (counted, visitors) if counted else None
    )


@pytest.mark.parametrize(("filtered", "counts"), [("", (2, 4)), ("country:DE", (2, 3)), ("country:US", (0, 1))])
@pytest.mark.parametrize("source", [Source.FACTS, Source.SESSIONS])
def test_pageviews_of_a_session_that_differs(store, source, filtered, counts):
    base = query_of(SEVERAL, Period(TODAY, TOMORROW), filtered)
    plan = choose(store, build.totals(base, "pageviews", "events"), {source})
    assert read(store, plan) == [dict(zip(("pageviews", "events"), counts, strict=True))]


@pytest.mark.parametrize(
    ("dimension", "filtered", "minutes", "found"),
    [
        ("country", "", (0, DAY), [("DE", 3), ("US", 1)]),
        ("country", "!country:DE", (0, DAY), [("US", 1)]),
        ("country", "country:D* channel:direct", (0, DAY), [("DE", 3)]),
        ("country", "channel:search", (0, DAY), []),
        ("country", "", (12 * HOUR + 11 * MINUTE, DAY), [("DE", 2), ("US", 1)]),
        ("country", "", (0, 12 * HOUR + 15 * MINUTE), [("DE", 2)]),
        ("screen_class", "", (0, DAY), [("unknown", 2), ("desktop", 1), ("mobile", 1)]),
        ("screen_class", "country:DE", (0, DAY), [("desktop", 1), ("mobile", 1), ("unknown", 1)]),
        ("traffic", "", (0, DAY), [("human", 4)]),
    ],
)
@pytest.mark.parametrize(
    ("source", "history"), [(Source.FACTS, SEVERAL), (Source.SESSIONS, SEVERAL), (Source.SESSIONS, UNTOLD)]
)
def test_lists_of_events_of_a_session_that_differ(
    store, monkeypatch, dimension, filtered, minutes, found, source, history
):
    """By the session as a whole, and where the period cuts it."""
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={source}))
    period = Period(TODAY + minutes[0], TODAY + minutes[1])
    base = query_of(history, period, filtered)
    listed = rankings.top(store, base, build.declared(dimension), 10)
    assert [(item.label, item.count.current) for item in listed] == found
    assert {item.visitors for item in listed} <= {1}


@pytest.mark.parametrize(
    ("period", "looked_for"),
    [(Period(TODAY, TOMORROW), False), (Period(NOON + 11 * MINUTE, TOMORROW), True)],
    ids=["it lies in the period", "it reaches over its start"],
)
@pytest.mark.parametrize("asked", [build.declared("country"), build.TOP_REFERRERS], ids=["of events", "of sessions"])
def test_events_are_not_looked_for_where_a_session_tells_them(store, period, looked_for, asked):
    base = query_of(SEVERAL, period, "country:DE")
    plan = choose(store, build.top(base, asked, 10), {Source.SESSIONS})
    assert isinstance(plan, Whole)
    facts = [part for part in plan.parts if isinstance(part, Part) and not part.told and part.among]
    assert bool(facts) is looked_for


@pytest.mark.parametrize(("most", "whole"), [(0, False), (1, True)])
def test_facts_answer_where_many_sessions_differ(store, monkeypatch, most, whole):
    monkeypatch.setattr(sessions, "MAX_TOLD", most)
    base = query_of(SEVERAL, Period(TODAY, TOMORROW))
    plan = choose(store, build.top(base, build.declared("country"), 10), {Source.SESSIONS})
    assert isinstance(plan, Whole) is whole


def cohorts(store, monkeypatch, history, filtered, source, start, days=2):
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={source}))
    return journeys.retention(store, query_of(history, Period(start, start + days * DAY), filtered), Bucket.DAY)
