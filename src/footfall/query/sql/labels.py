"""Lists of labels: with what else is shown of each, in one pass over the rows, and how many there are."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.metrics import UNIQUES
from footfall.catalog.tables import Table
from footfall.query.ast import DetailedLabels, LabelCount, Query, TotalledLabels
from footfall.query.plan import LabelsOfWhole, TotalledWhole
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import condition
from footfall.query.sql.select import bucket_of, by_value, keys_of, select, tail, where
from footfall.query.sql.whole import rows_of_parts, whole

_LABELS = ("label", "count", "visitors")
_DETAILS = ("earned", "counts")
_TOTALS = ("labels", "all_count", "all_visitors")
TOTALLED = (*_LABELS, *_TOTALS)

_PAID = "revenue != 0"


def detailed_columns(query: DetailedLabels) -> tuple[str, ...]:
    return (*_LABELS, *_DETAILS, *_TOTALS) if query.totals else (*_LABELS, *_DETAILS)


def detailed_labels(query: DetailedLabels, binder: Binder) -> str:
    """Sums by map keep what adds up to nothing, and in them a sum of decimal numbers has room for all."""
    listed = query.listed
    (name,) = keys_of(listed, binder)
    counted = " AND ".join(condition(term, Table.EVENTS, binder) for term in query.only)
    rows = f"{where(listed, binder)} AND ({counted} OR {_PAID})" if counted else where(listed, binder)
    state = "State" if query.totals else ""
    visitors = UNIQUES.format(f"{state}If", f"visitor, {counted}") if counted else UNIQUES.format(state, "visitor")
    figures = [
        f"countIf({counted or '1'})",
        visitors,
        f"sumMapIf(map(toString(currency), revenue), {_PAID})",
        _by_bucket(query, counted or "1", binder),
    ]
    shown = ", ".join(f"{text} AS c{number}" for number, text in enumerate([name, *figures]))
    found = f"SELECT {shown} FROM events WHERE {rows} GROUP BY c0 HAVING c1 > 0"
    return _with_totals(found, listed, binder, details=2) if query.totals else f"{found}{tail(listed, binder)}"


def _by_bucket(query: DetailedLabels, counted: str, binder: Binder) -> str:
    buckets = replace(query.listed, buckets=query.buckets)
    return f"sumMapIf(map({bucket_of('timestamp', buckets, binder)}, 1), {counted})" if query.buckets else "map()"


def totalled_labels(query: TotalledLabels, binder: Binder) -> str:
    """Of sessions: signs are summed by visitor first."""
    figures = f"sum(c1) AS c1, {UNIQUES.format('State', 'visitor')} AS c2"
    rows = by_value(query.listed, binder)
    return _with_totals(f"SELECT c0 AS c0, {figures} FROM ({rows}) GROUP BY c0", query.listed, binder)


def totalled_whole(query: TotalledWhole, binder: Binder) -> str:
    figures = f"sum(c1) AS c1, {UNIQUES.format('MergeState', 'c2')} AS c2"
    rows = rows_of_parts(query.whole, binder)
    return _with_totals(
        f"SELECT c0 AS c0, {figures} FROM ({rows}) GROUP BY c0 HAVING c1 > 0", query.whole.asked, binder
    )


def _with_totals(found: str, listed: Query, binder: Binder, details: int = 0) -> str:
    """`found` has a label, its count, a state of its visitors, and details, without an order or a limit."""
    shown = [
        "label.c0 AS c0",
        "label.c1 AS c1",
        "finalizeAggregation(label.c2) AS c2",
        *(f"label.c{number} AS c{number}" for number in range(3, 3 + details)),
        "count() OVER ()",
        "sum(label.c1) OVER ()",
        f"{UNIQUES.format('Merge', 'label.c2')} OVER ()",
    ]
    return f"SELECT {', '.join(shown)} FROM ({found}) AS label{tail(listed, binder)}"


def label_count(query: LabelCount, binder: Binder) -> str:
    return f"SELECT count() AS c0 FROM ({select(query.base, binder)})"


def labels_of_whole(query: LabelsOfWhole, binder: Binder) -> str:
    return f"SELECT count() AS c0 FROM ({whole(query.whole, binder)}) WHERE c1 > 0"
