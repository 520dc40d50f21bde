"""What the benchmarks of reading are made of, without an engine."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from bench import recorded
from bench.b4_reading import allowed, quantile
from bench.b5_filters import _alike
from bench.copies import copied
from bench.data.calendar import months, shares
from bench.data.choices import Picker, zipf
from bench.data.facts import EventBlock
from bench.data.filling import UNTIL, Wanted, event_blocks, fill
from bench.endpoints import ENDPOINTS, HEAVY, LEFT_OUT, LIGHT, WEB_ENDPOINTS

from footfall.api.application import READING
from footfall.clock import DAY
from footfall.settings import Settings


def test_every_reading_endpoint_is_measured_or_left_out_for_a_reason():
    paths = [route.path for name in ("web", "tracking", "network", "proxy") for route in READING[name].routes]
    measured = [each.path for each in ENDPOINTS]
    holes = {"{slug}": "large", "{app_id}": "large", "{visitor_id}": "{visitor}"}
    for hole, value in holes.items():
        paths = [path.replace(hole, value) for path in paths]
    left_out = [path for path in paths if path not in measured]
    assert [path for path in left_out if not path.endswith(tuple(LEFT_OUT))] == []


def test_names_of_endpoints_are_unique():
    names = [each.name for each in ENDPOINTS]
    assert len(names) == len(set(names))


def test_months_cover_the_year_and_share_all_rows():
    parts = months(UNTIL)
    assert parts[0].period.start == UNTIL - 365 * DAY
    assert parts[-1].period.end == UNTIL
    assert all(one.period.end == other.period.start for one, other in pairwise(parts))
    for total in (1, 1_000, 99_999_999):
        assert sum(shares(total, parts)) == total


def test_there_are_more_rows_at_the_end_than_at_the_begin():
    first, *_, last = months(UNTIL)[1:-1]
    assert last.weight > 1.5 * first.weight


def test_a_picker_draws_by_weight():
    drawn = Picker(zipf(4)).draw(np.random.default_rng(1), 100_000)
    counts = np.bincount(drawn, minlength=4) / 100_000
    assert counts == pytest.approx(zipf(4) / zipf(4).sum(), abs=0.01)


def blocks_of(events: int) -> list[EventBlock]:
    parts = months(UNTIL)
    make = event_blocks(events)
    return [block for month, count in zip(parts, shares(events, parts), strict=True) for block, _ in make(month, count)]


def test_the_same_arguments_make_the_same_events():
    without = ["latitude", "longitude"]  # NaN, which no NaN equals
    one, same = ([block.rows().drop_columns(without) for block in blocks_of(2_000)] for _ in range(2))
    assert one == same
    assert sum(len(rows) for rows in one) == 2_000


def test_sessions_stay_apart_and_within_their_month():
    for block in blocks_of(5_000):
        sessions = block.drawn.sessions
        ends = block.drawn.times[block.drawn.first + sessions.length - 1]
        order = np.lexsort((sessions.start, sessions.visitor))
        same = sessions.visitor[order][1:] == sessions.visitor[order][:-1]
        gaps = sessions.start[order][1:] - ends[order][:-1]
        assert (gaps[same] > 30 * 60_000).all()
        assert len({int(time) // DAY // 31 for time in (ends.min(), ends.max())}) <= 2


def test_a_directory_of_other_rows_is_refused(tmp_path):
    manifest = {"until": UNTIL, "token": "", "surfaces": {"events": {"rows": 5, "complete": True}}}
    (tmp_path / "bench.json").write_text(json.dumps(manifest))
    settings = Settings(data=tmp_path)
    assert fill(settings, Wanted(UNTIL, events=5)) == manifest
    with pytest.raises(ValueError, match="holds 5 events, not 6"):
        fill(settings, Wanted(UNTIL, events=6))
    with pytest.raises(ValueError, match="until"):
        fill(settings, Wanted(UNTIL - DAY, events=5))


def test_bars_are_absolute_and_on_a_slower_machine_a_share_of_the_reference():
    light = next(each for each in WEB_ENDPOINTS if each.limit is LIGHT)
    heavy = next(each for each in WEB_ENDPOINTS if each.limit is HEAVY)
    assert allowed(light, DAY, 1_000) == 100
    assert allowed(light, 30 * DAY, 150) == 100
    assert allowed(light, 365 * DAY, 600) == 300
    assert allowed(heavy, 365 * DAY, 800) == 2_000


def test_quantiles_are_values_that_were_seen():
    assert quantile([5, 1, 3], 0.5) == 3
    assert quantile(list(range(1, 101)), 0.95) == 95


def test_figures_are_alike_where_distinct_counts_differ_a_little():
    assert _alike([("/", 1_000, 500)], [("/", 1_000, 510)])
    assert not _alike([("/", 1_000, 500)], [("/", 1_000, 550)])
    assert not _alike([("/", 1_000)], [("/cart", 1_000)])


def test_a_copy_shares_the_parts_and_nothing_that_is_written_in_place(tmp_path):
    data = tmp_path / "rows"
    data.mkdir()
    for name in ("data.bin", "meta.db"):
        (data / name).write_text("as it was")
    with copied(data, tmp_path) as copy:
        assert (copy / "data.bin").stat().st_ino == (data / "data.bin").stat().st_ino
        (copy / "meta.db").write_text("changed")
    assert (data / "meta.db").read_text() == "as it was"
    assert not copy.exists()


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(recorded, "FOLDER", tmp_path)
    monkeypatch.setattr(recorded, "PLOTS", tmp_path)

    def keep(label: str, millis: float) -> None:
        cells = {"kpis": {"24h": {"p50": millis, "p95": millis}, "12m": {"errors": ["500 memory"]}}}
        found = {"rows": {"events": 100}, "reference": {"24h": {"p50": 20, "p95": 30}}, "cells": cells}
        recorded.keep(label, {"at": "2026-11-28T00:00:00", "commit": "abc", "cores": 2, "processor": "x"}, found)

    return keep


def test_the_table_shows_before_and_after(kept):
    kept("after", 7)
    assert "| `kpis` | 7 |  |  | failed |" in recorded.table()
    kept("before", 70)
    assert "| `kpis` | 70 → 7 |  |  | failed → failed |" in recorded.table()


def test_nothing_recorded_is_said(kept):
    del kept
    assert recorded.table() == "Nothing is recorded yet."
