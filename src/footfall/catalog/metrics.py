"""Metrics: aggregates of rows, as docs/semantics defines them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from footfall.catalog.tables import TABLES, Table


@dataclass(frozen=True, slots=True)
class Metric:
    """`expressions` are SQL aggregates, per table that can answer; the answer is a whole number, or as said below.

    `distinct` names the column whose values a *signed* table counts: there a value counts where its signs sum to
    more than 0, so its rows are first summed per value, and the expression then counts what is left. `rows` is a
    condition: a query with the metric reads no other rows.

    `parts` are aggregates, per table, of some of the rows that make up a figure, each row of a signed table counting
    as one; `whole` puts such parts together. Parts must not have rows in common, but those of visitors may. Cells of
    roll-ups have a column of the metric's name with such a part. `kind` is the type that parts are converted to, so
    that they agree; "" where they do, as states, arrays and decimal numbers.
    """

    name: str
    expressions: Mapping[Table, str]
    distinct: str = ""
    rows: str = ""
    parts: Mapping[Table, str] = field(default_factory=dict)
    whole: str = "sum({})"
    nothing: str = "0"
    kind: str = "Int64"


_FACTS = (Table.EVENTS, Table.REQUESTS)
_MILLIS = {table: TABLES[table].millis for table in (*_FACTS, Table.PROXY_LOGS)}


def _volume(name: str, expression: str) -> Metric:
    """A sum over proxy logs: each may use all 64 bits, so the sum needs more."""
    total = {Table.PROXY_LOGS: " + ".join(f"sum(toUInt128({column}))" for column in expression.split(" + "))}
    return Metric(name, total, parts=total, kind="UInt128")


def _added(name: str, expression: str) -> Metric:
    """A sum or count over requests."""
    return Metric(name, {Table.REQUESTS: expression}, parts={Table.REQUESTS: expression}, kind="UInt64")


def _different(name: str, table: Table, *columns: str) -> Metric:
    """How many different values there are, exactly."""
    texts = ", ".join(f"toString({column})" for column in columns)
    return Metric(
        name,
        {table: f"uniqExact({', '.join(columns)})"},
        parts={table: f"uniqExactState({texts})"},
        whole="uniqExactMerge({})",
        kind="",
    )


def _extreme(name: str, function: str) -> Metric:
    """The time of the first row, or of the last."""
    found = {table: millis.format(f"{function}(timestamp)") for table, millis in _MILLIS.items()}
    return Metric(name, found, parts=found, whole=f"{function}({{}})")


PERCENTILES = (50, 95, 99)

_LEVELS = ", ".join(str(percent / 100) for percent in PERCENTILES)

DURATIONS = f"quantilesBFloat16If({_LEVELS})(duration_us, duration_us > 0)"
"""Microseconds at each of `PERCENTILES`, by nearest rank; NaN where no duration was sent.

The function keeps 8 significant bits of a value, so whatever the distribution, the relative error is below 2⁻⁷ (0.8 %),
below 256 µs none. It counts each of the few values that are left, so memory is bounded and states merge. Of the
engine's other functions, t-digest and reservoirs bound no error, exact ones keep every duration, and DDSketch takes a
rank too low: of two durations, its p99 is the shorter one.
"""

STATUS_CLASSES = (1, 2, 3, 4, 5)
"""First digits of HTTP statuses."""

STATUS_COUNTS = f"[{', '.join(f'countIf(intDiv(status, 100) = {digit})' for digit in STATUS_CLASSES)}]"
"""Requests of each of `STATUS_CLASSES`; those without a status are in none."""

UNIQUES = "uniqCombined64{}(17)({})"
"""How distinct visitors are counted, everywhere: rows, their states in roll-ups and merged states give one number.

Exact up to 4,096 values, above with a standard error of 0.28 % (docs/adr/0020). Where it is a state or merges states,
the function's suffix says so.
"""

UNCOUNTED = "uncounted"
"""In how many cells of roll-ups a label's visitors are not counted. Facts count all."""

_VISITORS = UNIQUES.format("", "visitor")
BOUNCED = "(pageviews = 1 AND events = 1 + passive_events)"
LASTED = "dateDiff('millisecond', start, end)"

_ROWS = (
    Metric(
        "events",
        {Table.EVENTS: "count()"},
        parts={Table.EVENTS: "count()", Table.SESSIONS: "sum(events)"},
    ),
    Metric("engagements", {Table.ENGAGEMENTS: "count()"}),
    _added("hits", "count()"),
    Metric(
        "pageviews",
        {Table.EVENTS: "countIf(event_type = 'pageview')"},
        parts={
            Table.EVENTS: "countIf(event_type = 'pageview')",
            Table.SESSIONS: "sum(pageviews)",
        },
    ),
    Metric(
        "visitors",
        dict.fromkeys((*_FACTS, Table.SESSIONS), _VISITORS),
        distinct="visitor",
        parts=dict.fromkeys((*_FACTS, Table.SESSIONS), UNIQUES.format("State", "visitor")),
        whole=UNIQUES.format("Merge", "{}"),
        nothing=f"arrayReduce('{UNIQUES.format('State', '').removesuffix('()')}', emptyArrayUInt64())",
        kind="",
    ),
    Metric(
        "sessions",
        dict.fromkeys(_FACTS, "uniqExact(session)") | {Table.SESSIONS: "sum(sign)"},
        parts={Table.EVENTS: "uniqExact(session)", Table.SESSIONS: "count()"},
    ),
    Metric(
        "bounces",
        {Table.SESSIONS: f"sum(sign * {BOUNCED})"},
        parts={Table.SESSIONS: f"countIf({BOUNCED})"},
    ),
    Metric(
        "duration_ms",
        {Table.SESSIONS: f"sum(sign * {LASTED})"},
        parts={Table.SESSIONS: f"sum({LASTED})"},
    ),
    Metric(  # of one currency: a decimal number
        "earned",
        {Table.EVENTS: "sum(revenue)"},
        rows="revenue != 0",
        parts={Table.EVENTS: "sum(revenue)"},
        kind="",
    ),
    Metric(
        UNCOUNTED,
        dict.fromkeys((Table.EVENTS, Table.SESSIONS), "0"),
        parts=dict.fromkeys((Table.EVENTS, Table.SESSIONS), "0"),
    ),
    Metric("last_batch", dict.fromkeys(_FACTS, "max(batch)")),
    _different("endpoints", Table.REQUESTS, "endpoint"),
    Metric("referrer_urls", {Table.REQUESTS: "uniqExact(referer)"}),
    _different("endpoint_methods", Table.REQUESTS, "endpoint", "method"),
    _extreme("first", "min"),
    _extreme("last", "max"),
    _added("bytes", "sum(bytes)"),
    _added("answered", "countIf(status > 0)"),
    _added("failed", "countIf(status >= 400)"),
    Metric(
        "status_classes",
        {Table.REQUESTS: STATUS_COUNTS},
        parts={Table.REQUESTS: STATUS_COUNTS},
        whole=f"arrayResize(sumForEach({{}}), {len(STATUS_CLASSES)})",  # without any rows the sum is empty
        nothing="emptyArrayUInt64()",
        kind="",
    ),
    Metric("named_user", {Table.REQUESTS: "max(user_id)"}),  # of one visitor's requests: a text
    Metric(
        "durations",
        {Table.REQUESTS: DURATIONS},
        parts={Table.REQUESTS: f"quantilesBFloat16StateIf({_LEVELS})(duration_us, duration_us > 0)"},
        whole=f"quantilesBFloat16Merge({_LEVELS})({{}})",
        kind="",
    ),
    _volume("total_count", "count"),
    _volume("total_errors", "error_count"),
    _volume("total_bytes_sent", "bytes_sent"),
    _volume("total_bytes_received", "bytes_received"),
    _volume("bytes_total", "bytes_sent + bytes_received"),
    Metric(
        "max_concurrency",
        {Table.PROXY_LOGS: "max(max_concurrency)"},
        parts={Table.PROXY_LOGS: "max(max_concurrency)"},
        whole="max({})",
        kind="UInt64",
    ),
    _different("domains", Table.PROXY_LOGS, "domain"),
)

METRICS: dict[str, Metric] = {row.name: row for row in _ROWS}
