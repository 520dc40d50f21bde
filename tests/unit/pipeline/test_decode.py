from __future__ import annotations

import io
import weakref

import polars as pl
import pytest

from footfall.catalog.tables import Table
from footfall.model import flat
from footfall.model.flat import flattened
from footfall.model.raw import (
    EngagementRows,
    EventColumns,
    EventRows,
    ProxyColumns,
    ProxyLogs,
    RawEngagement,
    RawEvent,
    RawRequest,
    RequestColumns,
    RequestRows,
)
from footfall.pipeline import decode

PIECES = [1, decode._AT_ONCE, decode._HELD, decode._HELD + 1, 2 * decode._HELD + 7]


def frame(table, *records):
    return decode.facts(records).frames[table]


@pytest.mark.parametrize("count", PIECES)
def test_a_column_is_made_in_pieces_and_has_every_value_once(count):
    rows = [
        RawEvent(number, number, 0, name=f"event {number}" if number > decode._HELD else "", properties=b'{"a":1}')
        for number in range(count)
    ]
    found = frame(Table.EVENTS, EventRows(1, 0, rows[:3]), EventRows(2, 0, rows[3:]))
    assert found["project_id"].to_list() == [1] * len(rows[:3]) + [2] * len(rows[3:])
    assert found["id_hi"].to_list() == list(range(count))
    assert found["name"].to_list() == [row.name for row in rows]
    assert found["properties"].unique().to_list() == ['{"a":1}']
    assert {series.n_chunks() for series in found} == {1}


@pytest.mark.parametrize("count", PIECES)
def test_columns_and_rows_of_the_same_events_are_the_same_facts(count):
    rows = [
        RawEvent(number, 7, 0, name=f"event {number % 3}", latitude=number % 2 or None, properties=b'{"a":1}')
        for number in range(count)
    ]
    record = EventRows(1, 0, rows)
    beside = EventRows(2, 0, [RawEvent(5, 5, 5, name="beside", own_id=True)])
    expected = frame(Table.EVENTS, beside, record, beside, record)
    columns = EventColumns.of(record)
    for one, other in [(columns, columns), (columns.flattened(), columns), (columns.flattened(), columns.flattened())]:
        assert frame(Table.EVENTS, beside, one, beside, other).equals(expected)


@pytest.mark.parametrize("before", [1, decode._HELD, decode._MOST - 1])
@pytest.mark.parametrize("count", [1, 300, decode._HELD + 5])
def test_flat_columns_stand_beside_rows_of_any_number(before, count):
    rows = [RawEvent(number, 7, 0, name=f"event {number % 3}", latitude=number % 2 or None) for number in range(count)]
    some = EventRows(1, 0, rows)
    first = EventColumns.of(EventRows(1, 0, rows[:1] * before)).flattened()
    for kind in (lambda record: record, EventColumns.of):
        found = frame(Table.EVENTS, first, kind(some), first, first, kind(some))
        assert found.equals(frame(Table.EVENTS, EventRows(1, 0, rows[:1] * before), some, *[first] * 2, some))
        assert found["timestamp"].to_list() == [
            *([0] * before), *range(count), *([0] * 2 * before), *range(count)
        ]  # fmt: skip


def test_values_of_flat_columns_are_no_objects_on_the_way(monkeypatch):
    """Also beside a few rows, as many projects send them, and beside what all rows share."""
    flat_ones = [
        EventColumns.of(EventRows(project, 0, [RawEvent(n, 7, n, name=f"event {n % shared}") for n in range(40)]))
        for project, shared in ((2, 3), (3, 1))
    ]
    few = EventRows(1, 0, [RawEvent(5, 7, 1, name="few"), RawEvent(6, 7, 2, name="")])
    expected = frame(Table.EVENTS, few, *flat_ones, few)
    monkeypatch.setattr(flat, "_LISTS", {})
    assert frame(Table.EVENTS, few, *(one.flattened() for one in flat_ones), few).equals(expected)


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("name", flattened(["a", "b"])),
        ("timestamp", flattened([1, 2, 3, 4])),
        ("event_type", flattened(["custom", "pageview", "none"])),
        ("event_type", ["custom", "pageview", "none"]),
    ],
)
def test_flat_columns_that_do_not_fit_are_refused(field, column):
    """A spool's row whose checksum holds has none."""
    made = EventColumns.of(EventRows(1, 0, [RawEvent(number, 7, number) for number in range(3)])).flattened()
    setattr(made.fields, field, column)
    with pytest.raises((ValueError, pl.exceptions.PolarsError)):
        decode.facts([made])


@pytest.mark.parametrize("count", PIECES)
def test_so_is_one_of_proxy_logs(count):
    numbers = list(range(count))
    texts = [str(number) for number in numbers]
    columns = ProxyColumns(*(texts if "str" in hint else numbers for hint in ProxyColumns.__annotations__.values()))
    found = frame(Table.PROXY_LOGS, ProxyLogs(1, 0, columns))
    assert found["order_id"].to_list() == numbers
    assert found["domain"].to_list() == texts


def test_no_records_are_a_frame_without_rows():
    found = frame(Table.EVENTS)
    assert found.is_empty()
    assert found.schema == frame(Table.EVENTS, EventRows(1, 0, [RawEvent(0, 0, 0)])).schema
    assert isinstance(found.schema["name"], pl.String)


def test_a_piece_has_a_column_that_others_lack():
    names = ["" for _ in range(decode._HELD)]
    names += ["named", *names]
    rows = [RawEvent(0, 0, number, name=name) for number, name in enumerate(names)]
    assert frame(Table.EVENTS, EventRows(1, 0, rows))["name"].to_list() == names


def test_facts_of_all_kinds_keep_their_order():
    def imported(*endpoints):
        file = io.BytesIO()
        pl.DataFrame({"endpoint": endpoints, "timestamp": [5] * len(endpoints)}).write_ipc(file)
        return RequestColumns(2, 0, len(endpoints), file.getvalue())

    # One row a record, as from many senders: these are transposed together.
    records = [
        record
        for number in range(decode._AT_ONCE + 3)
        for record in (
            EventRows(number, 0, [RawEvent(number, 0, 0)]),
            RequestRows(1, 0, [RawRequest(1, 0, 0, endpoint=f"/{number}")]),
            EngagementRows(1, 0, [RawEngagement(number, 0, 0)]),
            *([imported("a", "b")] if number == 1 else []),
        )
    ]
    found = decode.facts(iter(records))
    numbers = list(range(decode._AT_ONCE + 3))
    assert found.frames[Table.EVENTS]["project_id"].to_list() == numbers
    assert found.frames[Table.EVENTS]["timestamp"].to_list() == numbers
    assert found.frames[Table.REQUESTS]["endpoint"].to_list() == [f"/{number}" for number in numbers] + ["a", "b"]
    assert found.imported == 2
    assert found.frames[Table.ENGAGEMENTS]["timestamp"].to_list() == numbers
    assert found.frames[Table.PROXY_LOGS].is_empty()


class Watched(RawEvent, weakref=True, gc=True):
    """An event of which one can ask whether it is still there."""


def test_records_are_never_there_together():
    refs = []

    def made():
        for number in range(6):
            rows = [Watched(number, 0, 0) for _ in range(decode._AT_ONCE)]
            refs.append(weakref.ref(rows[0]))
            assert [ref() for ref in refs[:-2]] == [None] * (len(refs[:-2]))
            yield EventRows(1, 0, rows)
            del rows

    assert len(decode.facts(made()).frames[Table.EVENTS]) == 6 * decode._AT_ONCE


def test_many_logs_are_made_columns_in_pieces(monkeypatch):
    lengths = []
    series = decode._series
    monkeypatch.setattr(decode, "_series", lambda *made: lengths.append(len(made[1])) or series(*made))
    count = 2 * decode._HELD + 5
    columns = ProxyColumns(
        *(["a"] * count if "str" in hint else [1] * count for hint in ProxyColumns.__annotations__.values())
    )
    assert len(frame(Table.PROXY_LOGS, ProxyLogs(1, 0, columns), ProxyLogs(1, 0, columns))) == 2 * count
    assert max(lengths) == decode._HELD
