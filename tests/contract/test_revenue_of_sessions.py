"""What labels of sessions earned is the same from their rows as from events, whatever is asked."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from tests.support.populate import EVENT, insert, name_sessions, session_rows

from footfall.catalog.tables import Table
from footfall.clock import HOUR
from footfall.model.period import Period
from footfall.query import build
from footfall.query.ast import Query
from footfall.query.filter import parse
from footfall.query.plan import RevenuePart, Whole
from footfall.query.rows import read
from footfall.query.sources import Source, choose, sessions
from footfall.store.protocol import Store

NOON = 1_781_172_000_000
FILTERS = (
    *("", "country:RO", "!country:RO", "country:*", 'country:""', "country:R*|DE", "!country:*O", "browser:firefox"),
    *("referrer:google.com", "!referrer:google.com", "referrer:direct country:DE", "channel:direct", "!channel:search"),
    *("entry_page:/pricing", "exit_page:/* country:RO", "!entry_page:/ !country:DE", "utm_campaign:spring"),
    *("city:Cluj country:RO", "screen_class:mobile", "language:ro", "traffic:bot", "device:desktop !browser:firefox"),
    *("path:/pricing", "pricing", "hostname:shop.example", "event_type:custom"),  # which rows of sessions don't tell
)
LISTS = (build.TOP_REFERRERS, build.TOP_ENTRY_PAGES, build.TOP_EXIT_PAGES, build.declared("utm_campaign"))
VARYING = {
    "country": ("RO", "DE", ""),
    "browser": ("Firefox", "Chrome"),
    "traffic": ("human", "human", "human", "bot"),
    "screen": ("320x600", "2560x1440", ""),
    "city": ("Cluj", "Iasi", ""),
    "language": ("ro", "de"),
}


def visit(chance: random.Random, number: int) -> list[dict[str, Any]]:
    """The events of a session, which mostly agree in everything, over up to some hours."""
    at = NOON + chance.randrange(48) * HOUR
    same = {name: chance.choice(values) for name, values in VARYING.items()}
    found = []
    for _ in range(chance.choice((1, 2, 2, 3, 5))):
        other = {name: chance.choice(values) for name, values in VARYING.items()} if chance.random() < 0.1 else {}
        paid = chance.random() < 0.4
        found.append(
            {
                **EVENT,
                **same,
                **other,
                "timestamp": at,
                "id_lo": len(found) + number * 100,
                "visitor": number % 40,
                "session": number,
                "event_type": chance.choice(("pageview", "pageview", "custom")),
                "path": chance.choice(("/", "/pricing", "/done")),
                "hostname": "shop.example",
                "source": chance.choice(("", "google.com", "news.example")),
                "channel": chance.choice(("", "search", "referral")),
                "utm_campaign": chance.choice(("", "spring")),
                "revenue": chance.choice((Decimal("0.1"), Decimal("-0.1"), Decimal("12.3456"))) if paid else Decimal(0),
                "currency": chance.choice(("EUR", 'U"\\D', "")),
            }
        )
        at += chance.choice((0, 1, 60_000, 1_800_000, 1_800_000, HOUR))
    name_sessions(found)
    return found


@pytest.fixture(scope="module")
def times(shared_store: Store) -> Iterator[list[int]]:
    """Of all events. Each session grew: its row of before is cancelled. What some earned is not told, or not known."""
    chance = random.Random(46)
    visits = [visit(chance, number) for number in range(1, 400)]
    insert(shared_store, "events", [event for events in visits for event in events])
    rows = []
    for events in visits:
        versions = [events[:count] for count in sorted({chance.randint(1, len(events)), len(events)})]
        told = [session_rows(part, version=version)[0] for version, part in enumerate(versions, 1)]
        early = {"earned": "?" if events[0]["timestamp"] < NOON + 6 * HOUR else "[]"}
        untold = ({}, {}, {}, {}, {"earned": "[]"}, early)
        told = [row | chance.choice(untold) if row["earned"] else row for row in told]
        rows += [row | {"sign": -1} for row, _ in pairwise(told)] + told
    shared_store.command("SYSTEM STOP MERGES sessions")
    insert(shared_store, "sessions", rows)
    yield sorted(event["timestamp"] for events in visits for event in events)
    shared_store.command("SYSTEM START MERGES sessions")


@pytest.mark.parametrize(("earned", "by_rows"), [("", True), ("[]", True), ("?", False)])
def test_what_an_earlier_version_left_open_is_read_from_events(store: Store, earned: str, by_rows: bool) -> None:
    events = visit(random.Random(1), 1)
    insert(store, "events", events)
    insert(store, "sessions", [row | {"earned": earned} for row in session_rows(events)])
    period = Period(events[0]["timestamp"], events[-1]["timestamp"] + 1)
    base = Query(project=1, table=Table.EVENTS, period=period, filters=parse("country:*"))
    plan = choose(store, build.revenue_of(base, build.TOP_REFERRERS), {Source.SESSIONS})
    assert isinstance(plan, Whole) is by_rows


@pytest.mark.parametrize("filtered", FILTERS)
def test_rows_of_sessions_tell_what_events_do(
    shared_store: Store, monkeypatch: pytest.MonkeyPatch, times: list[int], filtered: str
) -> None:
    chance = random.Random(filtered)
    by_rows = 0
    for listed in LISTS:
        for _ in range(4):
            edges = [chance.choice(times) + chance.randrange(2) for _ in range(2)]
            period = Period(min(edges), max(edges) + 1) if chance.random() < 0.8 else Period(times[0], times[-1] + 1)
            base = Query(project=1, table=Table.EVENTS, period=period, filters=parse(filtered))
            asked = build.revenue_of(replace(base, bots=chance.random() < 0.3), listed, limit=chance.choice((None, 3)))
            monkeypatch.setattr(sessions, "MAX_KEYS", chance.choice((5, 5_000)))
            plan = choose(shared_store, asked, {Source.SESSIONS})
            expected = read(shared_store, choose(shared_store, asked, {Source.FACTS}))
            assert [tuple(row.values()) for row in read(shared_store, plan)] == [
                tuple(row.values()) for row in expected
            ]
            by_rows += isinstance(plan, Whole) and isinstance(plan.parts[0], RevenuePart)
    assert bool(by_rows) is (filtered not in FILTERS[-4:])
