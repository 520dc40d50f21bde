"""Roll-ups: which figures are computed ahead for closed days and months. Pure data; a new one is a row here.

The table `rollups` has their rows. How a query finds them: docs/adr/0020.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from footfall.catalog.dimensions import TOP_LISTS, Level, level_of
from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.model.period import Bucket

EVERY = 1 << 32

SMALL = "small"
"""Stands in place of a roll-up's name in cells that were found too small to be made: reading their facts is as fast."""

CROSSED = "crossed"
"""Stands among the roll-ups of a cell over whose edges sessions reach that it doesn't count (`query.plan.Mixed`)."""

OVERFULL = "overfull"
"""Stands among the roll-ups of a cell that has too many rows for one of them, which it lacks."""

KEPT = "kept"
"""Stands among the roll-ups of a day whose facts go before its figures (`counted_in`)."""

FROZEN = (1 << 64) - 1
"""The stamp of a cell whose facts are gone: no mark of a touched hour is later, so that it stays valid."""

LEAST_EVENTS: Mapping[Bucket, int] = {
    Bucket.QUARTER_HOUR: 250,
    Bucket.HOUR: 1_000,
    Bucket.DAY: 1_000,
    Bucket.WEEK: 5_000,
    Bucket.MONTH: 20_000,
}
"""A project's cells of a grain are made where they have at least so many events, on the average of a job."""

GRAINS = (Bucket.MONTH, Bucket.DAY)
"""Lengths of cells that are kept, longest first."""

RECENT_GRAINS = (Bucket.HOUR, Bucket.QUARTER_HOUR)
"""Cells of these lengths are in the table `recent_rollups`."""

KEPT_FOR: Mapping[Bucket, int] = {
    Bucket.QUARTER_HOUR: 8 * DAY,
    Bucket.HOUR: 8 * DAY,
    Bucket.WEEK: 70 * DAY,
}
"""The age, in milliseconds, at which cells of other lengths go.

There are quarters and hours for the longest range with such buckets, and weeks for 30 days and the 30 days before.
"""


@dataclass(frozen=True, slots=True)
class Rollup:
    """Figures of people by one dimension, over the rows that the dimension's list counts; `""` is all rows in total.

    `metrics` are columns of the table. `counted` names the grains of its cells, and says of how many labels visitors
    are counted, those with most rows: states of visitors take more room than all else. Stored rows hold the name.

    Figures of requests and logs are those of all rows, and visitors are counted of every label. `second` is another
    dimension, by which the rows of a label are told apart. `known` leaves out rows without a value in the dimension;
    `only`, a dimension and its value, those with another one. With `everyone` those of events count bots, too. `most`
    bounds the rows of a cell: one with more has none of them, and is marked with `OVERFULL`. `revision` goes up where
    the figures change.
    """

    name: str
    table: Table
    metrics: tuple[str, ...]
    counted: Mapping[Bucket, int]
    dimension: str = ""
    second: str = ""
    known: bool = False
    only: tuple[str, str] | None = None
    everyone: bool = False
    most: int = 0
    revision: int = 1

    @property
    def mark(self) -> str:
        """By what cells say that they have it, in this revision: those that don't are made again."""
        return self.name if self.revision == 1 else f"{self.name}:{self.revision}"

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(name for name in (self.dimension, self.second) if name)


_ALL = {Bucket.DAY: EVERY, Bucket.WEEK: EVERY, Bucket.MONTH: EVERY}
_MOST = {Bucket.DAY: 40, Bucket.WEEK: 40, Bucket.MONTH: 100}
_NONE = dict.fromkeys(_ALL, 0)
_FEW = {Bucket.DAY: 20, Bucket.WEEK: 40, Bucket.MONTH: 100}


def _list(name: str, dimension: str, counted: Mapping[Bucket, int]) -> Rollup:
    if level_of(dimension) is Level.SESSION:
        return Rollup(name, Table.SESSIONS, ("sessions", "visitors"), counted, dimension)
    return Rollup(name, Table.EVENTS, ("events", "visitors"), counted, dimension)


SESSIONS = Rollup("sessions", Table.SESSIONS, ("sessions", "bounces", "duration_ms"), _NONE)

_TOTALS = (Rollup("events", Table.EVENTS, ("events", "pageviews", "visitors"), _ALL), SESSIONS)

TRAFFIC = Rollup("traffic", Table.EVENTS, ("events", "visitors"), _ALL, "traffic", everyone=True)

_LISTS = (
    _list("pages", "path", _MOST),
    _list("titles", "title", {Bucket.DAY: 0, Bucket.WEEK: 40, Bucket.MONTH: 40}),
    _list("hostnames", "hostname", _ALL),
    _list("event_types", "event_kind", _ALL),
    _list("custom_events", "custom_event_name", _FEW),
    _list("properties", "property", _FEW),
    _list("countries", "country", _ALL),
    _list("browsers", "browser", _ALL),
    _list("systems", "os", _ALL),
    _list("devices", "device", _ALL),
    TRAFFIC,
    _list("channels", "channel", _ALL),
    _list("referrers", "referrer", _ALL),
    _list("screen_class", "screen_class", _ALL),
    _list("cities", "city", _MOST),
    _list("entry_pages", "entry_page", _MOST),
    _list("exit_pages", "exit_page", _MOST),
)
"""Those with few labels, and those whose stored name is not the dimension's."""

_OTHERS = tuple(_list(name, name, _MOST) for name, _ in TOP_LISTS if all(name != row.dimension for row in _LISTS))

ROLLUPS: tuple[Rollup, ...] = (*_TOTALS, *_LISTS, *_OTHERS)
"""All of web events: cells of one project, day or month are made together."""

EARNED = Rollup("earned", Table.EVENTS, ("earned",), _ALL, second="currency")
"""What labels earned, of each list of events or sessions that shows it: a cell has all of them, or none."""

EARNING = tuple(row.dimension for row in ROLLUPS if row.dimension not in {"", "property"})


PROPERTY_VALUES = Rollup(
    *("property_values", Table.EVENTS, ("events",), _NONE),
    dimension="property",
    second="property_value",
    most=2_000,
)


def earned_by(dimension: str) -> str:
    """The name that the rows of a list of `EARNING` have in cells."""
    return f"{EARNED.name}:{dimension}"


_LONG = {Bucket.WEEK: EVERY, Bucket.MONTH: EVERY}
_DAYS = {Bucket.DAY: EVERY, Bucket.MONTH: EVERY}
_VOLUME = ("total_count", "total_errors", "total_bytes_sent", "total_bytes_received", "bytes_total")


_ANSWERED = ("hits", "status_classes", "durations", "bytes")


def _of_requests(name: str, dimension: str, only: tuple[str, str] | None = None) -> Rollup:
    """A list with few labels, or no more than `endpoints` has.

    By day, states of their visitors would take more room than reading requests saves.
    """
    return Rollup(name, Table.REQUESTS, ("hits", "visitors", "bytes"), _LONG, dimension, only=only)


GROUPINGS = (
    *("country", "device", "os", "browser", "scheme"),
    *("asked_method", "asked_path", "referring_url", "provider"),
)
"""The lists of the network surface, each a dimension. Stored roll-ups hold these names."""

NETWORK = "network:"
"""Begins the names of the roll-ups of these lists; that of the total has no more."""


def _of_network(grouping: str = "") -> Rollup:
    """Sessions are those of one cell: they don't add up to those of several."""
    grains = dict.fromkeys((Bucket.DAY, *RECENT_GRAINS), EVERY)
    return Rollup(NETWORK + grouping, Table.REQUESTS, ("hits", "sessions", "bytes"), grains, grouping)


SOURCES: Mapping[Table, tuple[Rollup, ...]] = {
    Table.EVENTS: (*ROLLUPS, EARNED, PROPERTY_VALUES),
    Table.REQUESTS: (
        Rollup(
            "requests",
            Table.REQUESTS,
            (*_ANSWERED, "visitors", "first", "last", "endpoints", "endpoint_methods"),
            _DAYS,
            revision=2,
        ),
        Rollup("calls", Table.REQUESTS, ("hits",), _DAYS, "endpoint", "method"),
        Rollup(
            "endpoints",
            Table.REQUESTS,
            (*_ANSWERED, "visitors", "first", "last", "answered", "failed"),
            _LONG,
            "endpoint",
            "method",
            revision=2,
        ),
        _of_requests("statuses", "status"),
        _of_requests("referers", "referer"),
        _of_requests("request_browsers", "browser"),  # rows of `browsers` are those of events
        _of_requests("hosts", "host"),
        _of_requests("not_found", "endpoint", ("status", "404")),
        *map(_of_network, ("", *GROUPINGS)),
    ),
    Table.PROXY_LOGS: (
        Rollup("logs", Table.PROXY_LOGS, (*_VOLUME, "max_concurrency", "domains"), _DAYS),
        Rollup("domains", Table.PROXY_LOGS, (*_VOLUME, "first", "last"), _DAYS, "domain"),
        Rollup("errors", Table.PROXY_LOGS, ("total_errors", "first", "last"), _DAYS, "error", "domain", known=True),
    ),
}
"""The roll-ups of a source, by the table of its facts. Cells of requests and logs are cut by UTC's clocks."""


def counted_in(rollup: Rollup, grain: Bucket, *, kept: bool = False) -> int | None:
    """Of how many labels a cell of a grain counts visitors; None where it doesn't have the roll-up.

    Of projects whose facts go before their figures (`kept`), days have every roll-up, with the visitors of all labels:
    nothing else tells them once the facts are gone, and longer cells can't be made again.
    """
    return EVERY if kept and grain is Bucket.DAY else rollup.counted.get(grain)


def names_of(source: Table, grain: Bucket, *, kept: bool = False) -> tuple[str, ...]:
    """The marks of the roll-ups that cells of a grain have; days that are `kept` have one more."""
    names = tuple(row.mark for row in SOURCES[source] if counted_in(row, grain, kept=kept) is not None)
    return (KEPT, *names) if kept and grain is Bucket.DAY else names
