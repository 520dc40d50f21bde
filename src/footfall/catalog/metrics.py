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
    as one, and columns of roll-ups; `whole` puts such parts together. Parts must not have rows in common, but those of
    visitors may.
    """

    name: str
    expressions: Mapping[Table, str]
    distinct: str = ""
    rows: str = ""
    parts: Mapping[Table, str] = field(default_factory=dict)
    whole: str = "sum({})"
    nothing: str = "0"


_FACTS = (Table.EVENTS, Table.REQUESTS)
_MILLIS = {table: TABLES[table].millis for table in (*_FACTS, Table.PROXY_LOGS)}


def _sum(expression: str) -> dict[Table, str]:
    """A sum over proxy logs: each may use all 64 bits, so the sum needs more."""
    return {Table.PROXY_LOGS: " + ".join(f"sum(toUInt128({column}))" for column in expression.split(" + "))}


PERCENTILES = (50, 95, 99)

DURATIONS = (
    f"quantilesBFloat16If({', '.join(str(percent / 100) for percent in PERCENTILES)})(duration_us, duration_us > 0)"
)
"""Microseconds at each of `PERCENTILES`, by nearest rank; NaN where no duration was sent.

The function keeps 8 significant bits of a value, so whatever the distribution, the relative error is below 2⁻⁷ (0.8 %),
below 256 µs none. It counts each of the few values that are left, so memory is bounded and states merge. Of the
engine's other functions, t-digest and reservoirs bound no error, exact ones keep every duration, and DDSketch takes a
rank too low: of two durations, its p99 is the shorter one.
"""

UNIQUES = "uniqCombined64{}(17)({})"
"""How distinct visitors are counted, everywhere: rows, their states in roll-ups and merged states give one number.

Exact up to 4,096 values, above with a standard error of 0.28 % (docs/adr/0020). Where it is a state or merges states,
the function's suffix says so.
"""

_VISITORS = UNIQUES.format("", "visitor")
BOUNCED = "(pageviews = 1 AND events = 1 + passive_events)"
LASTED = "dateDiff('millisecond', start, end)"

_ROWS = (
    Metric(
        "events",
        {Table.EVENTS: "count()"},
        parts={Table.EVENTS: "count()", Table.SESSIONS: "sum(events)", Table.ROLLUPS: "events"},
    ),
    Metric("engagements", {Table.ENGAGEMENTS: "count()"}),
    Metric("hits", {Table.REQUESTS: "count()"}),
    Metric(
        "pageviews",
        {Table.EVENTS: "countIf(event_type = 'pageview')"},
        parts={
            Table.EVENTS: "countIf(event_type = 'pageview')",
            Table.SESSIONS: "sum(pageviews)",
            Table.ROLLUPS: "pageviews",
        },
    ),
    Metric(
        "visitors",
        dict.fromkeys((*_FACTS, Table.SESSIONS), _VISITORS),
        distinct="visitor",
        parts=dict.fromkeys((*_FACTS, Table.SESSIONS), UNIQUES.format("State", "visitor"))
        | {Table.ROLLUPS: "visitors"},
        whole=UNIQUES.format("Merge", "{}"),
        nothing=f"arrayReduce('{UNIQUES.format('State', '').removesuffix('()')}', emptyArrayUInt64())",
    ),
    Metric(
        "sessions",
        dict.fromkeys(_FACTS, "uniqExact(session)") | {Table.SESSIONS: "sum(sign)"},
        parts={Table.EVENTS: "uniqExact(session)", Table.SESSIONS: "count()", Table.ROLLUPS: "sessions"},
    ),
    Metric(
        "bounces",
        {Table.SESSIONS: f"sum(sign * {BOUNCED})"},
        parts={Table.SESSIONS: f"countIf({BOUNCED})", Table.ROLLUPS: "bounces"},
    ),
    Metric(
        "duration_ms",
        {Table.SESSIONS: f"sum(sign * {LASTED})"},
        parts={Table.SESSIONS: f"sum({LASTED})", Table.ROLLUPS: "duration_ms"},
    ),
    Metric("earned", {Table.EVENTS: "sum(revenue)"}, rows="revenue != 0"),  # of one currency: a decimal number
    Metric("last_batch", dict.fromkeys(_FACTS, "max(batch)")),
    Metric("endpoints", {Table.REQUESTS: "uniqExact(endpoint)"}),
    Metric("referrer_urls", {Table.REQUESTS: "uniqExact(referer)"}),
    Metric("endpoint_methods", {Table.REQUESTS: "uniqExact(endpoint, method)"}),
    Metric("first", {table: millis.format("min(timestamp)") for table, millis in _MILLIS.items()}),
    Metric("last", {table: millis.format("max(timestamp)") for table, millis in _MILLIS.items()}),
    Metric("bytes", {Table.REQUESTS: "sum(bytes)"}),
    Metric("answered", {Table.REQUESTS: "countIf(status > 0)"}),
    Metric("failed", {Table.REQUESTS: "countIf(status >= 400)"}),
    Metric("named_user", {Table.REQUESTS: "max(user_id)"}),  # of one visitor's requests: a text
    Metric("durations", {Table.REQUESTS: DURATIONS}),
    Metric("total_count", _sum("count")),
    Metric("total_errors", _sum("error_count")),
    Metric("total_bytes_sent", _sum("bytes_sent")),
    Metric("total_bytes_received", _sum("bytes_received")),
    Metric("bytes_total", _sum("bytes_sent + bytes_received")),
    Metric("max_concurrency", {Table.PROXY_LOGS: "max(max_concurrency)"}),
    Metric("domains", {Table.PROXY_LOGS: "uniqExact(domain)"}),
)

METRICS: dict[str, Metric] = {row.name: row for row in _ROWS}
