from __future__ import annotations

from dataclasses import replace

import pytest

from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period
from footfall.pipeline.keys import text_key
from footfall.query.ast import (
    AnyQuery,
    Breakdowns,
    Engagement,
    Flows,
    Funnel,
    Keys,
    Kpis,
    Pattern,
    Query,
    Retention,
    Term,
    VisitorSessions,
    equals,
    map_queries,
)
from footfall.query.filter import parse
from footfall.query.passes import PASSES, complete
from footfall.query.passes.clamp import EARLIEST, LATEST

BASE = Query(project=1, table=Table.EVENTS, period=Period(1_780_000_000_000, 1_780_086_400_000), metrics=("events",))
HUMANS = equals("traffic", "human")


@pytest.mark.parametrize(
    ("table", "bots", "filters"),
    [
        (Table.EVENTS, None, (HUMANS,)),
        (Table.EVENTS, True, ()),
        (Table.REQUESTS, None, ()),
        (Table.REQUESTS, False, (HUMANS,)),
    ],
)
def test_bots(table: Table, bots: bool | None, filters: tuple[Term, ...]) -> None:
    assert complete(replace(BASE, table=table, bots=bots)).filters == filters


def test_periods_are_clamped() -> None:
    assert complete(replace(BASE, period=Period(-(2**60), 2**60))).period == Period(EARLIEST, LATEST)


def test_terms_of_the_session_become_memberships() -> None:
    found = complete(replace(BASE, bots=True, filters=parse("path:/ channel:search !utm_source:mail utm_term:x")))
    assert found.filters == (equals("path", "/"),)
    joint, excluded = found.within
    assert not joint.negated
    assert joint.query.table is Table.SESSIONS
    assert joint.query.filters == (equals("channel", "search"), equals("utm_term", "x"))
    assert excluded.negated
    assert excluded.query.filters == (equals("utm_source", "mail"),)


def test_sessions_count_if_an_event_matches() -> None:
    found = complete(replace(BASE, table=Table.SESSIONS, metrics=("sessions",), filters=parse("path:/ !channel:ai")))
    assert found.filters == (Term("channel", (Pattern(("ai",)),), negated=True),)
    (member,) = found.within
    assert member.query.table is Table.EVENTS
    assert member.query.filters == (equals("path", "/"), HUMANS)


def test_sessions_named_by_key_need_no_events() -> None:
    query = replace(BASE, table=Table.SESSIONS, bots=True, keys=(Keys("session", (7,)),))
    assert complete(query).within == ()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("visitor_id:ann", (text_key("ann"),)),
        ("visitor_id:00000000000000ff", tuple(sorted({255, text_key("00000000000000ff")}))),
        ("visitor_id:ann|bob", tuple(sorted({text_key("ann"), text_key("bob")}))),
        ("!visitor_id:ann", None),
        ("visitor_id:a*", None),
        ("visitor_id:ann|b*", None),
    ],
)
def test_visitors_are_found_by_key(text: str, keys: tuple[int, ...] | None) -> None:
    found = complete(replace(BASE, filters=parse(f"{text} channel:search")))
    assert found.keys == ((Keys("visitor", keys),) if keys else ())
    assert found.within[0].query.keys == found.keys


@pytest.mark.parametrize(
    "query",
    [
        BASE,
        Kpis(BASE),
        Flows(BASE, 3),
        Funnel(BASE, (BASE, BASE), 60_000),
        Retention(BASE, 0),
        VisitorSessions(BASE, 1, 1),
        Engagement(BASE),
        Breakdowns(BASE, Bucket.HOUR, (), 1),
    ],
    ids=lambda query: type(query).__name__,
)
def test_rules_reach_every_query_in_a_query(query: AnyQuery) -> None:
    def rule(query: Query) -> Query:
        return replace(query, limit=7)

    text = repr(query)
    assert repr(map_queries(query, rule)) == text.replace("limit=None, skip=0", "limit=7, skip=0")


@pytest.mark.parametrize("table", [Table.EVENTS, Table.SESSIONS])
def test_passes_are_idempotent(table: Table) -> None:
    query = replace(BASE, table=table, filters=parse("path:/ channel:ai !referrer:https://a/* country:RO"))
    for rule in PASSES:
        query = rule(query)
        assert rule(query) == query
