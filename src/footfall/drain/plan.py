"""A batch's records to everything that will be written for them; pure but for what it reads of the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl

from footfall.drain.history import KEYS_A_QUERY, StoreHistory, Table
from footfall.model.raw import Record
from footfall.pipeline import decode, rows, steps, traffic
from footfall.pipeline.sessions import Outcome, sessionise
from footfall.store.protocol import Store

Observe = Callable[[str, float], None]


class Insert(msgspec.Struct, frozen=True):
    """Rows for one table, as an Arrow IPC file."""

    table: str
    arrow: bytes


class Update(msgspec.Struct, frozen=True):
    """A lightweight UPDATE that sets columns to given values: doing it twice is doing it once."""

    sql: str
    params: dict[str, Any]


class Plan(msgspec.Struct, frozen=True):
    """What one batch writes, in this order; `facts` counts its rows by table."""

    number: int
    inserts: list[Insert]
    updates: list[Update]
    facts: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Facts:
    """How one table of facts comes about."""

    table: Table
    decode: Callable[[Sequence[Record]], pl.DataFrame]
    steps: tuple[steps.Step, ...]
    visitor_name: str
    rows: Callable[[pl.DataFrame, int], bytes]


_FACTS = (
    _Facts("events", decode.events, steps.EVENT_STEPS, "visitor_id", rows.event_rows),
    _Facts("requests", decode.requests, steps.REQUEST_STEPS, "user_id", rows.request_rows),
)


def make_plan(
    number: int, records: Sequence[Record], store: Store, tools: steps.Tools, observe: Observe, *, writer: int
) -> Plan:
    """Enrich and sessionise the records of a batch; `observe` is told the seconds of each step by name.

    `writer` is the same for all batches that are applied one after the other, and no others.
    """
    inserts: list[Insert] = []
    updates: list[Update] = []
    sessions: list[pl.DataFrame] = []
    counts: dict[str, int] = {}
    for facts in _FACTS:
        started = time.perf_counter()
        frame = facts.decode(records)
        observe("decode", time.perf_counter() - started)
        if frame.is_empty():
            continue
        frame = steps.run(facts.steps, frame, tools, observe)
        started = time.perf_counter()
        frame = rows.name_visitors(frame, facts.visitor_name)
        outcome = sessionise(rows.session_input(frame), StoreHistory(store, facts.table), number)
        observe("sessionise", time.perf_counter() - started)
        counts[facts.table] = len(frame)
        inserts.append(Insert(facts.table, facts.rows(rows.with_sessions(frame, outcome.sessions), number)))
        sessions.append(rows.session_rows(facts.table, outcome.before, outcome.after))
        updates += _updates(facts.table, outcome)
    if sessions:
        inserts.append(Insert("sessions", rows.arrow(pl.concat(sessions))))
    for table, count, arrow in (_traffic(number, records, observe, writer), _engaged(number, records, tools, observe)):
        if count:
            counts[table] = count
            inserts.append(Insert(table, arrow))
    return Plan(number, inserts, updates, counts)


def _traffic(number: int, records: Sequence[Record], observe: Observe, writer: int) -> tuple[str, int, bytes]:
    started = time.perf_counter()
    logs = decode.proxy_logs(records)
    if logs.is_empty():
        return "traffic", 0, b""
    arrow = traffic.traffic_rows(logs, number, writer)
    observe("sum_up", time.perf_counter() - started)
    return "traffic", len(logs), arrow


def _engaged(number: int, records: Sequence[Record], tools: steps.Tools, observe: Observe) -> tuple[str, int, bytes]:
    frame = decode.engagements(records)
    if frame.is_empty():
        return "engagements", 0, b""
    frame = steps.run(steps.ENGAGEMENT_STEPS, frame, tools, observe)
    return "engagements", len(frame), rows.engagement_rows(frame, number)


def _updates(table: Table, outcome: Outcome) -> list[Update]:
    """Point stored facts at the sessions that they belong to now."""
    moves = outcome.moved.partition_by("project_id", "session", "session_id")
    merges = [_merge(table, merged) for merged in outcome.merged.iter_slices(_KEYS_AN_UPDATE)]
    return merges + [_move(table, piece) for moved in moves for piece in moved.iter_slices(_KEYS_AN_UPDATE)]


_KEYS_AN_UPDATE = KEYS_A_QUERY // 2


def _merge(table: Table, merged: pl.DataFrame) -> Update:
    return Update(
        f"""
        UPDATE {table} SET session = transform(session, {{old:Array(UInt64)}}, {{new:Array(UInt64)}}, session)
        WHERE project_id IN {{projects:Array(UInt32)}} AND session IN {{old:Array(UInt64)}}
          AND timestamp >= fromUnixTimestamp64Milli({{start:Int64}}, 'UTC')
          AND timestamp <= fromUnixTimestamp64Milli({{end:Int64}}, 'UTC')""",  # noqa: S608 - the table is a literal
        {
            "old": merged["session"].to_list(),
            "new": merged["target"].to_list(),
            "projects": merged["project_id"].unique().to_list(),
            "start": merged["start"].min(),
            "end": merged["end"].max(),
        },
    )


def _move(table: Table, moved: pl.DataFrame) -> Update:
    """Facts that all go to one session. Only events can have a session with a name.

    A fact is known by its time and id: the id alone may come again after a day, from another visitor, too.
    """
    named = ", session_id = {session_id:String}" if table == "events" else ""
    return Update(
        f"""
        UPDATE {table} SET session = {{session:UInt64}}{named}
        WHERE project_id = {{project:UInt32}}
          AND timestamp >= fromUnixTimestamp64Milli({{start:Int64}}, 'UTC')
          AND timestamp <= fromUnixTimestamp64Milli({{end:Int64}}, 'UTC')
          AND has(
            arrayZip({{at:Array(Int64)}}, {{high:Array(UInt64)}}, {{low:Array(UInt64)}}),
            (toUnixTimestamp64Milli(timestamp), id_hi, id_lo)
          )""",  # noqa: S608 - literals
        {
            "session": moved["session"][0],
            "project": moved["project_id"][0],
            "start": moved["timestamp"].min(),
            "end": moved["timestamp"].max(),
            "at": moved["timestamp"].to_list(),
            "high": moved["id_hi"].to_list(),
            "low": moved["id_lo"].to_list(),
        }
        | ({"session_id": moved["session_id"][0]} if named else {}),
    )
