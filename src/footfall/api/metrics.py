"""What /metrics shows, in the Prometheus text format."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from shutil import disk_usage

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily

from footfall.api.request_metrics import RequestTimes
from footfall.api.shared_work import SharedWork
from footfall.model.drops import DropReason
from footfall.model.progress import Standstill
from footfall.spool.protocol import SpoolState

_MAX_NAMES = 100
"""Names of unknown fields that are counted apart: clients make them up."""

_STEP_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2, 10)


class Metrics:
    """One registry per application; implements the drain's `Watcher`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = RequestTimes()
        self.registry.register(self.requests)
        ProcessCollector(registry=self.registry)
        # Both are replaced whole, never changed.
        self.tails_behind: Mapping[str, int] = {}  # bytes by log
        self.parts_set_aside: Mapping[str, int] = {}  # by table
        self.rows_lost: Mapping[str, int] = {}  # by table
        self.jobs_failing: Mapping[str, float] = {}  # seconds by job
        self._without_facts = 0
        self._without_earnings = 0
        self._cells_waiting: dict[str, int] = {}
        self._steps = Histogram(
            "footfall_drain_step_seconds",
            "Time of a step per batch.",
            ["step"],
            registry=self.registry,
            buckets=_STEP_SECONDS,
        )
        self._rows = Counter("footfall_rows", "Rows drained into the store.", ["table"], registry=self.registry)
        self._failures = Counter(
            "footfall_drain_failures", "Attempts that failed and were made again.", ["stage"], registry=self.registry
        )
        self._accepted = Counter("footfall_accepted", "Rows acknowledged.", ["surface"], registry=self.registry)
        self._accepted_by = lru_cache(self._accepted.labels)  # `labels` takes as long as the rest of an answer
        self._refused = Counter(
            "footfall_refused",
            "Rows refused while the rest of their body was taken.",
            ["surface", "code"],
            registry=self.registry,
        )

        self._dropped = Counter(
            "footfall_dropped", "Reports of browsers that were dropped.", ["reason"], registry=self.registry
        )

        self._discarded = Counter(
            "footfall_discarded", "Rows of deleted projects that the drain discarded.", registry=self.registry
        )
        self._crowded = Counter(
            "footfall_crowded_events",
            "Events of crowded visitors, which joined sessions by time alone.",
            registry=self.registry,
        )
        self._ignored = Counter(
            "footfall_ignored_fields", "Bodies with a field that is not known.", ["name"], registry=self.registry
        )
        self._folded = Counter(
            "footfall_folded_names",
            "Names beyond a project's bound, stored as (other).",
            ["kind"],
            registry=self.registry,
        )
        self._folded_by = lru_cache(self._folded.labels)  # once for each name of a body
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._rendering = SharedWork[bytes](pause=0.1)

    def step(self, name: str, seconds: float) -> None:
        self._steps.labels(name).observe(seconds)

    def drained(self, table: str, rows: int) -> None:
        self._rows.labels(table).inc(rows)

    def failed(self, stage: str) -> None:
        self._failures.labels(stage).inc()

    def discarded(self, rows: int) -> None:
        self._discarded.inc(rows)

    def crowded(self, events: int) -> None:
        self._crowded.inc(events)

    def sessions_without_facts(self, count: int) -> None:
        self._without_facts = count

    def sessions_without_earnings(self, count: int) -> None:
        self._without_earnings = count

    def cells_waiting(self, source: str, count: int) -> None:
        self._cells_waiting[source] = count

    def accepted(self, surface: str, rows: int) -> None:
        self._accepted_by(surface).inc(rows)

    def refused(self, surface: str, code: str, rows: int = 1) -> None:
        self._refused.labels(surface, code).inc(rows)

    def dropped(self, reason: DropReason) -> None:
        self._dropped.labels(reason.value).inc()

    def folded(self, kind: str) -> None:
        """A name of an event or a property beyond its project's bound."""
        self._folded_by(kind).inc()

    def ignored(self, name: str) -> None:
        """A field of a body that is not known; names beyond the first 100 count as `other`."""
        with self._lock:
            known = name in self._names or len(self._names) < _MAX_NAMES
            if known:
                self._names.add(name)
        self._ignored.labels(name if known else "other").inc()

    async def exposition(
        self, buffer: Callable[[], SpoolState], standstills: Callable[[], Sequence[Standstill]], data: Path
    ) -> bytes:
        """The exposition of this moment, for all who ask within a tenth of a second together."""
        return await self._rendering(lambda: self.render(buffer(), standstills(), data))

    def render(self, state: SpoolState, standstills: Sequence[Standstill], data: Path) -> bytes:
        """The exposition, with the figures of the spools and of the disk that holds `data` of this moment."""
        disk = disk_usage(data)
        gauges = {
            "footfall_disk_free_bytes": ("Bytes that are free on the disk of the data directory.", disk.free),
            "footfall_disk_bytes": ("Size of the disk of the data directory.", disk.total),
            "footfall_spool_waiting": ("Events acknowledged and not yet queryable.", state.waiting),
            "footfall_spool_capacity": ("Events at which writes answer 503.", state.capacity),
            "footfall_spool_damaged_rows": ("Rows set aside because their checksum did not hold.", state.damaged),
            "footfall_spool_lost": ("Events acknowledged and gone: a spool's file was damaged.", state.lost),
            "footfall_spool_rejected": ("Events set aside because they could not be processed.", state.rejected),
            "footfall_sessions_without_facts": (
                "Sessions of an earlier version that queries can't rely on yet.",
                self._without_facts,
            ),
            "footfall_sessions_without_earnings": (
                "Sessions of an earlier version whose revenue is read from their events until it is filled in.",
                self._without_earnings,
            ),
            "footfall_rollup_cells_waiting": (
                "Closed days and months not rolled up yet.",
                sum(self._cells_waiting.values()),
            ),
            "footfall_spool_drained": ("Events drained since the spools were made.", state.drained),
        }
        own = CollectorRegistry()
        own.register(_Gauges(gauges))
        own.register(_Labelled("footfall_tail_behind_bytes", "Bytes of a log not read yet.", "file", self.tails_behind))
        aside = self.parts_set_aside
        own.register(_Labelled("footfall_store_parts_set_aside", "Damaged parts of tables.", "table", aside))
        own.register(_Labelled("footfall_store_rows_lost", "Rows gone from tables.", "table", self.rows_lost))
        failing = self.jobs_failing
        own.register(_Labelled("footfall_job_failing_seconds", "Time since which a job fails.", "job", failing))
        still = {one.spool: one.seconds for one in standstills}
        own.register(
            _Labelled("footfall_drain_standstill_seconds", "Time without progress of a spool.", "spool", still)
        )
        return generate_latest(self.registry) + generate_latest(own)


class _Gauges:
    def __init__(self, gauges: dict[str, tuple[str, int]]) -> None:
        self._gauges = gauges

    def collect(self) -> list[GaugeMetricFamily]:
        return [GaugeMetricFamily(name, text, value) for name, (text, value) in self._gauges.items()]


class _Labelled:
    def __init__(self, name: str, text: str, label: str, found: Mapping[str, float]) -> None:
        self._family = GaugeMetricFamily(name, text, labels=[label])
        for value, figure in found.items():
            self._family.add_metric([value], figure)

    def collect(self) -> list[GaugeMetricFamily]:
        return [self._family]
