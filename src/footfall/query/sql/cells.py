"""Cells of roll-ups: which there are, and which rows they have."""

from __future__ import annotations

from footfall.catalog.rollups import CROSSED, SMALL
from footfall.catalog.tables import TABLES, Table
from footfall.query.ast import Cells
from footfall.query.cells import CellSizes, FirstFacts, MadeCells, RolledUp, StaleCells, Uncounted
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import within

ROLLED_UP = ("grain", "start", "end", "version", "stamp", "usable", "crossed")
UNCOUNTED = ("grain", "start")
CELL_SIZES = ("project", "facts")
FIRST_FACTS = ("project", "first")
MADE_CELLS = ("project", "grain", "zone", "starts")
STALE_CELLS = ("project", "grain", "zone", "start", "end", "stamp")

_MILLIS = TABLES[Table.ROLLUPS].millis


def rows_of(project: int, cells: Cells, binder: Binder) -> str:
    """The condition on rows of `rollups`; grain and start find them by the primary key."""
    starts = binder.instants(cells.starts)
    chosen = f"arrayZip({binder.texts(cells.grains)}, {starts}, {binder.numbers(cells.versions)})"
    return (
        f"project_id = {binder.number(project)} AND rollup IN {binder.texts(cells.rollups)}"
        f" AND grain IN {binder.texts(tuple(sorted(set(cells.grains))))}"
        f" AND bucket IN arrayMap(start -> toDateTime(intDiv(start, 1000), 'UTC'), {starts})"
        f" AND (toString(grain), {_MILLIS.format('bucket')}, version) IN {chosen}"
    )


def rolled_up(query: RolledUp, binder: Binder) -> str:
    """Cells, and touched hours as cells without a grain: some hundred a year, and hardly any.

    Rows that a merge will remove are among them.
    """
    start, end = (binder.instant(at) for at in (query.period.start, query.period.end))
    rows = f"project_id = {binder.number(query.project)} AND source = {binder.text(query.source)}"
    return (
        f"SELECT toString(grain) AS c0, {_MILLIS.format('bucket')} AS c1,"
        f" {_MILLIS.format('until')} AS c2, version AS c3, stamp AS c4,"
        f" hasAll(rollups, {binder.texts(query.rollups)}) AS c5, has(rollups, '{CROSSED}') AS c6 FROM rolled_up"
        f" WHERE {rows} AND bucket >= {start} AND until <= {end}"
        f" UNION ALL SELECT '', {_MILLIS.format('hour')}, {_MILLIS.format('addHours(hour, 1)')}, 0, stamp, 0, 0"
        f" FROM touched WHERE {rows} AND hour > subtractHours({start}, 1) AND hour < {end}"
    )


def uncounted(query: Uncounted, binder: Binder) -> str:
    return (
        f"SELECT DISTINCT toString(grain) AS c0, {_MILLIS.format('bucket')} AS c1 FROM rollups"
        f" WHERE {rows_of(query.project, query.cells, binder)} AND label IN {binder.texts(query.labels)}"
        " AND counted = 0 AND (events > 0 OR sessions > 0 OR reaching > 0) ORDER BY c0, c1"
    )


def first_facts(query: FirstFacts, _: Binder) -> str:
    first = TABLES[query.table].millis.format("min(timestamp)")
    return f"SELECT project_id AS c0, {first} AS c1 FROM {query.table} GROUP BY project_id ORDER BY c0"


def cell_sizes(query: CellSizes, binder: Binder) -> str:
    return (
        f"SELECT project_id AS c0, count() AS c1 FROM {query.table}"
        f" WHERE project_id IN {binder.numbers(query.projects)}"
        f" AND {within(query.period, query.table, binder)} GROUP BY project_id ORDER BY c0"
    )


def made_cells(query: MadeCells, binder: Binder) -> str:
    return (
        "SELECT project_id AS c0, toString(grain) AS c1, zone AS c2,"
        f" groupUniqArray({_MILLIS.format('bucket')}) AS c3"
        f" FROM rolled_up WHERE source = {binder.text(query.source)}"
        " GROUP BY project_id, grain, zone ORDER BY c0, c1, c2"
    )


def stale_cells(query: StaleCells, binder: Binder) -> str:
    rows = f"source = {binder.text(query.source)}"
    cells = (
        "SELECT project_id, grain, bucket, argMax(zone, version) AS zone_name, argMax(until, version) AS till,"
        " argMax(stamp, version) AS made, argMax(rollups, version) AS names"
        f" FROM rolled_up WHERE {rows} AND grain = {binder.text(query.grain)} GROUP BY project_id, grain, bucket"
    )
    marks = f"SELECT project_id, hour, max(stamp) AS newest FROM touched WHERE {rows} GROUP BY project_id, hour"
    touched = "hour < till AND addHours(hour, 1) > bucket AND newest > made"
    late = (
        f"SELECT project_id, grain, bucket FROM ({cells}) AS made_before JOIN ({marks}) AS late USING (project_id)"
        f" WHERE {touched}"
    )
    return (
        f"SELECT project_id AS c0, toString(grain) AS c1, zone_name AS c2, {_MILLIS.format('bucket')} AS c3,"
        f" {_MILLIS.format('till')} AS c4, made AS c5 FROM ({cells})"
        f" WHERE NOT (hasAll(names, {binder.texts(query.rollups)}) OR has(names, '{SMALL}'))"
        f" OR (project_id, grain, bucket) IN ({late})"
        " ORDER BY c0, c1, c3"
    )
