"""Which rows of a plan the store has already, by looking for the rows themselves.

An insert that was interrupted may have left its token in the engine's memory without its rows, or after a power cut its
rows without the token. Each partition of an insert is one part, stored as a whole or not at all, so one look per
partition is enough.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Any

import msgspec
import polars as pl

from footfall.catalog.tables import TABLES, Table
from footfall.drain.plan import Insert
from footfall.pipeline.rows import arrow
from footfall.store.protocol import FactStore, SessionVersion


def missing(facts: FactStore, number: int, insert: Insert) -> Insert | None:
    """An insert of batch `number`, cut down to the months (partitions) that are not stored yet; None where all are."""
    table = Table(insert.table)
    frame = _with_month(insert)
    there = _sessions(facts, number, frame) if table is Table.SESSIONS else _facts(facts, number, table, frame)
    return _rest(insert, frame.filter(~pl.col("month").is_in(sorted(there))))


def of_months(insert: Insert, months: Collection[int]) -> Insert | None:
    """An insert cut down to these months; None where it has nothing in them."""
    return _rest(insert, _with_month(insert).filter(pl.col("month").is_in(sorted(months))))


def _with_month(insert: Insert) -> pl.DataFrame:
    month = pl.col(TABLES[Table(insert.table)].partition).dt.strftime("%Y%m").cast(pl.UInt32)
    return pl.read_ipc(io.BytesIO(insert.arrow)).with_columns(month=month)


def _rest(insert: Insert, rest: pl.DataFrame) -> Insert | None:
    return None if rest.is_empty() else msgspec.structs.replace(insert, arrow=arrow(rest.drop("month")))


def _facts(facts: FactStore, number: int, table: Table, frame: pl.DataFrame) -> set[int]:
    """Months that have facts of the batch.

    A row of proxy logs that sums up several batches has the number of the newest. Among the batches of one writer that
    is the batch asked about: the next one begins after it has ended.
    """
    return facts.months_of_batch(table, number, frame["project_id"].unique().to_list())


def _sessions(facts: FactStore, number: int, frame: pl.DataFrame) -> set[int]:
    """Months in which the batch's sessions are stored: it added some there, or cancelled all that it had to."""
    there = facts.months_of_version(number)
    added = set(frame.filter(pl.col("sign") == 1)["month"])
    only_cancelled = frame.filter(~pl.col("month").is_in(sorted(added))).unique("month")
    return there | {row["month"] for row in only_cancelled.iter_rows(named=True) if not facts.is_live(_version(row))}


def _version(row: dict[str, Any]) -> SessionVersion:
    return SessionVersion(row["project_id"], Table(row["source_table"]), row["session"], row["version"])
