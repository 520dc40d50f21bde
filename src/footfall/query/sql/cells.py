"""Cells of roll-ups: which there are, and which rows they have."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter

from footfall.catalog.columns import HUMAN, MIXED
from footfall.catalog.rollups import FROZEN, SESSIONS, SMALL, TRAFFIC
from footfall.catalog.tables import TABLES, Table
from footfall.model.period import Bucket
from footfall.query.cells import (
    CellSizes,
    FactsOfCells,
    FirstFacts,
    FirstFrozen,
    FreezeCells,
    MadeCells,
    OverfullCells,
    RolledUp,
    StaleCells,
    Uncounted,
)
from footfall.query.plan import Cells
from footfall.query.sql.binder import Binder
from footfall.query.sql.select import within

ROLLED_UP = ("grain", "start", "end", "version", "stamp", "rollups", "events", "sessions")
FACTS_OF_CELLS = ("events", "sessions")
UNCOUNTED = ("grain", "start")
OVERFULL_CELLS = ("project", "start")
CELL_SIZES = ("project", "facts")
FIRST_FACTS = ("project", "first")
FIRST_FROZEN = ("start",)
MADE_CELLS = ("project", "grain", "zone", "starts")
STALE_CELLS = ("project", "grain", "zone", "start", "end", "stamp")

_MAX_RUNS = 8

_PLACES: Mapping[str, int] = {Bucket.MONTH: 1, Bucket.WEEK: 2}
"""Seconds that tell cells with the same start apart."""

_MILLIS = TABLES[Table.ROLLUPS].millis


def rows_of(project: int, cells: Cells, binder: Binder) -> str:
    """The condition on rows of `rollups`: the primary key finds runs of cells, versions tell cells apart."""
    keys = tuple(start // 1000 + _PLACES.get(grain, 0) for grain, start in zip(cells.grains, cells.starts, strict=True))
    place = "".join(f" + {number} * (grain = '{grain}')" for grain, number in _PLACES.items())
    version = (
        f"transform(toUInt64(toUnixTimestamp(bucket){place}),"
        f" {binder.numbers(keys)}, {binder.numbers(cells.versions)}, toUInt64(0))"
    )
    runs = [
        f"(grain = '{grain}' AND bucket >= {_second(first, binder)} AND bucket <= {_second(last, binder)})"
        for grain, first, last in _runs(cells)
    ]
    return (
        f"project_id = {binder.number(project)} AND rollup IN {binder.texts(cells.rollups)}"
        f" AND ({' OR '.join(runs)}) AND version = {version}"
    )


def _runs(cells: Cells) -> list[tuple[str, int, int]]:
    """Grain, first and last start of each run of cells of one grain; few, so other cells may lie in between."""
    found = []
    for grain, run in groupby(zip(cells.grains, cells.starts, strict=True), key=itemgetter(0)):
        starts = [start for _, start in run]
        found.append((grain, starts[0], starts[-1]))
    if len(found) <= _MAX_RUNS:
        return found
    by_grain = ((grain, [start for other, start, _ in found if other == grain]) for grain in sorted(set(cells.grains)))
    last = {grain: end for grain, _, end in found}
    return [(grain, min(starts), last[grain]) for grain, starts in by_grain]


def _second(instant: int, binder: Binder) -> str:
    return f"toDateTime({binder.number(instant // 1000)}, 'UTC')"


def rolled_up(query: RolledUp, binder: Binder) -> str:
    """Cells, and touched hours as cells without a grain: some hundred a year, and hardly any.

    Rows that a merge will remove are among them.
    """
    start, end = (binder.instant(at) for at in (query.period.start, query.period.end))
    project = f"project_id = {binder.number(query.project)}"
    rows = f"{project} AND source = {binder.text(query.source)}"
    cells = (
        "SELECT grain, bucket, version, until, stamp, arrayStringConcat(rollups, ' ') AS names,"
        " 0 AS of_everyone, 0 AS of_people"
        f" FROM rolled_up WHERE {rows} AND bucket >= {start} AND until <= {end}"
    )
    if query.source == Table.EVENTS:
        cells += (
            " UNION ALL SELECT grain, bucket, version, toDateTime(0, 'UTC'), 0, '', events, sessions FROM rollups"
            f" WHERE {project} AND rollup IN {binder.texts((TRAFFIC.name, SESSIONS.name))}"
            f" AND bucket >= {start} AND bucket < {end}"
        )
    return (
        f"SELECT toString(grain) AS c0, {_MILLIS.format('bucket')} AS c1, {_MILLIS.format('max(until)')} AS c2,"
        f" version AS c3, max(stamp) AS c4, max(names) AS c5, sum(of_everyone) AS c6,"
        f" sum(of_people) AS c7 FROM ({cells})"
        " GROUP BY grain, bucket, version HAVING c2 > 0"
        f" UNION ALL SELECT '', {_MILLIS.format('hour')}, {_MILLIS.format('addHours(hour, 1)')}, 0, stamp, '', 0, 0"
        f" FROM touched WHERE {rows} AND hour > subtractHours({start}, 1) AND hour < {end}"
    )


def facts_of_cells(query: FactsOfCells, binder: Binder) -> str:
    rows = f"project_id = {binder.number(query.project)}"
    spans = [(binder.instant(period.start), binder.instant(period.end)) for period in query.periods]

    def begins(at: str) -> str:
        return "(" + " OR ".join(f"{at} >= {start} AND {at} < {end}" for start, end in spans) + ")"

    events = f"FROM events WHERE {rows} AND {begins('timestamp')}"
    if not query.sessions:
        return f"SELECT count() AS c0, 0 AS c1 {events}"
    people = f"(traffic = {binder.text(HUMAN)} OR bitAnd(varies, {MIXED}) != 0)"
    begun = f"{rows} AND source_table = 'events' AND {begins('start')} AND {people}"
    return f"SELECT (SELECT count() {events}) AS c0, sum(sign) AS c1 FROM sessions WHERE {begun}"


def uncounted(query: Uncounted, binder: Binder) -> str:
    return (
        f"SELECT DISTINCT toString(grain) AS c0, {_MILLIS.format('bucket')} AS c1 FROM rollups"
        f" WHERE {rows_of(query.project, query.cells, binder)} AND label IN {binder.texts(query.labels)}"
        " AND counted = 0 AND (events > 0 OR sessions > 0 OR reaching > 0) ORDER BY c0, c1"
    )


def overfull_cells(query: OverfullCells, binder: Binder) -> str:
    return (
        f"SELECT project_id AS c0, {_MILLIS.format('bucket')} AS c1 FROM rollups"
        f" WHERE project_id IN {binder.numbers(query.projects)} AND rollup = {binder.text(query.rollup)}"
        f" AND grain = {binder.text(query.grain)} AND version = {binder.number(query.version)}"
        f" GROUP BY project_id, bucket HAVING count() > {binder.number(query.most)}"
    )


def first_facts(query: FirstFacts, _: Binder) -> str:
    first = TABLES[query.table].millis.format("min(timestamp)")
    return f"SELECT project_id AS c0, {first} AS c1 FROM {query.table} GROUP BY project_id ORDER BY c0"


def first_frozen(query: FirstFrozen, binder: Binder) -> str:
    days = (
        "SELECT bucket, argMax(rollups, (version, stamp)) AS names FROM rolled_up"
        f" WHERE project_id = {binder.number(query.project)} AND source = {binder.text(query.source)}"
        f" AND grain = {binder.text(Bucket.DAY)} GROUP BY bucket HAVING max(stamp) = {FROZEN}"
    )
    return (
        f"SELECT {_MILLIS.format('min(bucket)')} AS c0 FROM ({days}) WHERE NOT has(names, '{SMALL}') HAVING count() > 0"
    )


def freeze_cells(query: FreezeCells, binder: Binder) -> str:
    """An INSERT … SELECT of the same rows with another stamp: of two with one version, both or either may be read."""
    columns = "project_id, source, grain, bucket, until, zone, rollups, version"
    keys = (binder.texts(query.cells.grains), binder.numbers(tuple(at // 1000 for at in query.cells.starts)))
    return (
        f"INSERT INTO rolled_up ({columns}, stamp) SELECT DISTINCT {columns}, toUInt64({FROZEN}) FROM rolled_up"
        f" WHERE project_id = {binder.number(query.project)} AND source = {binder.text(query.source)}"
        f" AND has(arrayZip({keys[0]}, {keys[1]}, {binder.numbers(query.cells.versions)}),"
        " (toString(grain), toUInt64(toUnixTimestamp(bucket)), version))"
    )


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
        " argMax(stamp, (version, stamp)) AS made, argMax(rollups, version) AS names"
        f" FROM rolled_up WHERE {rows} AND grain = {binder.text(query.grain)} GROUP BY project_id, grain, bucket"
    )
    marks = f"SELECT project_id, hour, max(stamp) AS newest FROM touched WHERE {rows} GROUP BY project_id, hour"
    held = f"hasAll(names, {binder.texts(query.rollups)})" + ("" if query.small else f" OR has(names, '{SMALL}')")
    touched = "hour < till AND addHours(hour, 1) > bucket AND newest > made"
    late = (
        f"SELECT project_id, grain, bucket FROM ({cells}) AS made_before JOIN ({marks}) AS late USING (project_id)"
        f" WHERE {touched}"
    )
    return (
        f"SELECT project_id AS c0, toString(grain) AS c1, zone_name AS c2, {_MILLIS.format('bucket')} AS c3,"
        f" {_MILLIS.format('till')} AS c4, made AS c5 FROM ({cells})"
        f" WHERE made != {FROZEN} AND (NOT ({held})"
        f" OR (project_id, grain, bucket) IN ({late}))"
        " ORDER BY c0, c1, c3"
    )
