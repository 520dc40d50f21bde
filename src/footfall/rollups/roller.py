"""Makes the cells of roll-ups, once their time is over, and again where facts changed (docs/adr/0020)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from time import monotonic

import polars as pl
import structlog

from footfall.catalog.rollups import (
    CROSSED,
    EARNED,
    EVERY,
    GRAINS,
    KEPT_FOR,
    LEAST_EVENTS,
    OVERFULL,
    PROPERTY_VALUES,
    RECENT_GRAINS,
    SMALL,
    SOURCES,
    Rollup,
    counted_in,
    names_of,
)
from footfall.catalog.tables import Table
from footfall.clock import DAY, MINUTE, Clock
from footfall.errors import TransientError
from footfall.model.period import Bucket, Period
from footfall.pipeline.rows import arrow
from footfall.query import build
from footfall.query.ast import Query
from footfall.query.cells import (
    CellSizes,
    CrossedCells,
    FirstFacts,
    MadeCells,
    MakeCells,
    MakeEarned,
    MakeTogether,
    OverfullCells,
    StaleCells,
)
from footfall.query.rows import Row, read
from footfall.query.sources import summed
from footfall.query.sql import compile_query
from footfall.rollups.jobs import Job, Wanted, closed_cells, together
from footfall.store.protocol import Store

CLOSED_AFTER = 10 * MINUTE
"""How long after its end a cell is made: most late events have come by then."""

AGAIN_AFTER: Mapping[Bucket, int] = {
    Bucket.QUARTER_HOUR: 5 * MINUTE,
    Bucket.HOUR: 5 * MINUTE,
    Bucket.DAY: 15 * MINUTE,
    Bucket.WEEK: 60 * MINUTE,
    Bucket.MONTH: 120 * MINUTE,
}
"""The least time between two makings of a cell. Meanwhile queries read its facts."""

_TOGETHER = 100_000
"""Up to so many facts, roll-ups of a job are made in one statement for each kind of rows.

A statement takes some 70 ms of processor time however few they are, a third of it to write a part. Of many facts, the
groups of all roll-ups would be in memory at once.
"""

_LOOK = 60.0
_FIRSTS = 1800.0

Begin = Callable[[Mapping[tuple[str, int], int]], int | None]
"""`Drain.begin_cells`."""


class Roller:
    """Each call makes the cells of one job, on a thread of its own; with none left it looks for more, once a minute.

    Cells are those of `source`, the table of the facts. `zones` are the time zones of the projects, whose days and
    months the cells are. `report` is called with the number of cells that wait. `facts_since` has an instant for each
    project whose facts go earlier than its figures, before which they may be gone.
    """

    def __init__(
        self,
        store: Store,
        zones: Callable[[], Mapping[int, str]],
        clock: Clock,
        begin: Begin,
        tick: Callable[[], float] = monotonic,
        least: Mapping[Bucket, int] = LEAST_EVENTS,
        report: Callable[[int], None] = lambda _: None,
        facts_since: Callable[[], Mapping[int, int]] = dict,
        source: Table = Table.EVENTS,
    ) -> None:
        self._store = store
        self._zones = zones
        self._clock = clock
        self._begin = begin
        self._tick = tick
        self._least = least
        self._report = report
        self._facts_since = facts_since
        self._source = source
        self._grains = tuple(grain for grain in (*GRAINS, *KEPT_FOR) if names_of(source, grain))
        self._expired = 0
        self._jobs: list[Job] = []
        self._next_look = tick()
        self._firsts: dict[int, int] = {}
        self._next_firsts = tick()
        self._apart: set[int] = set()  # projects whose roll-ups could not be made together

    def __call__(self) -> bool:
        """Whether a job was done. One that fails is found missing at the next look, and holds up no other."""
        if not self._jobs and self._tick() >= self._next_look:
            self._next_look = self._tick() + _LOOK  # set first: it also holds when this round fails
            with self._store.background():
                self._expire()
                self._jobs = together(self.wanted())
        self._report(sum(len(job.starts) * len(job.projects) for job in self._jobs))
        if not self._jobs:
            return False
        job = self._jobs.pop(0)
        done = self.make(job)
        if not done:
            self._jobs.insert(0, job)
        return done

    def wanted(self) -> list[Wanted]:
        now = self._clock()
        zones = self._zones()
        firsts = self._first_facts()
        made = {
            (row["project"], row["grain"], row["zone"]): frozenset(row["starts"])
            for row in read(self._store, MadeCells(self._source.value))
        }
        found = []
        for grain in self._grains:
            oldest = now - KEPT_FOR.get(grain, now)
            closed = now - CLOSED_AFTER
            if grain in RECENT_GRAINS:  # marks are by hour: in one that is not over, each batch would leave one
                closed = Bucket.HOUR.floor(closed)
            for zone, projects in _by_zone(zones, firsts).items():
                first = max(oldest, min(map(firsts.__getitem__, projects)))
                cells = closed_cells(grain, zone, first, closed)
                for project in projects:
                    there = made.get((project, grain.value, zone), frozenset())
                    found += [
                        Wanted(grain, cell, project, zone)
                        for cell in cells
                        if cell.end > firsts[project] and cell.start not in there
                    ]
        since = self._facts_since()
        found += self._stale(now, zones, since)
        return [item for item in found if item.cell.start >= since.get(item.project, 0)]

    def _expire(self) -> None:
        """Once a day. The rows of expired cells stay for another day, since queries may be about to read them."""
        today = Bucket.DAY.floor(self._clock())
        if today == self._expired:
            return
        for grain, age in KEPT_FOR.items():
            if grain in self._grains:
                forgotten, before = (_wanted_since(grain, day - age) for day in (today - DAY, today))
                self._store.facts.forget_cells([grain], before)
                if grain in RECENT_GRAINS:
                    self._store.drop_days_before(Table.RECENT_ROLLUPS, forgotten)
                else:
                    self._store.facts.remove_cells(grain, forgotten)
        self._expired = today

    def make(self, job: Job) -> bool:
        """False while a batch is partly written. Cells of which facts are gone since they were wanted are left out."""
        since = self._facts_since()
        job = replace(job, projects=tuple(one for one in job.projects if job.starts[0] >= since.get(one, 0)))
        stamp = self._begin({(self._source.value, project): job.end for project in job.projects})
        if stamp is None:
            return False
        with self._store.background():
            kept = tuple(project for project in job.projects if project in since)
            facts = self._sizes(job)
            least = max(self._least.get(job.grain, 0) * len(job.starts), 1)
            large = tuple(one for one in job.projects if one not in since and facts[one] >= least)
            small = tuple(sorted({*job.projects} - {*kept, *large}))
            sizes = [sum(facts[project] for project in projects) for projects in (large, kept)]
            self._record(job, stamp, "large", self._roll_up(replace(job, projects=large), stamp, sizes[0]))
            self._record(job, stamp, "small", {cell: [SMALL] for cell in _cells_of(job, small)})
            # Last, since these statements are larger: where they fail, the others are done.
            self._record(job, stamp, "kept", self._roll_up(replace(job, projects=kept), stamp, sizes[1], kept=True))
        structlog.get_logger("rollups").debug(
            "rolled up", grain=job.grain.value, cells=len(job.starts), projects=len(job.projects)
        )
        return True

    def _roll_up(self, job: Job, stamp: int, facts: int, *, kept: bool = False) -> dict[tuple[int, int], list[str]]:
        """Make the cells of a job, of so many facts; returns the names of what each holds, by project and start.

        Of `kept` projects all cells are made, however small, since their facts go.
        """
        if not job.projects:
            return {}
        wanted = [
            _making(job, rollup, stamp, counted)
            for rollup in SOURCES[self._source]
            if (counted := counted_in(rollup, job.grain, kept=kept)) is not None
        ]
        if facts <= _TOGETHER and self._apart.isdisjoint(job.projects):
            self._make_together(wanted, job.projects)
        else:
            for making in map(_alone, wanted):
                self._insert(making)
        found = {cell: [*names_of(self._source, job.grain, kept=kept)] for cell in _cells_of(job, job.projects)}
        if self._source is Table.EVENTS:
            for row in read(self._store, CrossedCells(job.period, job.starts, job.projects)):
                found[row["project"], row["start"]].append(CROSSED)
            for row in read(self._store, _overfull(job, stamp)):
                found[row["project"], row["start"]].append(OVERFULL)
        return found

    def _make_together(self, wanted: Iterable[MakeCells | MakeEarned], projects: Iterable[int]) -> None:
        """Where that fails, for want of memory say, they are made one by one the next time, under another version."""
        try:
            for making in _in_few(wanted):
                self._insert(making)
        except TransientError:
            self._apart.update(projects)
            raise

    def _insert(self, making: MakeTogether | MakeEarned) -> None:
        statement = compile_query(making)
        self._store.command(statement.sql, statement.params)

    def _sizes(self, job: Job) -> Counter[int]:
        """How many facts each of the job's projects has."""
        if not job.projects:
            return Counter()
        rows = read(self._store, CellSizes(job.projects, job.period, self._source))
        return Counter({row["project"]: row["facts"] for row in rows})

    def _record(self, job: Job, stamp: int, which: str, made: dict[tuple[int, int], list[str]]) -> None:
        if not made:
            return
        ends = {cell.start: cell.end for cell in job.cells()}
        rows = pl.DataFrame(
            [(project, start, ends[start], names) for (project, start), names in made.items()],
            schema={"project_id": pl.UInt32, "bucket": pl.Int64, "until": pl.Int64, "rollups": pl.List(pl.String)},
            orient="row",
        ).with_columns(
            pl.col("bucket", "until").cast(pl.Datetime("ms", "UTC")),
            source=pl.lit(self._source.value),
            grain=pl.lit(job.grain.value),
            zone=pl.lit(job.zone),
            stamp=pl.lit(stamp, pl.UInt64),
            version=pl.lit(stamp, pl.UInt64),
        )
        self._store.insert("rolled_up", arrow(rows), token=f"{stamp}:{which}")

    def _first_facts(self) -> dict[int, int]:
        """By project, the time of its first fact, looked up now and then."""
        if self._tick() >= self._next_firsts:
            self._firsts = {row["project"]: row["first"] for row in read(self._store, FirstFacts(self._source))}
            self._next_firsts = self._tick() + _FIRSTS
        return self._firsts

    def _stale(self, now: int, zones: Mapping[int, str], kept: Collection[int]) -> list[Wanted]:
        """Of `kept` projects those, too, that were found too small, or whose days lack what these have."""
        return [
            Wanted(grain, Period(row["start"], row["end"]), row["project"], row["zone"])
            for grain in self._grains
            for row in self._stale_cells(grain, kept)
            if row["project"] in zones and now - row["stamp"] // 1000 >= AGAIN_AFTER[grain]
        ]

    def _stale_cells(self, grain: Bucket, kept: Collection[int]) -> list[Row]:
        found = read(self._store, StaleCells(self._source.value, grain.value, names_of(self._source, grain)))
        if kept and grain in GRAINS:
            names = names_of(self._source, grain, kept=True)
            lacking = read(self._store, StaleCells(self._source.value, grain.value, names, small=True))
            found += [row for row in lacking if row["project"] in kept]
        return found


def _wanted_since(grain: Bucket, oldest: int) -> int:
    """No cell begins before this, in any zone, that ends after `oldest`."""
    return grain.floor(oldest) - DAY


def _cells_of(job: Job, projects: Iterable[int]) -> list[tuple[int, int]]:
    return [(project, start) for project in projects for start in job.starts]


def _by_zone(zones: Mapping[int, str], having: Container[int]) -> dict[str, list[int]]:
    """The projects of each zone, of those that are in `having`."""
    found: dict[str, list[int]] = defaultdict(list)
    for project, zone in zones.items():
        if project in having:
            found[zone].append(project)
    return found


def _in_few(wanted: Iterable[MakeCells | MakeEarned]) -> Iterator[MakeTogether | MakeEarned]:
    """What is made, in as few statements as there are kinds of rows."""
    alike: defaultdict[tuple[Table, tuple[str, ...]], list[MakeCells]] = defaultdict(list)
    for making in wanted:
        if isinstance(making, MakeEarned):
            yield making
        else:
            alike[making.base.table, making.base.metrics].append(making)
    yield from (MakeTogether(tuple(parts)) for parts in alike.values())


def _alone(making: MakeCells | MakeEarned) -> MakeTogether | MakeEarned:
    return making if isinstance(making, MakeEarned) else MakeTogether((making,))


def _making(job: Job, rollup: Rollup, stamp: int, counted: int) -> MakeCells | MakeEarned:
    """Cells of events, or of sessions; of people only, and of the rows that the dimension's list counts."""
    if rollup.table in summed.SUMMED:
        return _adding_up(job, rollup, stamp)
    if rollup == EARNED:
        base = Query(project=0, table=rollup.table, period=job.period, bots=True)
        return MakeEarned(base, job.grain.value, job.starts, job.projects, stamp)
    only = build.ranking_of(rollup.dimension).only if rollup.dimension else ()
    people = () if rollup.everyone else (build.PEOPLE,)
    base = Query(
        project=0,
        table=rollup.table,
        period=job.period,
        dimensions=rollup.dimensions,
        metrics=rollup.metrics,
        filters=(*only, *people),
        bots=True,
    )
    if not counted:
        base = replace(base, metrics=tuple(name for name in base.metrics if name != "visitors"))
    most = counted if 0 < counted < EVERY else None
    return MakeCells(base, rollup.name, job.grain.value, job.starts, job.projects, stamp, most, rollup.most)


def _overfull(job: Job, stamp: int) -> OverfullCells:
    return OverfullCells(PROPERTY_VALUES.name, job.grain.value, job.projects, stamp, PROPERTY_VALUES.most)


def _adding_up(job: Job, rollup: Rollup, stamp: int) -> MakeCells:
    """Cells of all requests or logs."""
    base = Query(
        project=0,
        table=rollup.table,
        period=job.period,
        dimensions=rollup.dimensions,
        metrics=rollup.metrics,
        filters=summed.rows_of(rollup),
        bots=True,
    )
    return MakeCells(base, rollup.name, job.grain.value, job.starts, job.projects, stamp)
