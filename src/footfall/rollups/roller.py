"""Makes the cells of roll-ups, once their time is over, and again where facts changed (docs/adr/0020)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic

import polars as pl
import structlog

from footfall.catalog.columns import HUMAN
from footfall.catalog.rollups import GRAINS, ROLLUPS, Rollup
from footfall.clock import MINUTE, Clock
from footfall.model.period import Bucket, Period
from footfall.pipeline.rows import arrow
from footfall.query.ast import FirstFacts, MadeCells, MakeCells, Query, StaleCells, equals
from footfall.query.rows import read
from footfall.query.sources.rolled import WEB, ranking_of
from footfall.query.sql import compile_query
from footfall.rollups.jobs import Job, Wanted, missing, together
from footfall.store.protocol import Store

CLOSED_AFTER = 10 * MINUTE
"""How long after its end a cell is made: most late events have come by then."""

AGAIN_AFTER: Mapping[Bucket, int] = {Bucket.DAY: 15 * MINUTE, Bucket.MONTH: 120 * MINUTE}
"""The least time between two makings of a cell. Meanwhile queries read its facts."""

_LOOK = 60.0
_FIRSTS = 1800.0

Begin = Callable[[Mapping[tuple[str, int], int]], int | None]
"""`Drain.begin_cells`."""


class Roller:
    """Each call makes the cells of one job, on a thread of its own; with none left it looks for more, once a minute.

    `zones` are the time zones of the projects, whose days and months the cells are.
    """

    def __init__(
        self,
        store: Store,
        zones: Callable[[], Mapping[int, str]],
        clock: Clock,
        begin: Begin,
        tick: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._zones = zones
        self._clock = clock
        self._begin = begin
        self._tick = tick
        self._jobs: list[Job] = []
        self._next_look = tick()
        self._firsts: dict[int, int] = {}
        self._next_firsts = tick()

    @property
    def waiting(self) -> int:
        """Cells that are known to be missing or stale."""
        return sum(len(job.starts) * len(job.projects) for job in self._jobs)

    def __call__(self) -> bool:
        """Whether a job was done."""
        if not self._jobs and self._tick() >= self._next_look:
            self._next_look = self._tick() + _LOOK  # set first: it also holds when this round fails
            self._jobs = together(self.wanted())
        if not self._jobs:
            return False
        if self.make(self._jobs[0]):
            del self._jobs[0]
            return True
        return False

    def wanted(self) -> list[Wanted]:
        now = self._clock()
        zones = self._zones()
        firsts = self._first_facts()
        made = {
            (row["project"], row["grain"], row["zone"]): Period(row["start"], row["end"])
            for row in read(self._store, MadeCells(WEB))
        }
        found = [
            cell
            for project, name in zones.items()
            if project in firsts
            for grain in GRAINS
            for cell in missing(
                project, grain, name, firsts[project], now - CLOSED_AFTER, made.get((project, grain.value, name))
            )
        ]
        known = {(cell.project, cell.grain, cell.cell.start) for cell in found}
        return found + [
            cell for cell in self._stale(now, zones) if (cell.project, cell.grain, cell.cell.start) not in known
        ]

    def make(self, job: Job) -> bool:
        """False while a batch is partly written."""
        stamp = self._begin({(WEB, project): job.end for project in job.projects})
        if stamp is None:
            return False
        for rollup in ROLLUPS:
            statement = compile_query(_making(job, rollup, stamp))
            self._store.command(statement.sql, statement.params)
        self._record(job, stamp)
        structlog.get_logger("rollups").debug(
            "rolled up", grain=job.grain.value, cells=len(job.starts), projects=len(job.projects)
        )
        return True

    def _record(self, job: Job, stamp: int) -> None:
        cells = list(job.cells())
        projects = pl.DataFrame({"project_id": job.projects}, schema={"project_id": pl.UInt32})
        rows = projects.join(
            pl.DataFrame({"bucket": [cell.start for cell in cells], "until": [cell.end for cell in cells]}), how="cross"
        ).with_columns(
            pl.col("bucket", "until").cast(pl.Datetime("ms", "UTC")),
            source=pl.lit(WEB),
            grain=pl.lit(job.grain.value),
            zone=pl.lit(job.zone),
            rollups=pl.lit([rollup.name for rollup in ROLLUPS], pl.List(pl.String)),
            stamp=pl.lit(stamp, pl.UInt64),
            version=pl.lit(stamp, pl.UInt64),
        )
        self._store.insert("rolled_up", arrow(rows), token=str(stamp))

    def _first_facts(self) -> dict[int, int]:
        """By project, the time of its first event, looked up now and then."""
        if self._tick() >= self._next_firsts:
            self._firsts = {row["project"]: row["first"] for row in read(self._store, FirstFacts())}
            self._next_firsts = self._tick() + _FIRSTS
        return self._firsts

    def _stale(self, now: int, zones: Mapping[int, str]) -> list[Wanted]:
        names = tuple(rollup.name for rollup in ROLLUPS)
        return [
            Wanted(Bucket(row["grain"]), Period(row["start"], row["end"]), row["project"], row["zone"])
            for row in read(self._store, StaleCells(WEB, names))
            if row["project"] in zones and now - row["stamp"] // 1000 >= AGAIN_AFTER[Bucket(row["grain"])]
        ]


def _making(job: Job, rollup: Rollup, stamp: int) -> MakeCells:
    """Cells of events, or of sessions; of people only, and of the rows that the dimension's list counts."""
    only = ranking_of(rollup).only if rollup.dimension else ()
    base = Query(
        project=0,
        table=rollup.table,
        period=job.period,
        dimensions=(rollup.dimension,) if rollup.dimension else (),
        metrics=rollup.metrics,
        filters=(*only, equals("traffic", HUMAN)),
        bots=True,
    )
    counted: int | None = None
    if rollup.dimension:
        counted = rollup.counted.get(job.grain, 0)
    if counted == 0:
        base = replace(base, metrics=tuple(name for name in base.metrics if name != "visitors"))
        counted = None
    return MakeCells(base, rollup.name, job.grain.value, job.starts, job.projects, stamp, counted)
