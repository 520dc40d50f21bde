"""What a start of this version changes in an installation of an earlier one, and how long it takes.

Times are estimates on two cores: stored rows by what a million of them took.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from footfall.catalog.tables import Table
from footfall.clock import system_clock
from footfall.meta import installed_schema, newest_schema, open_meta
from footfall.runtime.moved import check_not_moved
from footfall.settings import Settings
from footfall.store.clickhouse import Pending, open_store, pending_migrations, stored_rows
from footfall.store.protocol import Store

FILLED_PER_SECOND = 1_000_000
"""Rows that a migration goes through which fills a column."""

SESSIONS_PER_SECOND = 30_000
"""Sessions whose facts are filled in, beside a server that answers."""

ROLLED_UP_PER_SECOND = 100_000
"""Facts that roll-ups are made again of, beside a server that answers."""


@dataclass(frozen=True, slots=True)
class Step:
    """`seconds` is an estimate; in the `background` the server collects and answers, with the same figures."""

    part: str
    says: str
    seconds: int
    background: bool = False


def check(settings: Settings) -> list[Step]:
    """What is to be done, in this order; nothing is changed.

    FatalError where the store is open in a server, or, as far as metadata of this version tell, was moved away from.
    """
    schema = installed_schema(settings)
    if schema is None:
        return []  # there is no installation
    found = []
    if schema < newest_schema():  # to open them would change them
        found.append(Step("metadata", f"schema {schema} becomes {newest_schema()}", 1))
    else:
        _check_not_moved(settings)
    with closing(open_store(settings)) as store:
        pending = pending_migrations(store)
        if pending is not None:
            found += _of_store(store, pending)
    return found


def upgrade(settings: Settings) -> None:
    """Do what comes before the first answer of a server; the rest is for the next one, in the background."""
    _check_not_moved(settings)
    with closing(open_store(settings)) as store:
        store.migrate()


def _check_not_moved(settings: Settings) -> None:
    with closing(open_meta(settings, system_clock)) as meta:
        check_not_moved(settings, meta)


def _of_store(store: Store, pending: list[Pending]) -> list[Step]:
    rows = stored_rows(store)
    found = [_migration(one, rows) for one in pending]
    if any(Table.SESSIONS in one.tables for one in pending):  # it has not all of the columns that tell
        without, most = rows.get(Table.SESSIONS, 0), "up to "
    else:
        lacking = (store.facts.sessions_without_facts(), store.facts.sessions_without_earnings())
        without, most = max(sum(months.values()) for months in lacking), ""
    if without:
        seconds = without // SESSIONS_PER_SECOND + 1
        found.append(Step("sessions", f"facts of {most}{without:,} sessions are filled in", seconds, background=True))
    facts = sum(rows.get(table, 0) for table in (Table.EVENTS, Table.REQUESTS, Table.PROXY_LOGS))
    if facts and any(Table.ROLLUPS in one.tables for one in pending):
        seconds = facts // ROLLED_UP_PER_SECOND + 1
        says = f"those of up to {facts:,} events, requests and logs are made again"
        found.append(Step("roll-ups", says, seconds, background=True))
    return found


def _migration(one: Pending, rows: dict[str, int]) -> Step:
    filled = sum(rows.get(table, 0) for table in one.filled)
    says = f"migration {one.number}, {one.name.replace('_', ' ')}"
    return Step("store", f"{says}, goes through {filled:,} rows" if filled else says, filled // FILLED_PER_SECOND + 1)
