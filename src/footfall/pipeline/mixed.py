"""Visitors with named and unnamed events side by side: their stored events are read again, one visitor at a time.

This is the rule of `sessions` in its plainest form; it is exact whatever came before, and slow. It runs only for
visitors that need it, so a loop in Python is good enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from footfall.pipeline import sessions as s
from footfall.pipeline.keys import combine

_Row = dict[str, Any]


@dataclass(frozen=True)
class Resolved:
    """`sessions`: row, session, session_id of the new events; the rest as in `sessions.Outcome`."""

    sessions: pl.DataFrame
    before: pl.DataFrame
    after: pl.DataFrame
    moved: pl.DataFrame


def resolve(events: pl.DataFrame, known: pl.DataFrame, history: s.History, version: int) -> Resolved:
    """Sessions of the visitors of `events` (EVENT_INPUT, row, session) from all that is stored around them."""
    if events.is_empty():
        rows = pl.DataFrame(schema={"row": pl.UInt32(), "session": pl.UInt64(), "session_id": pl.String()})
        none = pl.DataFrame(schema=s.SESSION_COLUMNS)
        return Resolved(rows, none, none, pl.DataFrame(schema=s.MOVE_COLUMNS))
    known, windows = _close(events, known, history)
    stored = history.events(windows.select(s.VISITOR), windows["opens"].min(), windows["closes"].max())  # type: ignore[arg-type]  # integers
    stored = stored.join(windows, on=s.VISITOR).filter(pl.col("timestamp").is_between("opens", "closes"))
    stored = stored.with_columns(row=pl.lit(None, pl.UInt32), was="session").select(
        *s.EVENT_INPUT, "row", "session", "was"
    )
    fresh = events.with_columns(was=pl.lit(None, pl.UInt64)).select(stored.columns)
    runs = set(known.filter(pl.col("session_id") == "")["session"])
    line = _assign(pl.concat([stored, fresh]), runs)
    return _compare(line, known, version)


def _close(events: pl.DataFrame, known: pl.DataFrame, history: s.History) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stored sessions that hang together with the new events through others, and each visitor's span of them."""
    edge = events.select(*s.VISITOR, opens=pl.col("timestamp") - s.GAP, closes=pl.col("timestamp") + s.GAP)
    while True:
        spans = pl.concat([edge, known.select(*s.VISITOR, opens="start", closes="end")])
        windows = spans.group_by(s.VISITOR).agg(pl.col("opens").min(), pl.col("closes").max())
        around = history.overlapping(windows.select(s.VISITOR), windows["opens"].min(), windows["closes"].max())  # type: ignore[arg-type]  # integers
        found = pl.concat([known, s.within(around, windows)]).unique(s.SESSION)
        if len(found) == len(known):
            return known, windows
        known = found


def _assign(line: pl.DataFrame, runs: set[int]) -> pl.DataFrame:
    """The rule, event by event. A run keeps the key that its first stored event had; `runs` are keys of stored runs."""
    line = line.sort([*s.VISITOR, *s.ORDER])
    keys: list[int] = []
    names: list[str] = []
    taken: set[int] = set()
    previous: _Row | None = None
    for row in line.iter_rows(named=True):
        if row["session_given"]:
            key, name = row["session"] or _named(row), row["session_id"]
        elif previous and _same_visitor(previous, row) and row["timestamp"] - previous["timestamp"] <= s.GAP:
            key, name = keys[-1], names[-1]
        else:
            kept = row["was"] in runs and row["was"] not in taken
            key, name = row["was"] if kept else _fresh(row), ""
            taken.add(key)
        keys.append(key)
        names.append(name)
        previous = row
    return line.with_columns(session=pl.Series(keys, dtype=pl.UInt64), session_id=pl.Series(names, dtype=pl.String))


def _same_visitor(one: _Row, other: _Row) -> bool:
    return bool(one["project_id"] == other["project_id"] and one["visitor"] == other["visitor"])


def _named(row: _Row) -> int:
    visitor = pl.Series([row["visitor"]], dtype=pl.UInt64)
    return int(s.named_key(visitor, pl.Series([row["session_id"]])).item())


def _fresh(row: _Row) -> int:
    parts = (pl.Series([row[name]], dtype=pl.UInt64) for name in ("visitor", "id_hi", "id_lo"))
    return int(combine(*parts).item())


def _compare(line: pl.DataFrame, known: pl.DataFrame, version: int) -> Resolved:
    """What differs from the stored state."""
    now = s.summarise(line)
    same = [name for name in s.SESSION_COLUMNS if name != "version"]
    before = known.join(now, on=same, how="anti")
    after = now.join(known, on=same, how="anti").with_columns(version=pl.lit(version, pl.UInt64))
    moved = line.filter(pl.col("was").is_not_null() & (pl.col("was") != pl.col("session")))
    sessions = line.filter(pl.col("row").is_not_null()).select("row", "session", "session_id")
    return Resolved(sessions, before, after, moved.select(*s.MOVE_COLUMNS))
