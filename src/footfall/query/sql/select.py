"""A `Query` as one SELECT.

Answers are named by position (`c0`, `c1`, …): an alias with a column's name would stand for it in WHERE, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from footfall.catalog.buckets import BUCKETS
from footfall.catalog.dimensions import DIMENSIONS
from footfall.catalog.metrics import METRICS
from footfall.catalog.tables import TABLES
from footfall.query.ast import Member, Order, Query
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import condition, label

_LAZY = " SETTINGS read_in_order_use_buffering = 0"
"""For listings: the ids are sorted after the time, and read-ahead buffers would then fill with the whole period."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`names` says what the columns of the answer are, in order."""

    sql: str
    params: dict[str, Any]
    names: tuple[str, ...]


def compile_query(query: Query) -> Statement:
    binder = Binder()
    sql = _select(query, binder)
    bucket = ("bucket",) if query.bucket else ()
    return Statement(sql, binder.params, (*bucket, *query.dimensions, *query.metrics))


def _select(query: Query, binder: Binder) -> str:
    if TABLES[query.table].signed and any(METRICS[name].distinct for name in query.metrics):
        return _select_distinct(query, binder)
    keys = _keys(query)
    metrics = [METRICS[name].expressions[query.table] for name in query.metrics]
    shown = ", ".join(f"{text} AS c{number}" for number, text in enumerate([*keys, *metrics]))
    body = f"FROM {query.table} WHERE {_where(query, binder)}{_group(query, binder, len(keys))}"
    return f"SELECT {shown} {body}{_tail(query, binder)}"


def _select_distinct(query: Query, binder: Binder) -> str:
    """Metrics of a signed table that count distinct values: signs are summed per value first."""
    keys = _keys(query)
    distinct = next(METRICS[name].distinct for name in query.metrics if METRICS[name].distinct)
    inner = [distinct, *(f"{text} AS c{number}" for number, text in enumerate(keys))]
    outer = [f"c{number} AS c{number}" for number in range(len(keys))]
    for number, name in enumerate(query.metrics, start=len(keys)):
        metric = METRICS[name]
        if not metric.distinct:
            inner.append(f"{metric.expressions[query.table]} AS c{number}")
        outer.append(f"{metric.expressions[query.table] if metric.distinct else f'sum(c{number})'} AS c{number}")
    groups = ", ".join([*(f"c{number}" for number in range(len(keys))), distinct])
    where = _where(query, binder)
    rows = f"SELECT {', '.join(inner)} FROM {query.table} WHERE {where} GROUP BY {groups} HAVING sum(sign) > 0"  # noqa: S608 - expressions of the catalogue, bound values
    group = f" GROUP BY {', '.join(f'c{number}' for number in range(len(keys)))}" if keys else ""
    return f"SELECT {', '.join(outer)} FROM ({rows}){group}{_tail(query, binder)}"  # noqa: S608 - expressions of the catalogue, bound values


def _keys(query: Query) -> list[str]:
    """What the answer is grouped by, or what a listing shows."""
    bucket = [BUCKETS[query.bucket]] if query.bucket else []
    return bucket + [label(DIMENSIONS[name], query.table) for name in query.dimensions]


def _where(query: Query, binder: Binder) -> str:
    row = TABLES[query.table]
    project = f"project_id = {binder.number(query.project)}"
    start = f"({_select(query.since, binder)})" if query.since else binder.instant(query.period.start)
    found = [
        project,
        row.fixed,
        row.since.format(start),
        row.before.format(binder.instant(query.period.end)),
        *(condition(term, query.table, binder) for term in query.filters),
        *(_membership(member, binder) for member in query.within),
        _only(query, binder),
        _after(query, binder),
    ]
    return " AND ".join(text for text in found if text)


def _membership(member: Member, binder: Binder) -> str:
    queries = " UNION ALL ".join(_select(query, binder) for query in member.queries)
    return f"session {'NOT ' if member.negated else ''}IN ({queries})"


def _only(query: Query, binder: Binder) -> str:
    if not query.only:
        return ""
    return f"{label(DIMENSIONS[query.dimensions[0]], query.table)} IN {binder.texts(query.only)}"


def _after(query: Query, binder: Binder) -> str:
    """The first bound lets the engine skip what is newer; the rest orders rows of the same millisecond."""
    if query.after is None:
        return ""
    at = binder.instant(query.after.timestamp)
    ids = f"({binder.number(query.after.id_hi)}, {binder.number(query.after.id_lo)})"
    return f"timestamp <= {at} AND (timestamp < {at} OR (id_hi, id_lo) < {ids})"


def _group(query: Query, binder: Binder, keys: int) -> str:
    """Groups, and of these the ones that are left when signs cancel out and that hold `having`."""
    signed = TABLES[query.table].signed
    grouped = query.metrics or query.having or signed
    if not keys or not grouped:
        return ""
    having = [condition(term, query.table, binder) for term in query.having]
    having += ["sum(sign) > 0"] if signed else []
    groups = ", ".join(f"c{number}" for number in range(keys))
    return f" GROUP BY {groups}" + (f" HAVING {' AND '.join(having)}" if having else "")


def _tail(query: Query, binder: Binder) -> str:
    names = (*(("bucket",) if query.bucket else ()), *query.dimensions, *query.metrics)
    order = ", ".join(_order(item, names) for item in query.order)
    limit = "" if query.limit is None else f" LIMIT {binder.number(query.limit)}"
    return (f" ORDER BY {order}" if order else "") + limit + ("" if query.metrics or not limit else _LAZY)


def _order(item: Order, names: tuple[str, ...]) -> str:
    """By the raw column in listings, whose order the table keeps; by the answer's column where that is grouped."""
    return f"{_ordered(item.name, names)}{' DESC' if item.descending else ''}"


def _ordered(name: str, names: tuple[str, ...]) -> str:
    return name if name in {"timestamp", "id_hi", "id_lo"} else f"c{names.index(name)}"
