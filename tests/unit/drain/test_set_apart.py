"""Rows of old months are set apart once, whatever becomes of the others until the batch is planned again."""

from __future__ import annotations

import io
from collections.abc import Iterable

import polars as pl
import pytest

from footfall.clock import DAY
from footfall.drain.backfill import MAX_MONTHS, Backfill
from footfall.model.raw import EventRows, RawEvent, Record, RequestColumns, size
from footfall.pipeline.decode import facts
from footfall.spool.memory import MemorySpool

NOON = 1_780_000_000_000
MONTHS = 2 * MAX_MONTHS + 3


def records(*months: int) -> list[Record]:
    return [EventRows(1, NOON, [RawEvent(NOON - month * 30 * DAY, 1, month) for month in months])]


def ids(found: Iterable[Record]) -> list[int]:
    return [row.id_lo for record in found if isinstance(record, EventRows) for row in record.rows]


def apart(spool: MemorySpool) -> list[int]:
    batch = spool.take(10_000)
    return ids(spool.records(batch)) if batch else []


def test_an_erased_row_moves_no_other_into_the_batch() -> None:
    spool = MemorySpool()
    kept = ids(Backfill(lambda: spool).without_old("serve", 7, records(*range(MONTHS))))
    again = Backfill(lambda: spool).without_old("serve", 7, records(*range(1, MONTHS)))
    assert ids(again) == [row for row in kept if row != 0]
    assert sorted(apart(spool)) == sorted({*range(MONTHS)} - {*kept})


def test_a_batch_that_has_become_small_keeps_what_stayed() -> None:
    spool = MemorySpool()
    kept = ids(Backfill(lambda: spool).without_old("serve", 7, records(*range(MONTHS))))
    left = [*kept[:1], MONTHS - 1]
    assert ids(Backfill(lambda: spool).without_old("serve", 7, records(*left))) == kept[:1]


def test_the_next_batch_is_settled_anew() -> None:
    spool = MemorySpool()
    backfill = Backfill(lambda: spool)
    backfill.without_old("serve", 7, records(*range(MONTHS)))
    assert sum(map(size, backfill.without_old("serve", 8, records(MONTHS)))) == 1


def test_no_spool_is_made_for_recent_rows() -> None:
    opened: list[int] = []

    def spool() -> MemorySpool:
        opened.append(1)
        return MemorySpool()

    Backfill(spool, lambda: False).without_old("serve", 7, records(0, 1))
    assert opened == []


@pytest.mark.parametrize("months", [(), (0,), (0, MONTHS), (*range(MAX_MONTHS),), (*range(MONTHS),)])
def test_a_batch_is_of_concern_where_rows_of_it_would_be_set_apart(months: tuple[int, ...]) -> None:
    spool = MemorySpool()
    backfill = Backfill(lambda: spool)
    sent = records(*months)
    concerns = backfill.concerns("serve", 7, facts(sent))
    assert concerns == (backfill.without_old("serve", 7, sent) != sent) == (len(months) > MAX_MONTHS)


def test_a_batch_whose_rows_were_set_apart_stays_of_concern() -> None:
    spool = MemorySpool()
    backfill = Backfill(lambda: spool)
    backfill.without_old("serve", 7, records(*range(MONTHS)))
    assert backfill.concerns("serve", 7, facts(records(0)))
    assert not backfill.concerns("serve", 8, facts(records(0)))


def test_imports_are_of_no_concern() -> None:
    spool = MemorySpool()
    old = [imported(NOON - month * 30 * DAY) for month in range(MONTHS)]
    assert not Backfill(lambda: spool).concerns("serve", 7, facts([*records(0), *old]))


def imported(at: int) -> RequestColumns:
    file = io.BytesIO()
    pl.DataFrame({"timestamp": [at]}).write_ipc(file)
    return RequestColumns(1, NOON, 1, file.getvalue())
