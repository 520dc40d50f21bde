"""Every source of a figure gives the figure of the oracle, for any history: facts, sessions, roll-ups, and mixtures.

Roll-ups are made between the rounds of a history, so that later rounds leave some of their cells valid and others not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis.strategies import one_of
from tests.oracle.answers import ENDPOINTS
from tests.support.history import History
from tests.support.history_check import differences
from tests.support.history_product import Product
from tests.support.history_strategies import histories
from tests.support.history_survey import FEWER, survey
from tests.support.populate import populate

from footfall.api.web.routes import router
from footfall.catalog.dimensions import TOP_LISTS
from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR
from footfall.model.period import Period
from footfall.query import fetch, journeys
from footfall.query.ast import BucketFigures, Flows, Query, Retention, Slice
from footfall.query.filter import parse
from footfall.query.plan import AnyPlan, FlowBuckets, FlowsOfSessions, LookUp
from footfall.query.rows import Row, read
from footfall.query.sources import Source, choose, flows, funnels, sessions, slices
from footfall.query.sql import retention
from footfall.store.protocol import Reader, Store

ROLLED_UP = (
    *("/kpis", "/kpis", "/timeseries", "/timeseries", "/count", "/custom-events", "/properties"),
    *("/top-pages", "/top-pages"),
    *("/top-referrers", "/top-entry-pages", "/top-exit-pages"),
    *(f"/{endpoint.path}" for _, endpoint in TOP_LISTS),
)
"""Endpoints that roll-ups can answer."""

NOVEMBER = 1_793_491_200_000  # 2026-11-01

ZONES = ("UTC", "Europe/Bucharest", "Asia/Kolkata")


class RolledProduct(Product):
    """Rolls up after every other round."""

    zone = "UTC"
    rounds = 0

    def drain(self) -> None:
        super().drain()
        self.rounds += 1
        if self.rounds % 2:
            self.roll_up(self.zone, everything=True)


def about_everybody(history: History) -> History:
    """The same, with queries that roll-ups can answer: without a filter, over days and months."""
    templates = [
        replace(
            template,
            terms=(),
            span={"": "7d", "1h": "30d", "24h": "12m"}.get(template.span, template.span)
            if isinstance(template.span, str)
            else template.span,
            others=tuple(pair for pair in template.others if pair[0] != "bots"),
        )
        for template in history.templates
    ]
    return replace(history, templates=tuple(templates))


@pytest.fixture
def product(store: Store, tmp_path: Path) -> Iterator[RolledProduct]:
    made = RolledProduct(store, tmp_path / "journal", router)
    yield made
    made.close()


@pytest.mark.parametrize("zone", ZONES)
def test_roll_ups_and_sessions_equal_the_oracle(
    product: RolledProduct, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """Also where there are so few facts that those would be read."""
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={Source.ROLLUPS, Source.SESSIONS}))
    product.zone = zone
    made = one_of(histories(tuple(ENDPOINTS)), histories(ROLLED_UP).map(about_everybody))
    survey(made, FEWER, lambda group: differences(product, group), 8 + ZONES.index(zone))


@pytest.mark.parametrize("source", Source)
def test_a_session_over_days_counts_in_each_that_it_has_events_in(store: Store, source: Source) -> None:
    """Cells or not, and however few facts there are."""
    events = [{"visitor": 1, "session_id": "s", "at": NOVEMBER + day * DAY + HOUR} for day in (2, 5)]
    populate(store, events)
    days = tuple(NOVEMBER + day * DAY for day in range(30))
    asked = BucketFigures(Query(project=1, table=Table.EVENTS, period=Period(days[0], days[-1]), buckets=days[:-1]))
    found = read(store, choose(store, asked, {source}))
    assert [(row["bucket"], row["visitors"], row["sessions"]) for row in found] == [(days[2], 1, 1), (days[5], 1, 1)]


def test_facts_equal_the_oracle(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is rolled up: no cell could be read."""
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={Source.FACTS}))
    product = Product(store, tmp_path / "journal", router)
    survey(histories(tuple(ENDPOINTS)), FEWER, lambda group: differences(product, group), 11)
    product.close()


@pytest.mark.parametrize("one_pass", [0, 100 * DAY], ids=["all grouped", "those of the range grouped"])
@pytest.mark.parametrize("source", [Source.FACTS, Source.SESSIONS])
def test_visitors_in_slices_equal_the_oracle(
    product: RolledProduct, monkeypatch: pytest.MonkeyPatch, source: Source, one_pass: int
) -> None:
    """As those of tens of millions of events are, which are too many to be grouped at once."""
    monkeypatch.setattr(sys.modules[choose.__module__], "_SLICE_EVENTS", 3)
    for module in (sys.modules[choose.__module__], retention):
        monkeypatch.setattr(module, "ONE_PASS", one_pass)
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={source}))
    survey(histories(("/retention", "/funnel")), FEWER, lambda group: differences(product, group), 14)


@pytest.mark.parametrize(("events", "of"), [(2, 1), (3, 2), (7, 3)])
def test_there_are_more_slices_the_more_events_there_are(
    store: Store, monkeypatch: pytest.MonkeyPatch, events: int, of: int
) -> None:
    monkeypatch.setattr(sys.modules[choose.__module__], "_SLICE_EVENTS", 3)
    monkeypatch.setattr(sys.modules[choose.__module__], "ONE_PASS", 0)
    populate(store, [{"visitor": visitor, "path": "/a", "at": NOVEMBER + HOUR} for visitor in range(events)])
    base = Query(project=1, table=Table.EVENTS, period=Period(NOVEMBER, NOVEMBER + DAY))
    found = slices(store, Retention(base, since=NOVEMBER))
    assert [part.slice for part in found] == ([Slice(rest, of) for rest in range(of)] if of > 1 else [None])


@pytest.mark.parametrize("keys", [0, 5_000], ids=["as a query", "by key"])
def test_unknown_sessions_however_they_are_named_equal_the_oracle(
    product: RolledProduct, monkeypatch: pytest.MonkeyPatch, keys: int
) -> None:
    monkeypatch.setattr(sessions, "MAX_KEYS", keys)
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={Source.SESSIONS}))
    survey(histories(("/retention", "/top-flows")), FEWER, lambda group: differences(product, group), 16)


@pytest.mark.parametrize("keys", [0, 5_000], ids=["as a query", "by key"])
def test_uneven_sessions_however_they_are_named_equal_the_oracle(
    product: RolledProduct, monkeypatch: pytest.MonkeyPatch, keys: int
) -> None:
    monkeypatch.setattr(sessions, "MAX_KEYS", keys)
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={Source.SESSIONS}))
    asked = ("/kpis", "/kpis", "/timeseries", "/top-referrers", "/top-entry-pages", "/top-channels", "/top-countries")
    survey(histories(asked), FEWER, lambda group: differences(product, group), 17)


@pytest.mark.parametrize("most", [1, 2, 1_000], ids=["all in order of ids", "as many as are named", "few"])
def test_steps_of_one_millisecond_are_taken_in_the_order_of_their_ids(
    store: Store, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Of two visitors with the same two pages at one time, one saw them in the order of the funnel."""
    monkeypatch.setattr(funnels, "MAX_TIED", most)
    views = [
        (1, "/a", 1),
        (1, "/b", 2),
        (2, "/a", 2),
        (2, "/b", 1),
        (3, "/a", 1),
        (4, "/b", 1),
        (5, "/a", 1),
        (5, "/b", 9),
    ]
    populate(
        store,
        [
            {"visitor": visitor, "session": visitor, "path": path, "id_lo": place, "at": NOVEMBER + place // 9}
            for visitor, path, place in views
        ],
    )
    base = Query(project=1, table=Table.EVENTS, period=Period(NOVEMBER, NOVEMBER + DAY))
    found = journeys.funnel(store, base, (parse("path:/a"), parse("path:/b")), HOUR)
    assert [step.visitors for step in found] == [4, 2]


def test_flows_of_few_buckets_equal_the_oracle(product: RolledProduct, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of so few that a flow of the ranking may be in none of them: then all are counted."""
    monkeypatch.setattr(flows, "MANY", 0)
    monkeypatch.setattr(flows, "_kept", lambda _: 2)
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed={Source.SESSIONS}))
    survey(histories(("/top-flows",)).map(about_everybody), FEWER, lambda group: differences(product, group), 15)


@pytest.mark.parametrize(
    ("sessions", "all_counted"),
    [((3, 2, 1), False), ((3, 2, 2), True), ((3,), False)],
    ids=["a bucket that is left out has less than the last", "it has as much", "there is one bucket"],
)
def test_all_flows_are_counted_where_a_bucket_left_out_may_hold_one_of_the_ranking(
    store: Store, monkeypatch: pytest.MonkeyPatch, sessions: tuple[int, ...], all_counted: bool
) -> None:
    """A ranking of two flows, of two buckets."""
    monkeypatch.setattr(flows, "MANY", 0)
    monkeypatch.setattr(flows, "_kept", lambda limit: limit)
    visits = [page for page, count in enumerate(sessions) for _ in range(count)]
    populate(store, [{"visitor": n, "session": n, "path": f"/{page}", "at": NOVEMBER} for n, page in enumerate(visits)])
    period = Period(NOVEMBER, NOVEMBER + DAY)
    query = Flows(Query(project=1, table=Table.EVENTS, period=period), depth=5, limit=2)
    read_, asked = flows.read, list[AnyPlan | LookUp]()

    def noting(store: Reader, query: AnyPlan | LookUp) -> list[Row]:
        asked.append(query)
        return read_(store, query)

    monkeypatch.setattr(flows, "read", noting)
    plan = choose(store, query, {Source.SESSIONS})
    assert isinstance(plan, FlowsOfSessions)
    found = flows.ranked(store, plan)
    assert [(row["steps"], row["sessions"]) for row in found] == [
        ([f"/{page}"], count) for page, count in enumerate(sessions[:2])
    ]
    assert any(isinstance(query, FlowBuckets) for query in asked)
    assert (asked[-1] == plan) is all_counted


@pytest.mark.usefixtures("by_cells")
def test_the_sources_chosen_equal_the_oracle(product: RolledProduct, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "choose", partial(choose, allowed=set(Source)))
    survey(histories(tuple(ENDPOINTS)), FEWER, lambda group: differences(product, group), 11)
