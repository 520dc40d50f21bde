"""What of a plan is in the store already, asked of the rows themselves.

An insert that died may have left its token in the engine's memory without its rows, or after a power cut its rows
without the token. A partition of an insert is one part, which is there or not: so one look per partition tells.
"""

from __future__ import annotations

import io

import polars as pl

from footfall.drain.plan import Insert
from footfall.pipeline.rows import arrow
from footfall.store.protocol import Store

_TIME = {
    "events": "timestamp",
    "requests": "timestamp",
    "sessions": "start",
    "traffic": "timestamp",
    "engagements": "timestamp",
}


def missing(store: Store, number: int, insert: Insert) -> Insert | None:
    """The rows of an insert of batch `number` whose partitions (months) have none of them; None for no rows."""
    time = _TIME[insert.table]
    frame = pl.read_ipc(io.BytesIO(insert.arrow)).with_columns(month=pl.col(time).dt.strftime("%Y%m").cast(pl.UInt32))
    there = (
        _sessions(store, number, frame) if insert.table == "sessions" else _facts(store, number, insert.table, frame)
    )
    rest = frame.filter(~pl.col("month").is_in(sorted(there))).drop("month")
    return None if rest.is_empty() else Insert(insert.table, arrow(rest))


def _facts(store: Store, number: int, table: str, frame: pl.DataFrame) -> set[int]:
    """Months that have facts of the batch.

    Rows of `traffic` that were summed up have the number of the newest batch in them. Of one writer's batches that is
    the one asked for: none follows it before it has ended.
    """
    sql = f"""
        SELECT DISTINCT toYYYYMM(timestamp) FROM {table}
        WHERE batch = {{batch:UInt64}} AND project_id IN {{projects:Array(UInt32)}}"""  # noqa: S608 - of a closed list
    projects = frame["project_id"].unique().to_list()
    return {row[0] for row in store.query(sql, {"batch": number, "projects": projects}).rows}


def _sessions(store: Store, number: int, frame: pl.DataFrame) -> set[int]:
    """Months that have the batch's sessions: those that it added, or, where it only cancelled, no longer the old."""
    sql = "SELECT DISTINCT toYYYYMM(start) FROM sessions WHERE version = {batch:UInt64} AND sign = 1"
    there = {row[0] for row in store.query(sql, {"batch": number}).rows}
    added = set(frame.filter(pl.col("sign") == 1)["month"])
    only_cancelled = frame.filter(~pl.col("month").is_in(sorted(added))).unique("month")
    return there | {row["month"] for row in only_cancelled.iter_rows(named=True) if not _lives(store, row)}


def _lives(store: Store, session: dict[str, object]) -> bool:
    """Whether a version of a session is not cancelled yet."""
    sql = """
        SELECT sum(sign) FROM sessions
        WHERE project_id = {project_id:UInt32} AND source_table = {source_table:String}
          AND session = {session:UInt64} AND version = {version:UInt64}"""
    return bool(store.query(sql, session).scalar > 0)
