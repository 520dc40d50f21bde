"""Plans that an earlier version left on disk: read as today's, and completed once they are applied."""

from __future__ import annotations

import io

import msgspec
import polars as pl

from footfall.catalog.tables import Table
from footfall.drain.plan import Insert, Plan
from footfall.store.protocol import FactStore

_RENAMED = {"traffic": Table.PROXY_LOGS.value}
"""Today's names of tables, by their former names."""


def upgraded(plan: Plan) -> Plan:
    """A plan as it was read from disk, with the tables' names of today.

    Inserts keep the token that they had under the old name: the first attempt may still be running at a remote store.
    """
    return msgspec.structs.replace(
        plan,
        inserts=[
            Insert(
                _RENAMED.get(insert.table, insert.table), insert.arrow, insert.token or f"{plan.number}:{insert.table}"
            )
            for insert in plan.inserts
        ],
        facts={_RENAMED.get(table, table): count for table, count in plan.facts.items()},
    )


def fill_referrers(facts: FactStore, plan: Plan) -> None:
    """Give the sessions of an applied plan their first event's referrer, where the plan predates `sessions.referrer`.

    All rows of a session get the same value, so rows that cancel each other still do. Repeating it changes nothing.
    """
    for insert in plan.inserts:
        if insert.table == Table.SESSIONS and "referrer" not in pl.read_ipc_schema(io.BytesIO(insert.arrow)):
            rows = pl.read_ipc(io.BytesIO(insert.arrow)).filter(pl.col("source_table") == Table.EVENTS.value)
            for sessions in rows.partition_by("project_id"):
                _fill(facts, sessions)


def _fill(facts: FactStore, sessions: pl.DataFrame) -> None:
    """Sessions of one project."""
    project = sessions["project_id"][0]
    keys = sessions["session"].unique(maintain_order=True).to_list()
    start, end = sessions.select(pl.col("start").min().dt.epoch("ms"), pl.col("end").max().dt.epoch("ms")).row(0)
    found = facts.first_referrers(project, keys, start, end)
    facts.set_referrers(project, {key: found.get(key, "") for key in keys})
