"""Roll-ups: which figures are computed ahead for closed days and months. Pure data; a new one is a row here.

The table `rollups` has their rows. How a query finds them: docs/adr/0020.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from footfall.catalog.tables import Table
from footfall.model.period import Bucket

EVERY = 1 << 32

SMALL = "small"
"""Stands in place of a roll-up's name in cells that were found too small to be made: reading their facts is as fast."""

LEAST_EVENTS: Mapping[Bucket, int] = {
    Bucket.QUARTER_HOUR: 250,
    Bucket.HOUR: 1_000,
    Bucket.DAY: 1_000,
    Bucket.MONTH: 20_000,
}
"""A project's cells of a grain are made where they have at least so many events, on the average of a job."""

GRAINS = (Bucket.MONTH, Bucket.DAY)
"""Lengths of cells, longest first."""

RECENT_GRAINS = (Bucket.HOUR, Bucket.QUARTER_HOUR)
"""Cells of these lengths are kept for some days only, in the table `recent_rollups`."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """Figures of people by one dimension, over the rows that the dimension's list counts; `""` is all rows in total.

    `metrics` are columns of the table. `counted` says, by grain, of how many labels visitors are counted too, those
    with most rows: states of visitors take more room than all else. Stored cells hold the name.

    Figures of requests and logs are those of all rows, and visitors are counted of every label. `second` is another
    dimension, by which the rows of a label are told apart; `known` leaves out rows without a value in the dimension.
    """

    name: str
    table: Table
    metrics: tuple[str, ...]
    counted: Mapping[Bucket, int]
    dimension: str = ""
    second: str = ""
    known: bool = False
    grains: tuple[Bucket, ...] = GRAINS

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(name for name in (self.dimension, self.second) if name)


_LISTED = ("events", "visitors")

ROLLUPS: tuple[Rollup, ...] = (
    Rollup("events", Table.EVENTS, ("events", "pageviews", "visitors"), {Bucket.DAY: EVERY, Bucket.MONTH: EVERY}),
    Rollup("sessions", Table.SESSIONS, ("sessions", "bounces", "duration_ms"), {}),
    Rollup("pages", Table.EVENTS, _LISTED, {Bucket.DAY: 40, Bucket.MONTH: 300}, "path"),
    Rollup("titles", Table.EVENTS, _LISTED, {Bucket.MONTH: 100}, "title"),
    Rollup("hostnames", Table.EVENTS, _LISTED, {Bucket.DAY: 20, Bucket.MONTH: 100}, "hostname"),
    Rollup("custom_events", Table.EVENTS, _LISTED, {Bucket.DAY: 20, Bucket.MONTH: 100}, "custom_event_name"),
    Rollup("properties", Table.EVENTS, _LISTED, {Bucket.DAY: 20, Bucket.MONTH: 100}, "property"),
)
"""Of events and their sessions: cells of one project, day or month are made together."""

_MONTHS = (Bucket.MONTH,)
_VOLUME = ("total_count", "total_errors", "total_bytes_sent", "total_bytes_received", "bytes_total")


def _of_requests(name: str, dimension: str) -> Rollup:
    """A list with few labels. By day, states of their visitors would take more room than reading requests saves."""
    return Rollup(name, Table.REQUESTS, ("hits", "visitors", "bytes"), {}, dimension, grains=_MONTHS)


GROUPINGS = (
    *("country", "device", "os", "browser", "scheme"),
    *("asked_method", "asked_path", "referring_url", "provider"),
)
"""The lists of the network surface, each a dimension. Stored roll-ups hold these names."""

NETWORK = "network:"
"""Begins the names of the roll-ups of these lists; that of the total has no more."""


def _of_network(grouping: str = "") -> Rollup:
    """Sessions are those of one cell: they don't add up to those of several."""
    grains = (Bucket.DAY, *RECENT_GRAINS)
    return Rollup(NETWORK + grouping, Table.REQUESTS, ("hits", "sessions", "bytes"), {}, grouping, grains=grains)


SOURCES: Mapping[Table, tuple[Rollup, ...]] = {
    Table.EVENTS: ROLLUPS,
    Table.REQUESTS: (
        Rollup(
            "requests",
            Table.REQUESTS,
            ("hits", "visitors", "first", "last", "endpoints", "endpoint_methods"),
            {},
        ),
        Rollup(
            "endpoints",
            Table.REQUESTS,
            ("hits", "visitors", "first", "last", "answered", "failed", "bytes", "durations"),
            {},
            "endpoint",
            "method",
            grains=_MONTHS,
        ),
        _of_requests("statuses", "status"),
        _of_requests("referers", "referer"),
        _of_requests("browsers", "browser"),
        _of_requests("hosts", "host"),
        *map(_of_network, ("", *GROUPINGS)),
    ),
    Table.PROXY_LOGS: (
        Rollup("logs", Table.PROXY_LOGS, (*_VOLUME, "max_concurrency", "domains"), {}),
        Rollup("domains", Table.PROXY_LOGS, (*_VOLUME, "first", "last"), {}, "domain"),
        Rollup("errors", Table.PROXY_LOGS, ("total_errors", "first", "last"), {}, "error", "domain", known=True),
    ),
}
"""The roll-ups of a source, by the table of its facts. Cells of requests and logs are cut by UTC's clocks."""
