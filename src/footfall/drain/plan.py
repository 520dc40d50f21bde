"""From a batch's facts to everything that will be written for them. It reads the store and writes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl

from footfall.catalog.tables import Table
from footfall.clock import HOUR
from footfall.drain.history import StoreHistory
from footfall.drain.recent import RecentSessions
from footfall.model.changes import Change, Merge, Move
from footfall.pipeline import proxy_logs, rows, steps
from footfall.pipeline.decode import Facts
from footfall.pipeline.frames import collected
from footfall.pipeline.mixed import rebuild
from footfall.pipeline.sessions import Outcome, sessionise
from footfall.store.protocol import Store

Observe = Callable[[str, float], None]


class Insert(msgspec.Struct, frozen=True):
    """Rows for one table, as an Arrow IPC file, and the token of their insert."""

    table: str
    arrow: bytes
    token: str = ""


class Update(msgspec.Struct, frozen=True):
    """A statement of a plan that an earlier version wrote: executing it twice has the effect of once."""

    sql: str
    params: dict[str, Any]


class Touched(msgspec.Struct, frozen=True):
    """Hours (Unix milliseconds of their starts, ascending) in which a batch changes facts or sessions of a project."""

    source: str
    project: int
    hours: list[int]


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one batch writes, in this order; `facts` counts its rows by table. Plans on disk outlive upgrades."""

    number: int
    inserts: list[Insert]
    facts: dict[str, int]
    changes: list[Change] = []
    updates: list[Update] = []
    touched: list[Touched] = []
    crowded: int = 0  # events of crowded visitors


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How the rows of one table are made. `visitor_name` is the column with the sender's own name for the visitor."""

    table: Table
    rows: Callable[[pl.DataFrame, rows.Stamp], bytes]
    steps: tuple[steps.Step, ...] = ()
    visitor_name: str = ""
    has_sessions: bool = False


_RECIPES = (
    _Recipe(Table.EVENTS, rows.event_rows, steps.EVENT_STEPS, "visitor_id", has_sessions=True),
    _Recipe(Table.REQUESTS, rows.request_rows, steps.REQUEST_STEPS, "user_id", has_sessions=True),
    _Recipe(Table.PROXY_LOGS, proxy_logs.proxy_log_rows),
    _Recipe(Table.ENGAGEMENTS, rows.engagement_rows, steps.ENGAGEMENT_STEPS, "visitor_id"),
)


def make_plan(
    number: int, facts: Facts, recent: RecentSessions, tools: steps.Tools, observe: Observe, *, writer: int
) -> Plan:
    """Enrich and sessionise the facts of a batch; `observe` is called with each step's name and seconds.

    `recent` is told how sessions change. `writer` identifies a sequence of batches that are applied one after the
    other.
    """
    stamp = rows.Stamp(number, writer)
    inserts: list[Insert] = []
    changes: list[Change] = []
    sessions: list[pl.DataFrame] = []
    counts: dict[str, int] = {}
    hours: list[pl.DataFrame] = []
    crowded = 0
    for recipe in _RECIPES:
        frame = facts.frames[recipe.table]
        if frame.is_empty():
            continue
        counts[recipe.table.value] = len(frame)
        frame = steps.run(recipe.steps, frame, tools, observe)
        if recipe.visitor_name:
            frame = rows.name_visitors(frame, recipe.visitor_name)
        if recipe.has_sessions:
            with timed("sessionise", observe):
                history = recent.of(recipe.table)
                outcome = sessionise(rows.session_input(frame), history, number)
                history.change(outcome.before, outcome.after)
                frame = rows.with_sessions(frame, outcome.sessions)
                crowded += outcome.crowded
            hours.append(_hours_of_sessions(recipe.table, outcome.before, outcome.after))
            sessions.append(rows.session_rows(recipe.table, outcome.before, outcome.after))
            changes += _changes(recipe.table, outcome)
        hours.append(_hours(recipe.table, frame.select("project_id", start="timestamp", end="timestamp")))
        with timed("encode", observe):
            inserts.append(_insert(number, recipe.table, recipe.rows(frame, stamp)))
    if sessions:
        inserts.append(_insert(number, Table.SESSIONS, rows.arrow(pl.concat(sessions))))
    return Plan(number, inserts, counts, changes, touched=_touched(hours), crowded=crowded)


def _hours(table: Table, spans: pl.DataFrame) -> pl.DataFrame:
    """Columns source, project_id, hour: each hour that a span of the project overlaps."""
    first, last = ((pl.col(name).cast(pl.Int64) // HOUR) for name in ("start", "end"))
    return collected(
        spans.lazy()
        .select("project_id", first=first, last=last)
        .unique()
        .select("project_id", source=pl.lit(table.value), hour=pl.int_ranges("first", pl.col("last") + 1))
        .explode("hour", empty_as_null=False)
        .unique()
    )


def _hours_of_sessions(table: Table, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The same of sessions that change. Of a mixed one only its ends matter: a cell counts it where it lies in it."""
    changed = pl.concat([before, after])
    kinds = (rows.unmixed(), ~rows.unmixed())
    unmixed, mixed = (changed.filter(kind).select("project_id", "start", "end") for kind in kinds)
    ends = (mixed.select("project_id", start=name, end=name) for name in ("start", "end"))
    return _hours(table, pl.concat([unmixed, *ends]))


def _touched(hours: list[pl.DataFrame]) -> list[Touched]:
    if not hours:
        return []
    found = pl.concat(hours, how="diagonal").unique().sort("source", "project_id", "hour")
    return [
        Touched(source, project, [hour * HOUR for hour in part["hour"]])
        for (source, project), part in found.group_by(["source", "project_id"], maintain_order=True)
    ]


@contextmanager
def timed(step: str, observe: Observe) -> Iterator[None]:
    started = time.perf_counter()
    yield
    observe(step, time.perf_counter() - started)


def _insert(number: int, table: Table, arrow: bytes) -> Insert:
    return Insert(table.value, arrow, f"{number}:{table}")


def _changes(table: Table, outcome: Outcome) -> list[Change]:
    """The changes that point stored facts at the sessions that they now belong to."""
    merges = [] if outcome.merged.is_empty() else [_merge(table, outcome.merged)]
    moves = outcome.moved.partition_by("project_id", "session", "session_id")
    return [*merges, *(_move(table, moved) for moved in moves)]


def _merge(table: Table, merged: pl.DataFrame) -> Merge:
    old = merged["session"].to_list()
    new = merged["target"].to_list()
    projects = merged["project_id"].unique().to_list()
    return Merge(table.value, projects, old, new, *merged.select(pl.min("start"), pl.max("end")).row(0))


def _move(table: Table, moved: pl.DataFrame) -> Move:
    """Facts that all go to one session. Only a session of events can have a name."""
    return Move(
        table.value,
        moved["project_id"][0],
        moved["session"][0],
        moved["session_id"][0] if table is Table.EVENTS else None,
        moved["timestamp"].to_list(),
        moved["id_hi"].to_list(),
        moved["id_lo"].to_list(),
    )


def make_sessions_plan(number: int, touched: Mapping[Table, pl.DataFrame], store: Store) -> Plan:
    """What makes the stored sessions of visitors right, from their stored facts alone.

    `touched` holds instants (project_id, visitor, timestamp) by table; `number` becomes the version of what changes.
    """
    changes: list[Change] = []
    sessions: list[pl.DataFrame] = []
    hours: list[pl.DataFrame] = []
    for table, instants in touched.items():
        if not instants.is_empty():
            found = rebuild(instants, StoreHistory(store.facts, table), number)
            hours.append(_hours_of_sessions(table, found.before, found.after))
            sessions.append(rows.session_rows(table, found.before, found.after))
            changes += [
                _move(table, moved) for moved in found.moved.partition_by("project_id", "session", "session_id")
            ]
    frame = pl.concat(sessions) if sessions else pl.DataFrame()
    inserts = [] if frame.is_empty() else [_insert(number, Table.SESSIONS, rows.arrow(frame))]
    return Plan(number, inserts, {}, changes, touched=_touched(hours))


def touched_by(facts: Facts) -> dict[Table, pl.DataFrame]:
    """Visitors and instants of the facts of a batch that have sessions."""
    return {
        recipe.table: rows.name_visitors(frame, recipe.visitor_name).select("project_id", "visitor", "timestamp")
        for recipe in _RECIPES
        if recipe.has_sessions and not (frame := facts.frames[recipe.table]).is_empty()
    }
