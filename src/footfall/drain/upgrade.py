"""What a plan leaves out that an older version wrote down: made good once the plan is applied."""

from __future__ import annotations

import io

import polars as pl

from footfall.drain.history import KEYS_A_QUERY
from footfall.drain.plan import Plan
from footfall.store.protocol import Store

_BYTES = 50_000
"""Text of one parameter, before it is quoted; see `KEYS_A_QUERY`."""

_FIRST = """
    SELECT session, argMin(referrer, (timestamp, id_hi, id_lo)) FROM events
    WHERE project_id = {project:UInt32} AND session IN {sessions:Array(UInt64)}
      AND timestamp >= {start:DateTime64(3, 'UTC')} AND timestamp <= {end:DateTime64(3, 'UTC')}
    GROUP BY session"""
_FILL = """
    ALTER TABLE sessions UPDATE referrer = transform(session, {sessions:Array(UInt64)}, {referrers:Array(String)}, '')
    WHERE project_id = {project:UInt32} AND source_table = 'events' AND session IN {sessions:Array(UInt64)}"""


def fill_referrers(store: Store, plan: Plan) -> None:
    """Give sessions that an applied plan of before `sessions.referrer` wrote or cancelled that of their first event.

    All rows of a session get the same value, so those that cancel each other still do. Doing it twice is doing it once.
    """
    for insert in plan.inserts:
        if insert.table == "sessions" and "referrer" not in pl.read_ipc_schema(io.BytesIO(insert.arrow)):
            rows = pl.read_ipc(io.BytesIO(insert.arrow)).filter(pl.col("source_table") == "events")
            spans = rows.group_by("project_id", "session").agg(pl.col("start").min(), pl.col("end").max())
            for sessions in spans.partition_by("project_id"):
                for piece in sessions.iter_slices(KEYS_A_QUERY):
                    _fill(store, piece)


def _fill(store: Store, sessions: pl.DataFrame) -> None:
    project, keys = sessions["project_id"][0], sessions["session"].to_list()
    span = {"start": sessions["start"].min(), "end": sessions["end"].max()}
    found = dict(store.query(_FIRST, {"project": project, "sessions": keys, **span}).rows)
    filled = pl.DataFrame({"session": sessions["session"], "referrer": [found.get(key, "") for key in keys]})
    texts = filled.with_columns(part=pl.col("referrer").str.len_bytes().cum_sum() // _BYTES)
    for part in texts.partition_by("part"):
        values = {"sessions": part["session"].to_list(), "referrers": part["referrer"].to_list()}
        store.command(_FILL, {"project": project, **values})
