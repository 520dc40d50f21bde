"""Journeys of visitors: flows within a session, funnels across sessions, and retention."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, tzinfo

from footfall.errors import UserError
from footfall.model.period import Bucket
from footfall.query import build
from footfall.query.ast import Flows, Query, Term
from footfall.query.compared import Compared, compare_counts
from footfall.query.fetch import Row, fetch, fetch_frame
from footfall.query.shares import share
from footfall.query.sources import slices
from footfall.query.timerange import starts
from footfall.store.protocol import Reader

MAX_COHORTS = 400


@dataclass(frozen=True, slots=True)
class Flow:
    """The paths of a session's first pageviews, the number of sessions that took them and of their visitors."""

    steps: tuple[str, ...]
    visitors: int
    count: Compared[int]


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """Visitors who reached this step, and their share of the first step's visitors and of the previous step's.

    Shares have 4 decimals. `lost` counts the visitors who took the previous step and not this one.
    """

    visitors: int
    conversion: float
    of_previous: float
    lost: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Visitors whose first event lies in the bucket from `start`; `returned` counts them in it and each later one."""

    start: int
    visitors: int
    returned: list[int]

    @property
    def retention(self) -> list[float]:
        return [share(count, self.visitors) for count in self.returned]


def flows(store: Reader, base: Query, depth: int, limit: int, previous: Query | None = None) -> list[Flow]:
    """Most sessions first, ties by the steps in turn."""

    def counts(query: Query, steps: tuple[tuple[str, ...], ...]) -> dict[tuple[str, ...], int]:
        return {flow: row["sessions"] for flow, row in rows_of(Flows(query, depth, only=steps)).items()}

    def rows_of(query: Flows) -> dict[tuple[str, ...], Row]:
        return {tuple(row["steps"]): row for row in fetch(store, query)}

    rows = rows_of(Flows(base, depth, limit))
    compared = compare_counts({steps: row["sessions"] for steps, row in rows.items()}, previous, counts)
    return [Flow(steps, row["visitors"], compared[steps]) for steps, row in rows.items()]


def funnel(store: Reader, base: Query, steps: tuple[tuple[Term, ...], ...], window: int) -> list[FunnelStep]:
    """One entry per step; `window` in milliseconds, from the first step to the last."""
    levels = Counter[int]()
    for part in slices(store, build.funnel(base, steps, window)):
        for row in fetch(store, part):
            levels[row["level"]] += row["visitors"]
    reached = [sum(count for level, count in levels.items() if level > place) for place in range(len(steps))]
    before = [reached[0], *reached]
    return [
        FunnelStep(count, share(count, reached[0]), share(count, previous), previous - count)
        for count, previous in zip(reached, before, strict=False)
    ]


def retention(store: Reader, base: Query, bucket: Bucket, zone: tzinfo = UTC) -> list[Cohort]:
    """One cohort per bucket of the period, ascending; UserError(`bad_parameter`) if those are too many."""
    edges = starts(bucket, base.period, zone)
    if len(edges) > MAX_COHORTS:
        raise UserError(
            "bad_parameter",
            f"period: {bucket} splits the range into {len(edges)} cohorts; at most {MAX_COHORTS} are allowed",
        )
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for part in slices(store, build.retention(base, edges)):
        for cohort, at, visitors in fetch_frame(store, part).iter_rows():
            counts[cohort][at] += visitors
    return [
        Cohort(start, counts[start][start], [counts[start][at] for at in edges[place:]])
        for place, start in enumerate(edges)
    ]
