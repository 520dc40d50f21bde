"""Visitors with both named and unnamed events: their stored events are read again, one visitor at a time.

This is the rule of `sessions` in its simplest form: exact whatever is stored, but slow. It runs only for the visitors
that need it, so a loop in Python is fast enough.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import polars as pl

from footfall.model.session import SESSION_GAP
from footfall.pipeline import session_state as s


class _Row(NamedTuple):
    """What the rule needs to know of an event: a visitor may have hundreds of thousands."""

    project_id: int
    visitor: int
    timestamp: int
    id_hi: int
    id_lo: int
    session_id: str
    session_given: int
    session: int | None
    was: int | None


@dataclass(frozen=True)
class Resolved:
    """`sessions`: row, session, session_id of the new events; the rest as in `sessions.Outcome`."""

    sessions: pl.DataFrame
    before: pl.DataFrame
    after: pl.DataFrame
    moved: pl.DataFrame


def resolve(events: pl.DataFrame, known: pl.DataFrame, history: s.History, version: int) -> Resolved:
    """Sessions of the visitors of `events` (EVENT_INPUT, row, session); `known` are all that `reached` gives."""
    if events.is_empty():
        rows = pl.DataFrame(schema={"row": pl.UInt32(), "session": pl.UInt64(), "session_id": pl.String()})
        none = pl.DataFrame(schema=s.SESSION_COLUMNS)
        return Resolved(rows, none, none, pl.DataFrame(schema=s.MOVE_COLUMNS))
    windows = _windows(events, known)
    stored = _stored(windows, history)
    fresh = events.with_columns(was=pl.lit(None, pl.UInt64)).select(stored.columns)
    runs = set(known.filter(pl.col("session_id") == "")["session"])
    line = _assign(pl.concat([stored, fresh]), runs)
    return _compare(line, known, version)


def rebuild(touched: pl.DataFrame, history: s.History, version: int) -> Resolved:
    """Sessions of visitors around instants (project_id, visitor, timestamp), from stored events alone.

    It makes stored sessions right whatever they are, or whether there are any: those of damaged parts are gone.
    """
    known = reached(touched, pl.DataFrame(schema=s.SESSION_COLUMNS), history)
    windows = _windows(touched, known)
    runs = set(known.filter(pl.col("session_id") == "")["session"])
    return _compare(_assign(_stored(windows, history), runs), known, version)


def _stored(windows: pl.DataFrame, history: s.History) -> pl.DataFrame:
    """The stored events of visitors in their windows; `was` is the session that they belong to."""
    found = history.events(windows.select(s.VISITOR), windows["opens"].min(), windows["closes"].max())  # type: ignore[arg-type]  # integers
    found = found.join(windows, on=s.VISITOR).filter(pl.col("timestamp").is_between("opens", "closes"))
    return found.with_columns(row=pl.lit(None, pl.UInt32), was="session").select(
        *s.EVENT_INPUT, "row", "session", "was"
    )


def reached(events: pl.DataFrame, known: pl.DataFrame, history: s.History) -> pl.DataFrame:
    """SESSION_COLUMNS of the stored sessions that the events reach: those of `known`, and others through these."""
    while len(events):
        found = pl.concat([known, history.overlapping(_windows(events, known))]).unique(s.SESSION)
        if len(found) == len(known):
            break
        known = found
    return known


def _windows(events: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The span of each visitor's events and sessions."""
    edge = events.select(*s.VISITOR, opens=pl.col("timestamp") - SESSION_GAP, closes=pl.col("timestamp") + SESSION_GAP)
    spans = pl.concat([edge, known.select(*s.VISITOR, opens="start", closes="end")])
    return spans.group_by(s.VISITOR).agg(pl.col("opens").min(), pl.col("closes").max())


def _assign(line: pl.DataFrame, runs: set[int]) -> pl.DataFrame:
    """The rule, event by event. A run keeps the key that its first stored event had; `runs` are keys of stored runs."""
    line = line.sort([*s.VISITOR, *s.ORDER])
    keys: list[int] = []
    names: list[str] = []
    taken: set[int] = set()
    for _, rows in groupby(map(_Row._make, line.select(_Row._fields).iter_rows()), key=attrgetter(*s.VISITOR)):
        visitor = _Visitor(list(rows))
        for row in visitor.rows:
            key, name = visitor.named(row) or visitor.spanning() or visitor.continued(row) or _begun(row, runs, taken)
            visitor.add(row, key, name)
            keys.append(key)
            names.append(name)
    return line.with_columns(session=pl.Series(keys, dtype=pl.UInt64), session_id=pl.Series(names, dtype=pl.String))


class _Visitor:
    """One visitor's events in order, and the state of the visitor's sessions at each of them.

    `named`, `spanning` and `continued` give the key and the name of the session that an event belongs to by that part
    of the rule, or None.
    """

    def __init__(self, rows: list[_Row]) -> None:
        self.rows = rows
        self._left = Counter(row.session_id for row in rows if row.session_given)
        self._open: dict[str, int] = {}  # named sessions with events still to come, the most recent one last
        self._last: tuple[int, int, str] | None = None  # time, key and name of the event before

    def named(self, row: _Row) -> tuple[int, str] | None:
        return (row.session or _named(row), row.session_id) if row.session_given else None

    def spanning(self) -> tuple[int, str] | None:
        return (self._open[name], name) if (name := next(reversed(self._open), "")) else None

    def continued(self, row: _Row) -> tuple[int, str] | None:
        return self._last[1:] if self._last and row.timestamp - self._last[0] <= SESSION_GAP else None

    def add(self, row: _Row, key: int, name: str) -> None:
        if row.session_given:
            self._open.pop(name, None)
            self._left[name] -= 1
            if self._left[name]:
                self._open[name] = key
        self._last = (row.timestamp, key, name)


def _begun(row: _Row, runs: set[int], taken: set[int]) -> tuple[int, str]:
    key = row.was if row.was is not None and row.was in runs and row.was not in taken else _fresh(row)
    taken.add(key)
    return key, ""


def _named(row: _Row) -> int:
    visitor = pl.Series([row.visitor], dtype=pl.UInt64)
    return int(s.named_key(visitor, pl.Series([row.session_id])).item())


def _fresh(row: _Row) -> int:
    names = ("visitor", "timestamp", "id_hi", "id_lo")
    return int(
        s.fresh_key(
            pl.DataFrame({name: [getattr(row, name)] for name in names}, schema=dict.fromkeys(names, pl.UInt64))
        ).item()
    )


def _compare(line: pl.DataFrame, known: pl.DataFrame, version: int) -> Resolved:
    """What differs from the stored state."""
    now = s.summarise(line)
    same = [name for name in s.SESSION_COLUMNS if name != "version"]
    before = known.join(now, on=same, how="anti")
    after = now.join(known, on=same, how="anti").with_columns(version=pl.lit(version, pl.UInt64))
    moved = line.filter(pl.col("was").is_not_null() & (pl.col("was") != pl.col("session")))
    sessions = line.filter(pl.col("row").is_not_null()).select("row", "session", "session_id")
    return Resolved(sessions, before, after, moved.select(*s.MOVE_COLUMNS))
