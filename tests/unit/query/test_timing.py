from __future__ import annotations

from dataclasses import replace

import pytest

from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period
from footfall.query import build
from footfall.query import timing as timing_module
from footfall.query.ast import Breakdowns, Flows, Keys, Kpis, Query
from footfall.query.passes import complete
from footfall.query.plan import (
    BreakdownsOfCells,
    CellPart,
    Cells,
    FlowsOfSessions,
    LabelsOfWhole,
    MatchedPart,
    Part,
    UnmixedPart,
    Whole,
)
from footfall.query.sources import Source
from footfall.query.timing import Timing, sources_of

EVENTS = build.totals(
    Query(project=1, table=Table.EVENTS, period=Period(1_780_000_000_000, 1_780_086_400_000)), "visitors"
)
SESSIONS = replace(EVENTS, table=Table.SESSIONS)


def test_sources_of_an_answer_are_those_of_its_parts() -> None:
    whole = Whole(EVENTS, (CellPart(EVENTS, Cells(("events",))), UnmixedPart(SESSIONS, ()), Part(EVENTS)))
    assert sources_of(whole) == {Source.ROLLUPS, Source.SESSIONS, Source.FACTS}
    assert sources_of(LabelsOfWhole(whole)) == sources_of(whole)
    assert sources_of(Whole(EVENTS, (Part(SESSIONS, differing=1),))) == {Source.SESSIONS}
    assert sources_of(Whole(SESSIONS, (MatchedPart(SESSIONS, EVENTS),))) == {Source.FACTS}


def test_breakdowns_tell_of_their_cells() -> None:
    requests = Breakdowns(replace(EVENTS, table=Table.REQUESTS), Bucket.DAY, ("country",), 100)
    assert sources_of(requests) == {Source.FACTS}
    days = Cells(("network:",), ("day",), (1_780_012_800_000,), (7,))
    assert sources_of(BreakdownsOfCells(requests, days)) == {Source.ROLLUPS, Source.FACTS}


def test_sessions_that_are_found_by_their_events_are_read_from_facts() -> None:
    assert sources_of(SESSIONS) == {Source.SESSIONS}
    assert sources_of(complete(SESSIONS)) == {Source.FACTS}
    assert sources_of(Kpis(EVENTS)) == {Source.FACTS}


def test_flows_that_need_the_events_of_some_sessions_tell_of_both() -> None:
    flows = FlowsOfSessions(Flows(EVENTS, 3, 20), SESSIONS)
    assert sources_of(flows) == {Source.SESSIONS}
    assert sources_of(replace(flows, besides=Keys("session", (5,)))) == {Source.SESSIONS, Source.FACTS}


def test_time_in_which_several_statements_run_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter((10.0, 13.0, 20.0, 21.0))
    monkeypatch.setattr(timing_module, "perf_counter", lambda: next(seconds))
    timing = Timing()
    with timing.in_store(), timing.in_store():
        pass
    with timing.in_store():
        pass
    assert timing.store_seconds == 4.0
    timing.note(EVENTS)
    timing.note(SESSIONS)
    assert timing.sources == [Source.ROLLUPS, Source.SESSIONS, Source.FACTS][1:]
