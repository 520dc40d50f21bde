"""Requests by many groupings at once: rolled-up hours from their roll-ups, the rest in one pass over the rows."""

from __future__ import annotations

from footfall.catalog.dimensions import DIMENSIONS
from footfall.catalog.metrics import METRICS
from footfall.catalog.rollups import NETWORK
from footfall.catalog.tables import TABLES, Table
from footfall.clock import HOUR
from footfall.model.period import Bucket, Period
from footfall.query.ast import Breakdowns, HoursToRollUp, ValidityMarkers
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import label
from footfall.query.sql.select import bucket_of, conditions, project, within

COLUMNS = ("dimension", "label", "bucket", "hits", "sessions", "bytes")
MARKER = ("hour", "hits", "last_batch", "version")
TO_ROLL_UP = ("project", "hour", "hits", "last_batch")

_MILLIS = TABLES[Table.BREAKDOWNS].millis
_HOUR_STEP = 3600


def breakdowns(query: Breakdowns, binder: Binder) -> str:
    """A label's cells are gathered before labels are ranked, so that nothing is counted twice."""
    cells = _from_rows(query, binder)
    if query.rolled_up.versions:
        cells = f"{cells} UNION ALL {_from_rollups(query, binder)}"
    if query.days.versions:
        cells = f"{cells} UNION ALL {_from_days(query, binder)}"
    ranked = ""
    if query.labels is not None:
        ranked = f" ORDER BY c0, sum(c3) DESC, c1 LIMIT {binder.number(query.labels)} BY c0"
    gathered = f"SELECT c0, c1, groupArray((c2, c3, c4, c5)) AS cells FROM ({cells}) GROUP BY c0, c1{ranked}"
    shown = "c0, c1, cell.1 AS c2, cell.2 AS c3, cell.3 AS c4, cell.4 AS c5"
    return f"SELECT {shown} FROM ({gathered}) ARRAY JOIN cells AS cell ORDER BY c0, c2, c3 DESC, c1"


def _from_rows(query: Breakdowns, binder: Binder) -> str:
    """One pass: `grouping` tells which grouping a row belongs to; the labels of all others are empty in that row."""
    base = query.base
    columns = [f"k{place}" for place in range(len(query.groupings))]
    labels = [label(DIMENSIONS[name], Table.REQUESTS) for name in query.groupings]
    keys = [f"{text} AS {column}" for text, column in zip(labels, columns, strict=True)]
    sets = ", ".join(["(c2)", *(f"(c2, {column})" for column in columns)])
    every = (1 << len(columns)) - 1
    masks = [every - (1 << (len(columns) - 1 - place)) for place in range(len(columns))]
    grouping = f"grouping({', '.join(columns)})"
    metrics = [METRICS[name].expressions[Table.REQUESTS] for name in COLUMNS[3:]]
    figures = ", ".join(f"{metric} AS c{number}" for number, metric in enumerate(metrics, start=3))
    rows = [project(base, binder), _not_rolled_up(query, binder), *conditions(base, binder)]
    names = binder.numbers(tuple(masks)), binder.texts(query.groupings)
    return (
        f"SELECT transform(toUInt64({grouping}), {', '.join(names)}, '') AS c0,"
        f" concat({', '.join(columns)}) AS c1, c2, {figures}"
        f" FROM (SELECT {bucket_of('timestamp', base, binder)} AS c2, {', '.join(keys)}, session, bytes"
        f" FROM requests WHERE {' AND '.join(rows)}) GROUP BY GROUPING SETS ({sets})"
    )


def _not_rolled_up(query: Breakdowns, binder: Binder) -> str:
    """The period without its rolled-up hours or days."""
    left = query.base.windows if query.days.versions else gaps(query.base.period, query.rolled_up.hours)
    parts = [within(part, Table.REQUESTS, binder) for part in left]
    return f"({' OR '.join(parts) or '0'})"


def gaps(period: Period, hours: tuple[int, ...]) -> list[Period]:
    """The parts of a period outside of these hours, which lie in it."""
    found, at = [], period.start
    for hour in sorted(hours):
        found.append(Period(at, hour))
        at = hour + HOUR
    found.append(Period(at, period.end))
    return [part for part in found if part.length > 0]


def _from_rollups(query: Breakdowns, binder: Binder) -> str:
    return (
        f"SELECT toString(dimension) AS c0, label AS c1, {_MILLIS.format('bucket')} AS c2, requests AS c3,"
        f" visits AS c4, bytes AS c5 FROM breakdowns WHERE {project(query.base, binder)}"
        f" AND dimension IN {binder.texts(('', *query.groupings))} AND step = {binder.number(query.step)}"
        f" AND {within(query.base.period, Table.BREAKDOWNS, binder)}"
        f" AND ({_MILLIS.format('toStartOfHour(bucket)')}, edition)"
        f" IN arrayZip({binder.instants(query.rolled_up.hours)}, {binder.numbers(query.rolled_up.versions)})"
    )


def _from_days(query: Breakdowns, binder: Binder) -> str:
    bucket = TABLES[Table.ROLLUPS].millis.format("bucket")
    names = tuple(NETWORK + name for name in ("", *query.groupings))
    cells = f"arrayZip({binder.instants(query.days.starts)}, {binder.numbers(query.days.versions)})"
    return (
        f"SELECT substring(toString(rollup), {binder.number(len(NETWORK) + 1)}) AS c0, label AS c1, {bucket} AS c2,"
        f" hits AS c3, sessions AS c4, bytes AS c5 FROM rollups WHERE {project(query.base, binder)}"
        f" AND rollup IN {binder.texts(names)} AND grain = {binder.text(Bucket.DAY.value)}"
        f" AND {within(query.base.period, Table.ROLLUPS, binder)}"
        f" AND ({bucket}, version) IN {cells}"
    )


def validity_markers(query: ValidityMarkers, binder: Binder) -> str:
    base = query.base
    return (
        f"SELECT {_MILLIS.format('bucket')} AS c0, argMax(requests, edition) AS c1, argMax(batch, edition) AS c2,"
        f" max(edition) AS c3 FROM breakdowns WHERE {project(base, binder)} AND dimension = ''"
        f" AND step = {binder.number(_HOUR_STEP)}"
        f" AND {within(base.period, Table.BREAKDOWNS, binder)} GROUP BY bucket ORDER BY c0"
    )


def hours_to_roll_up(query: HoursToRollUp, binder: Binder) -> str:
    start, end = binder.instant(query.period.start), binder.instant(query.period.end)
    hours = (
        "SELECT project_id, toStartOfHour(timestamp) AS hour, count() AS rows, max(batch) AS newest FROM requests"
        f" WHERE timestamp >= {start} AND timestamp < {end} GROUP BY project_id, hour"
        f" HAVING rows >= {binder.number(query.least)} AND newest < {binder.number(query.settled)}"
    )
    rolled_up = (
        "SELECT project_id, bucket, argMax(requests, edition), argMax(batch, edition) FROM breakdowns"
        f" WHERE dimension = '' AND step = {binder.number(_HOUR_STEP)} AND bucket >= {start} AND bucket < {end}"
        " GROUP BY project_id, bucket"
    )
    return (
        f"SELECT project_id AS c0, {_MILLIS.format('hour')} AS c1, rows AS c2, newest AS c3 FROM ({hours})"
        f" WHERE (project_id, hour, rows, newest) NOT IN ({rolled_up}) ORDER BY c1 DESC, c0"
    )
