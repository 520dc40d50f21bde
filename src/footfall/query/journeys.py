"""Ways that visitors take: flows within a visit, funnels over visits, and coming back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from footfall.errors import UserError
from footfall.model.period import Bucket
from footfall.query import build
from footfall.query.ast import Query, Term
from footfall.query.fetch import fetch
from footfall.query.shares import delta_percent, share
from footfall.query.window import starts
from footfall.store.protocol import Reader

MOST_COHORTS = 400


@dataclass(frozen=True, slots=True)
class Flow:
    """The paths of a visit's first pageviews, and how many visits went so; `previous` as in a ranking."""

    steps: tuple[str, ...]
    count: int
    visitors: int
    previous: int | None = None

    @property
    def delta_percent(self) -> int | None:
        return delta_percent(self.count, self.previous)


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """Who got as far as this step, and their share of the first step's visitors and of those of the step before.

    Shares have 4 decimals. `lost` counts who took the step before and not this one.
    """

    visitors: int
    conversion: float
    of_previous: float
    lost: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Visitors who came first in the bucket that begins at `start`, and how many of them came in each from it on."""

    start: int
    visitors: int
    returned: list[int]

    @property
    def retention(self) -> list[float]:
        return [share(count, self.visitors) for count in self.returned]


def flows(store: Reader, base: Query, depth: int, limit: int, before: Query | None = None) -> list[Flow]:
    """Most visits first, ties by the steps in turn; with `before`, what each counted then."""
    asked = build.flows(base, depth, limit)
    found = [Flow(tuple(row["steps"]), row["sessions"], row["visitors"]) for row in fetch(store, asked)]
    if before is None or not found:
        return found
    rows = fetch(store, replace(asked, base=before, limit=None, only=tuple(flow.steps for flow in found)))
    then = {tuple(row["steps"]): row["sessions"] for row in rows}
    return [replace(flow, previous=then.get(flow.steps, 0)) for flow in found]


def funnel(store: Reader, base: Query, steps: tuple[tuple[Term, ...], ...], window: int) -> list[FunnelStep]:
    """One entry per step; `window` in milliseconds, from the first step to the last."""
    levels = {row["level"]: row["visitors"] for row in fetch(store, build.funnel(base, steps, window))}
    reached = [sum(count for level, count in levels.items() if level > place) for place in range(len(steps))]
    before = [reached[0], *reached]
    return [
        FunnelStep(count, share(count, reached[0]), share(count, previous), previous - count)
        for count, previous in zip(reached, before, strict=False)
    ]


def retention(store: Reader, base: Query, bucket: Bucket) -> list[Cohort]:
    """One cohort per bucket of the period, ascending; UserError(`bad_parameter`) where that makes too many."""
    edges = starts(bucket, base.period)
    if len(edges) > MOST_COHORTS:
        raise UserError(
            "bad_parameter",
            f"period: {bucket} makes {len(edges)} cohorts of the range; at most {MOST_COHORTS} are allowed",
        )
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for row in fetch(store, build.retention(base, edges)):
        counts[row["cohort"]][row["bucket"]] = row["visitors"]
    return [
        Cohort(start, counts[start].get(start, 0), [counts[start].get(at, 0) for at in edges[place:]])
        for place, start in enumerate(edges)
    ]
