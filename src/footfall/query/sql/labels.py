"""Lists of labels: with what else is shown of each, in one pass over the rows, and how many there are."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.metrics import UNIQUES
from footfall.catalog.tables import Table
from footfall.query.ast import DetailedLabels, LabelCount
from footfall.query.plan import LabelsOfWhole
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import condition
from footfall.query.sql.select import bucket_of, keys_of, select, tail, where
from footfall.query.sql.whole import whole

COLUMNS = ("label", "events", "visitors", "earned", "counts")

_PAID = "revenue != 0"


def detailed_labels(query: DetailedLabels, binder: Binder) -> str:
    """Sums by map keep what adds up to nothing, and in them a sum of decimal numbers has room for all."""
    listed = query.listed
    (name,) = keys_of(listed, binder)
    counted = " AND ".join(condition(term, Table.EVENTS, binder) for term in query.only)
    rows = f"{where(listed, binder)} AND ({counted} OR {_PAID})" if counted else where(listed, binder)
    figures = [
        f"countIf({counted or '1'})",
        f"{UNIQUES.format('If', f'visitor, {counted}')}" if counted else UNIQUES.format("", "visitor"),
        f"sumMapIf(map(toString(currency), revenue), {_PAID})",
        _by_bucket(query, counted or "1", binder),
    ]
    shown = ", ".join(f"{figure} AS c{number}" for number, figure in enumerate(figures, start=1))
    return f"SELECT {name} AS c0, {shown} FROM events WHERE {rows} GROUP BY c0 HAVING c1 > 0{tail(listed, binder)}"


def _by_bucket(query: DetailedLabels, counted: str, binder: Binder) -> str:
    return (
        f"sumMapIf(map({bucket_of('timestamp', replace(query.listed, buckets=query.buckets), binder)}, 1), {counted})"
        if query.buckets
        else "map()"
    )


def label_count(query: LabelCount, binder: Binder) -> str:
    return f"SELECT count() AS c0 FROM ({select(query.base, binder)})"


def labels_of_whole(query: LabelsOfWhole, binder: Binder) -> str:
    return f"SELECT count() AS c0 FROM ({whole(query.whole, binder)}) WHERE c1 > 0"
