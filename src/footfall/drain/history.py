"""What sessionising asks of the store: sessions near a batch, and now and then stored events."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import polars as pl

from footfall.pipeline.rows import session_input
from footfall.pipeline.sessions import EVENT_INPUT, SESSION, SESSION_COLUMNS, VISITOR
from footfall.store.protocol import Store

Table = Literal["events", "requests"]

_TIMES = frozenset({"start", "end", "timestamp"})
_COMPUTED = {
    "entry_at": "if(pageviews = 0, 0, toUnixTimestamp64Milli(start) + entry_lag)",
    "exit_at": "if(pageviews = 0, 0, toUnixTimestamp64Milli(end) - exit_lag)",
    "event_type": "toString(event_type)",
}
_KEY = ("project_id", "start", "visitor", "session", "version")
_STORED = {
    "events": ("project_id", "visitor", "timestamp", "id_hi", "id_lo", "session_id", "session_given", "own_id",
               "event_type", "path", "hostname", "referrer", "source", "channel", "utm_source", "utm_medium",
               "utm_campaign", "utm_content", "utm_term", "browser", "os", "device", "traffic", "country", "session"),
    "requests": ("project_id", "visitor", "timestamp", "id_hi", "id_lo", "browser", "os", "device", "traffic",
                 "country", "session"),
}  # fmt: skip
KEYS_A_QUERY = 5_000
"""ClickHouse takes about 128 KiB a parameter over HTTP (`http_max_field_value_size`): some 6,000 keys as text."""

_OVERLAP = (
    "visitor IN {visitors:Array(UInt64)}"
    " AND start <= fromUnixTimestamp64Milli({end:Int64}, 'UTC')"
    " AND end >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')"
)


class StoreHistory:
    """Implements `pipeline.sessions.History` for one table of facts."""

    def __init__(self, store: Store, table: Table) -> None:
        self._store = store
        self._table = table

    def overlapping(self, visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        return self._sessions(_OVERLAP, visitors, VISITOR, {"start": start, "end": end})

    def named(self, sessions: pl.DataFrame) -> pl.DataFrame:
        return self._sessions("session IN {sessions:Array(UInt64)}", sessions, SESSION, {})

    def events(self, visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        columns = _STORED[self._table]
        sql = f"""
            SELECT {", ".join(map(_column, columns))} FROM {self._table}
            WHERE project_id IN {{projects:Array(UInt32)}} AND visitor IN {{visitors:Array(UInt64)}}
              AND timestamp >= fromUnixTimestamp64Milli({{start:Int64}}, 'UTC')
              AND timestamp <= fromUnixTimestamp64Milli({{end:Int64}}, 'UTC')"""  # noqa: S608 - names from closed lists
        rows = self._read(sql, columns, visitors, {"start": start, "end": end}).join(visitors, on=VISITOR, how="semi")
        stored = session_input(rows).with_columns(rows["session"].cast(pl.UInt64))
        if self._table == "events":
            stored = stored.with_columns(rows["session_given"])
        return stored.select(
            *(pl.col(name).cast(dtype) for name, dtype in EVENT_INPUT.items()), pl.col("session").cast(pl.UInt64)
        )

    def _sessions(
        self, condition: str, wanted: pl.DataFrame, key: list[str], params: Mapping[str, Any]
    ) -> pl.DataFrame:
        # A version of a session is one group: the row that added it and, later, the equal row that cancels it.
        columns = (_column(name) if name in _KEY else f"any({_column(name)})" for name in SESSION_COLUMNS)
        sql = f"""
            SELECT {", ".join(columns)} FROM sessions
            WHERE source_table = {{table:String}} AND project_id IN {{projects:Array(UInt32)}} AND {condition}
            GROUP BY {", ".join(_KEY)} HAVING sum(sign) > 0"""  # noqa: S608 - names from closed lists
        rows = self._read(sql, SESSION_COLUMNS, wanted, {"table": self._table, **params})
        rows = rows.select(pl.col(name).cast(dtype) for name, dtype in SESSION_COLUMNS.items())
        return rows.join(wanted, on=key, how="semi")

    def _read(self, sql: str, columns: Iterable[str], wanted: pl.DataFrame, params: Mapping[str, Any]) -> pl.DataFrame:
        """The answers about `wanted`, asked in pieces: a remote server bounds the size of a parameter."""
        pieces = [self._store.arrow(sql, {**params, **_named(piece)}) for piece in wanted.iter_slices(KEYS_A_QUERY)]
        frame = pl.concat([pl.read_ipc(io.BytesIO(piece)) for piece in pieces], how="vertical_relaxed")
        frame.columns = list(columns)
        return frame.with_columns(pl.col(pl.Categorical, pl.Binary).cast(pl.String)).unique(maintain_order=True)


def _column(name: str) -> str:
    if name in _TIMES:
        return f"toUnixTimestamp64Milli({name})"
    return _COMPUTED.get(name, name)


def _named(wanted: pl.DataFrame) -> dict[str, list[int]]:
    """Parameters: the keys of `wanted`, by the names of its columns in the plural."""
    plural = {"project_id": "projects", "visitor": "visitors", "session": "sessions"}
    return {plural[name]: wanted[name].unique().to_list() for name in wanted.columns}
