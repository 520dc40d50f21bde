"""What must hold of a stopped server's data directory, worked out once more from the stored events and requests."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.fault.load import SHARED
from tests.support.server import ask

from footfall.catalog.columns import FLOW, FLOW_STEPS, GAPS, UNEVEN, VARIANT, VARIES, stored
from footfall.catalog.tables import Table

GAP = 30 * 60_000
Row = dict[str, Any]


def _variant(table: Table) -> str:
    """What of a fact tells which variant of its session it belongs to."""
    return f"({', '.join(name if name in stored(table) else _NOTHING for name in VARIES)})"


_NOTHING = "''"
_EVENTS = f"""
SELECT project_id, visitor, session, session_id, session_given, name, path, full_id_hi, id_lo,
       toUnixTimestamp64Milli(timestamp) AS at, event_type = 'pageview' AS view, toString(revenue) AS revenue, currency,
       {_variant(Table.EVENTS)} AS variant FROM events"""  # noqa: S608 - names of the catalogue
_REQUESTS = f"""
SELECT project_id, visitor, session, '' AS session_id, 0 AS session_given, endpoint AS name, '' AS path,
       full_id_hi, id_lo, toUnixTimestamp64Milli(timestamp) AS at, 0 AS view, '0' AS revenue, '' AS currency,
       {_variant(Table.REQUESTS)} AS variant FROM requests"""  # noqa: S608 - names of the catalogue
_SESSIONS = """
SELECT toString(source_table) AS source, project_id, visitor, session, sum(sign) AS open,
       sum(events * sign) AS events, sum(pageviews * sign) AS pageviews,
       groupArray((sign, toUnixTimestamp64Milli(start), toUnixTimestamp64Milli(end), entry_page, exit_page,
                   varies, arrayStringConcat(flow, ' '), variants, earned, toInt64(version))) AS versions
FROM sessions GROUP BY source_table, project_id, visitor, session"""


_LOGS = "SELECT domain, toUInt64(sum(count)) AS count FROM proxy_logs GROUP BY domain"


class Stored:
    """`events` and `requests` are rows, `logs` counts by domain; `faults` says what contradicts what."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.events, self.requests, self._sessions, logs = ask(data, _EVENTS, _REQUESTS, _SESSIONS, _LOGS)
        self.logs = {row["domain"]: row["count"] for row in logs}

    def names(self) -> list[str]:
        """Each as often as it is stored."""
        logs = [domain for domain, count in self.logs.items() if domain != SHARED for _ in range(count)]
        return [row["name"] for row in (*self.events, *self.requests)] + logs

    def faults(self, *, damaged: bool = False) -> list[str]:
        """`damaged`: the spool may have set rows aside."""
        found = _assignment("events", self.events) + _assignment("requests", self.requests)
        found += self._sums("events", self.events) + self._sums("requests", self.requests)
        return found + [fault for fault in _spools(self._data) if not (damaged and fault.endswith("damaged rows"))]

    def losses(self) -> int:
        """Events and requests of which the inventory says that they are gone for good."""
        with closing(sqlite3.connect(self._data / "drain" / "inventory.db")) as db:
            sql = "SELECT coalesce(sum(amount), 0) FROM losses WHERE table_name IN ('events', 'requests')"
            return int(db.execute(sql).fetchone()[0])

    def figures(self, project: int) -> list[tuple[Any, ...]]:
        """A project's sessions without their ids: start, end, events, pageviews, entry, exit."""
        events = [row for row in self.events if row["project_id"] == project]
        return sorted(_summary(rows) for rows in _grouped(events).values())

    def _sums(self, source: str, rows: list[Row]) -> list[str]:
        """Each session's live row equals its events, and there is one such row."""
        groups = _grouped(rows)
        expected = {key: _summary(group) for key, group in groups.items()}
        found = []
        for row in (row for row in self._sessions if row["source"] == source):
            key = (row["project_id"], row["visitor"], row["session"])
            if row["open"] not in {0, 1}:
                found.append(f"{source} session {key}: signs add up to {row['open']}")
            live = _live(row["versions"])
            stored = (*live[0][:2], row["events"], row["pageviews"], *live[0][2:4]) if len(live) == 1 else None
            due = expected.pop(key, None)
            if stored != due:
                found.append(f"{source} session {key}: stored {stored}, {len(live)} live rows; its events say {due}")
            elif stored and not _may_say(*live[0][4:], groups[key]):
                found.append(f"{source} session {key}: {live[0][4:]} is not so of its events")
        return found + [f"{source} session {key} has no row" for key in expected]


def _live(versions: Iterable[Iterable[Any]]) -> list[tuple[Any, ...]]:
    """(start, end, entry, exit, varies, flow, variants, earned) of the rows that no other row cancels."""
    signs: dict[tuple[Any, ...], int] = defaultdict(int)
    for sign, *rest in versions:
        signs[tuple(rest)] += sign
    return [rest[:-1] for rest, sign in signs.items() if sign]


def _grouped(rows: list[Row]) -> dict[tuple[int, int, int], list[Row]]:
    found: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
    for row in sorted(rows, key=_order):
        found[row["project_id"], row["visitor"], row["session"]].append(row)
    return found


def _order(row: Row) -> tuple[int, int, int]:
    return row["at"], row["full_id_hi"], row["id_lo"]


def _summary(rows: list[Row]) -> tuple[Any, ...]:
    """start, end, events, pageviews, entry, exit of a session's events in order."""
    views = [row["path"] for row in rows if row["view"]]
    entry, last = (views[0], views[-1]) if views else ("", "")
    return rows[0]["at"], rows[-1]["at"], len(rows), len(views), entry, last


def _may_say(varies: int, flow: str, variants: str, earned: str, rows: list[Row]) -> bool:
    """Whether what `varies` leaves open is all that the four say otherwise than the session's events."""
    gaps = any(after["at"] - before["at"] > GAP for before, after in pairwise(rows))
    views = [row["path"] for row in rows if row["view"]]
    told = json.loads(variants) if varies & UNEVEN else variants
    payments = {payment["currency"]: Decimal(payment["amount"]) for payment in json.loads(earned or "[]")}
    return (
        payments == _earned(rows)
        and bool(varies & GAPS or not gaps)
        and bool(varies & FLOW or flow == " ".join(views[:FLOW_STEPS]))
        and told == (_variants(rows) if varies & UNEVEN else "")
        and bool(varies & UNEVEN or len(_variants(rows)) == 1)
    )


def _earned(rows: list[Row]) -> dict[str, Decimal]:
    """By currency, of events with revenue."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if Decimal(row["revenue"]):
            sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + Decimal(row["revenue"])
    return sums


def _variants(rows: list[Row]) -> list[Row]:
    found: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        counts = found[tuple(row["variant"])]
        counts[0] += 1
        counts[1] += row["view"]
    return [dict(zip(VARIANT, (*key, *counts), strict=True)) for key, counts in sorted(found.items())]


def _assignment(source: str, rows: list[Row]) -> list[str]:
    """The rule of docs/semantics, event by event, gives the same groups as the stored sessions."""
    found, ours, theirs = [], {}, {}
    before: dict[tuple[int, int], tuple[int, str]] = {}
    ordered = sorted(rows, key=_order)
    ends = {_named(row): place for place, row in enumerate(ordered) if row["session_given"]}
    heard: dict[tuple[int, int], list[str]] = defaultdict(list)  # names, the last one heard at the end
    for place, row in enumerate(ordered):
        who = (row["project_id"], row["visitor"])
        at, label = before.get(who, (-GAP - 1, ""))
        spans = [name for name in heard[who] if ends[who, name] > place]
        if row["session_given"]:
            label = f"named {row['session_id']}"
            heard[who] = [name for name in heard[who] if name != row["session_id"]] + [row["session_id"]]
        elif spans:
            label = f"named {spans[-1]}"
        elif row["at"] - at > GAP:
            label = f"run {row['at']} {row['full_id_hi']} {row['id_lo']}"
        before[who] = (row["at"], label)
        same = ours.setdefault((who, label), row["session"]) == row["session"]
        if not same or theirs.setdefault((who, row["session"]), label) != label:
            found.append(f"{source} {row['name']} of {who} at {row['at']}: not in the session {label!r}")
    return found


def _named(row: Row) -> tuple[tuple[int, int], str]:
    return (row["project_id"], row["visitor"]), row["session_id"]


def _spools(data: Path) -> list[str]:
    """Nothing waits, nothing is half done, nothing was set aside."""
    found = [f"the plan {path.name} is left over" for path in (data / "drain").glob("*.plan")]
    for path in (data / "spool").glob("*.db"):
        with closing(sqlite3.connect(path)) as db:
            for what, sql in {
                "unfinished batches": "SELECT count(*) FROM batches WHERE finished_at IS NULL",
                "rows not drained": "SELECT count(*) FROM rows WHERE seq > (SELECT ifnull(max(last), 0) FROM batches)",
                "damaged rows": "SELECT count(*) FROM damaged",
                "rejected records": "SELECT count(*) FROM rejected",
            }.items():
                count = db.execute(sql).fetchone()[0]
                found += [f"{path.name}: {count} {what}"] if count else []
    return found
