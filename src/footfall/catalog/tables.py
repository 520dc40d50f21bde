"""The store's tables, and how each one is narrowed to a period."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Table(StrEnum):
    EVENTS = "events"
    REQUESTS = "requests"
    SESSIONS = "sessions"
    PROXY_LOGS = "proxy_logs"
    ENGAGEMENTS = "engagements"
    ROLLUPS = "rollups"
    RECENT_ROLLUPS = "recent_rollups"


@dataclass(frozen=True, slots=True)
class TableRow:
    """`since` and `before` take one bound instant each and select what lies in `[since, before)`.

    A session lies in a period that it overlaps. `millis` gives the Unix milliseconds of an instant. `signed` tables
    hold rows with sign +1 and -1 that cancel out; `humans` says whether figures leave known bots out unless they are
    asked for. `partition` is the instant by whose month rows are stored together, `age` the one that retention counts
    from (a session is as old as its last event). `tally` is an expression whose sum over the rows of a month no merge
    changes. All three are "" for a table that is derived from another.
    """

    since: str = "timestamp >= {}"
    before: str = "timestamp < {}"
    fixed: str = ""
    millis: str = "toUnixTimestamp64Milli({})"
    signed: bool = False
    humans: bool = False
    partition: str = "timestamp"
    age: str = "timestamp"
    tally: str = "1"


_SECONDS = "toInt64(toUnixTimestamp({})) * 1000"

_DERIVED = TableRow(since="bucket >= {}", before="bucket < {}", millis=_SECONDS, partition="", age="", tally="")

TABLES: dict[Table, TableRow] = {
    Table.EVENTS: TableRow(humans=True),
    Table.REQUESTS: TableRow(),
    Table.SESSIONS: TableRow(
        since="end >= {}",
        before="start < {}",
        fixed="source_table = 'events'",
        signed=True,
        humans=True,
        partition="start",
        age="end",
        tally="sign * version",
    ),
    Table.ENGAGEMENTS: TableRow(humans=True),
    Table.PROXY_LOGS: TableRow(millis=_SECONDS, tally="count"),
    Table.ROLLUPS: _DERIVED,
    Table.RECENT_ROLLUPS: _DERIVED,
}
