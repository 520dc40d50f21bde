from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import islice

import msgspec
import pytest
from typer.testing import CliRunner

from footfall.catalog.tables import Table
from footfall.cli import app
from footfall.cli.demo import SLUG, fill
from footfall.clock import DAY
from footfall.demo import generate
from footfall.demo.live import reports
from footfall.demo.saved import ANNOTATIONS
from footfall.meta import StoredFilters, open_meta
from footfall.model.raw import EngagementRows, EventRows, ProxyLogs, RequestRows, size
from footfall.pipeline import decode
from footfall.pipeline.steps import EVENT_STEPS, Tools, run
from footfall.query import filter  # noqa: A004 - the module is named after what it parses
from footfall.settings import Settings
from footfall.spool.memory import MemorySpool

NOW = 1_781_172_000_000  # 2026-06-11T10:00:00Z, a Thursday


def rows_of(kind, records):
    return [row for record in records if isinstance(record, kind) for row in record.rows]


@pytest.fixture(scope="module")
def records():
    return list(generate(7, NOW, days=14, visitors_per_day=200))


@pytest.fixture(scope="module")
def events(records):
    return rows_of(EventRows, records)


@pytest.fixture(scope="module")
def enriched(records):
    return run(EVENT_STEPS, decode.facts(records).frames[Table.EVENTS], Tools.default(), lambda *_: None)


def test_the_same_seed_gives_the_same_records():
    one, same, other = (list(generate(7, NOW, days=2, visitors_per_day=50, seed=seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize(("days", "visitors"), [(1, 1), (1, 300), (3, 40), (30, 2)])
def test_times_lie_in_the_last_days(days, visitors):
    records = list(generate(7, NOW, days=days, visitors_per_day=visitors))
    first = NOW - NOW % DAY - (days - 1) * DAY
    rows = rows_of(EventRows, records) + rows_of(RequestRows, records)
    assert rows
    assert all(first <= row.timestamp <= NOW for row in rows)
    assert all(record.project_id == 7 for record in records)


def test_every_day_has_visitors_as_asked(events):
    days = Counter(event.timestamp // DAY for event in events)
    assert len(days) == 14
    full = NOW // DAY - 7
    visitors = {event.visitor or event.visitor_id for event in events if event.timestamp // DAY == full}
    assert 150 < len(visitors) < 260


def test_evenings_are_busier_than_nights(events):
    hours = Counter(datetime.fromtimestamp(event.timestamp / 1000, UTC).hour for event in events)
    assert hours[20] > 3 * hours[3]


def test_ids_differ_and_grow_with_time(records):
    for kind in (EventRows, RequestRows):
        rows = rows_of(kind, records)
        assert len({(row.id_hi, row.id_lo) for row in rows}) == len(rows)
    for record in records:
        if isinstance(record, ProxyLogs):
            assert record.columns.timestamp == sorted(record.columns.timestamp)
            continue
        ids = [(row.timestamp, row.id_hi, row.id_lo) for row in record.rows]
        assert ids == sorted(ids)
        assert [row.id_hi >> 16 for row in record.rows] == [row.timestamp for row in record.rows]


def test_first_paths_are_the_most_common_by_far(events):
    products = Counter(found[1] for event in events if (found := re.search(r"/products/([\w-]+)", event.url)))
    (_, most), *_, (_, least) = products.most_common()
    assert len(products) == 20
    assert most > 5 * least


def test_every_visitor_is_known_by_hash_or_name(events):
    assert all(bool(event.visitor) != bool(event.visitor_id) for event in events)
    named = Counter(event.visitor_id for event in events if event.visitor_id)
    days = {name: {event.timestamp // DAY for event in events if event.visitor_id == name} for name in list(named)[:50]}
    assert any(len(seen) > 1 for seen in days.values()), "nobody comes back"


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ("channel", {"direct", "search", "social", "ai", "email", "paid", "referral"}),
        ("traffic", {"human", "bot", "ai", "monitor", "scanner"}),
        ("device", {"desktop", "mobile", "tablet", "other"}),
        ("event_type", {"pageview", "custom"}),
    ],
)
def test_each_kind_occurs(enriched, column, wanted):
    assert set(enriched[column].unique()) == wanted


@pytest.mark.parametrize(("column", "least"), [("browser", 4), ("os", 5), ("country", 10), ("utm_campaign", 4)])
def test_dimensions_have_variety(enriched, column, least):
    assert enriched[column].n_unique() >= least


def test_purchases_follow_carts_and_have_revenue(events):
    by_name = {name: [event for event in events if event.name == name] for name in ("add_to_cart", "purchase")}
    assert len(by_name["add_to_cart"]) > len(by_name["purchase"]) > 0
    for event in by_name["purchase"]:
        properties = json.loads(event.properties)
        assert float(event.revenue) > 0
        assert event.currency in {"EUR", "USD"}
        assert set(properties) == {"product", "quantity", "coupon"}


@pytest.mark.parametrize(("mode", "addresses"), [("full", "203.0.113."), ("truncated", "203.0.113.0"), ("none", "")])
def test_request_addresses_are_cut_as_set(mode, addresses):
    requests = rows_of(RequestRows, generate(7, NOW, days=1, visitors_per_day=20, request_ip=mode))
    found = {request.ip_address for request in requests if request.endpoint != "/healthz"}
    assert found
    assert all(address.startswith(addresses) and bool(address) == (mode != "none") for address in found)


def test_requests_fail_now_and_then(records):
    statuses = Counter(request.status for request in rows_of(RequestRows, records))
    assert {200, 201, 404} <= set(statuses)
    assert sum(count for status, count in statuses.items() if status >= 400) < 0.1 * statuses.total()


@dataclasses.dataclass
class Filled:
    """The parts that `fill` uses, with a spool in memory that is drained when asked."""

    settings: object
    meta: object
    spool: object
    clock: object
    drained: int = 0

    def wait_drained(self):
        batch = self.spool.take(1_000_000)
        while batch is not None:
            self.spool.finish(batch)
            self.drained += 1
            batch = self.spool.take(1_000_000)


def test_fill_makes_a_project_and_a_token_for_it(tmp_path):
    settings = Settings(data=tmp_path / "data", batch_events=20)

    def clock() -> int:
        return NOW

    meta = open_meta(settings, clock)
    try:
        spool = MemorySpool(clock=clock, capacity=10_000)
        services = Filled(settings, meta, spool, clock)
        token = fill(services, days=90, visitors_per_day=3)
        project = meta.project(SLUG)
        assert meta.token(token).projects == {project.number}
        assert services.drained > 1, "it waits for room"
        state = spool.state()
        expected = sum(map(size, generate(project.number, NOW, days=90, visitors_per_day=3)))
        assert (state.waiting, state.drained) == (0, expected)
        (funnel,) = meta.saved.funnels.all(project)
        filters = StoredFilters(meta.saved, clock).of(project)
        for text in (*filters.segments.values(), *funnel.steps, *(goal.filter for goal in filters.goals)):
            assert filter.parse(text, filters.find)
        assert [note.at for note in meta.saved.annotations.all(project)] == [
            NOW - NOW % DAY - age * DAY for age in sorted(ANNOTATIONS) if age < 90
        ]
    finally:
        meta.close()


@pytest.mark.parametrize("option", ["--days", "--visitors-per-day"])
def test_options_have_bounds(option):
    result = CliRunner().invoke(app, ["demo", option, "0"])
    assert result.exit_code == 2
    assert option in result.output


def test_every_surface_has_data(records):
    assert {type(record) for record in records} == {EventRows, EngagementRows, RequestRows, ProxyLogs}
    reports_ = rows_of(EngagementRows, records)
    assert all(0 <= report.scroll <= 100 and report.engaged_ms > 0 for report in reports_)
    assert 0.2 < sum(report.lcp is not None for report in reports_) / len(reports_) < 0.8
    users = Counter(request.user_id for request in rows_of(RequestRows, records))
    assert len(users) > 4
    (logs,) = [record.columns for record in records if isinstance(record, ProxyLogs)][-1:]
    assert len(set(map(len, msgspec.structs.astuple(logs)))) == 1


def test_a_year_grows_has_seasons_and_a_spike():
    days = Counter()
    for record in generate(7, NOW, days=396, visitors_per_day=20):
        if isinstance(record, EventRows):
            days[(NOW - record.rows[0].timestamp + DAY) // DAY] += len(record.rows)
    year_ago, now = sum(days[age] for age in range(366, 394)), sum(days[age] for age in range(25, 53))
    assert 1.2 * year_ago < now
    assert days[18] > 2 * days[25]


def test_live_reports_are_in_the_order_of_time_and_differ_by_seed():
    found = list(islice(reports("ff_site_x", 1), 200))
    assert found == list(islice(reports("ff_site_x", 1), 200))
    assert found != list(islice(reports("ff_site_x", 2), 200))
    assert [report.at for report in found] == sorted(report.at for report in found)
    assert {report.body["t"] for report in found} == {"pageview", "event", "engagement"}
    assert {report.body["k"] for report in found} == {"ff_site_x"}
