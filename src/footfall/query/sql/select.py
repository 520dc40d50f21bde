"""A `Query` as one SELECT.

Result columns are named by position (`c0`, `c1`, …): an alias that equals a column's name would replace it in WHERE.
"""

from __future__ import annotations

from footfall.catalog.columns import FULL_ID_HI
from footfall.catalog.dimensions import DIMENSIONS
from footfall.catalog.metrics import METRICS
from footfall.catalog.tables import TABLES, Table
from footfall.clock import HOUR
from footfall.model.period import Period
from footfall.query.ast import Member, Order, Pattern, Pick, Query, Slice
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import condition, label, like_ignoring_case

_LAZY = " SETTINGS read_in_order_use_buffering = 0"
"""For listings: they sort by id within a time, and read-ahead buffers would fill with the whole period."""

_RAW = {"timestamp": "timestamp", "id_hi": FULL_ID_HI, "id_lo": "id_lo"}
_ORDER = f"({', '.join(_RAW.values())})"


def names(query: Query) -> tuple[str, ...]:
    """The columns of the answer, in order."""
    bucket = ("bucket",) if query.buckets else ()
    return (*bucket, *query.dimensions, *query.metrics, *(pick.name for pick in query.picks))


def select(query: Query, binder: Binder) -> str:
    if TABLES[query.table].signed and any(METRICS[name].distinct for name in query.metrics):
        return _select_distinct(query, binder)
    keys = keys_of(query, binder)
    values = [METRICS[name].expressions[query.table] for name in query.metrics]
    values += [_pick(pick, query, binder) for pick in query.picks]
    shown = ", ".join(f"{text} AS c{number}" for number, text in enumerate([*keys, *values]))
    body = f"FROM {query.table} WHERE {where(query, binder)}{_group(query, len(keys))}"
    return f"SELECT {shown} {body}{tail(query, binder)}"


def _select_distinct(query: Query, binder: Binder) -> str:
    """For metrics of a signed table that count distinct values."""
    keys = len(keys_of(query, binder))
    outer = [f"c{number} AS c{number}" for number in range(keys)]
    for number, name in enumerate(query.metrics, start=keys):
        metric = METRICS[name]
        outer.append(f"{metric.expressions[query.table] if metric.distinct else f'sum(c{number})'} AS c{number}")
    group = f" GROUP BY {', '.join(f'c{number}' for number in range(keys))}" if keys else ""
    return f"SELECT {', '.join(outer)} FROM ({by_value(query, binder)}){group}{tail(query, binder)}"


def by_value(query: Query, binder: Binder) -> str:
    """Rows of a signed table by the values that a metric counts: what is left when signs are summed."""
    keys = keys_of(query, binder)
    distinct = next(METRICS[name].distinct for name in query.metrics if METRICS[name].distinct)
    shown = [distinct, *(f"{text} AS c{number}" for number, text in enumerate(keys))]
    for number, name in enumerate(query.metrics, start=len(keys)):
        if not METRICS[name].distinct:
            shown.append(f"{METRICS[name].expressions[query.table]} AS c{number}")
    groups = ", ".join([*(f"c{number}" for number in range(len(keys))), distinct])
    kept = f"{where(query, binder)} GROUP BY {groups} HAVING sum(sign) > 0"
    return f"SELECT {', '.join(shown)} FROM {query.table} WHERE {kept}"


def bucket_of(expression: str, query: Query, binder: Binder) -> str:
    """The start, in Unix milliseconds, of the bucket that an instant lies in."""
    return f"roundDown({TABLES[query.table].millis.format(expression)}, {binder.instants(query.buckets)})"


def keys_of(query: Query, binder: Binder) -> list[str]:
    """The expressions that the answer is grouped by, or that a listing shows."""
    bucket = [bucket_of(TABLES[query.table].partition, query, binder)] if query.buckets else []
    return bucket + [label(DIMENSIONS[name], query.table) for name in query.dimensions]


def _pick(pick: Pick, query: Query, binder: Binder) -> str:
    function = "argMax" if pick.newest else "argMin"
    value = label(DIMENSIONS[pick.dimension], query.table)
    if not pick.among:
        return f"{function}({value}, {_ORDER})"
    among = " AND ".join(condition(term, query.table, binder) for term in pick.among)
    return f"{function}If({value}, {_ORDER}, {among})"


def within(period: Period, table: Table, binder: Binder, longest: int | None = None) -> str:
    """Sessions are found by their start, so it helps to know how long before the period the first one may begin."""
    row = TABLES[table]
    found = f"{row.since.format(binder.instant(period.start))} AND {row.before.format(binder.instant(period.end))}"
    if table is Table.SESSIONS and longest is not None:
        found += f" AND start >= {binder.instant(period.start - longest)}"
    return found


def inside_of(query: Query, binder: Binder) -> list[str]:
    """The conditions on sessions that reach neither beyond the period nor over a start of its buckets."""
    start, end = (binder.instant(at) for at in (query.period.start, query.period.end))
    found = [f"start >= {start}", f"end < {end}"]
    if query.buckets:
        found.append(f"{bucket_of('start', query, binder)} = {bucket_of('end', query, binder)}")
    return found


def sliced(part: Slice | None, binder: Binder) -> list[str]:
    """The condition on visitors of a slice."""
    return [f"visitor % {binder.number(part.of)} = {binder.number(part.rest)}"] if part else []


def in_hours(hours: tuple[int, ...], binder: Binder, column: str = "timestamp") -> str:
    """Rows of these hours (since 1970, in UTC), for the key to find; of any, where there are none."""
    if not hours:
        return ""
    return f"intDiv(toUnixTimestamp64Milli({column}), {HOUR}) IN {binder.numbers(hours)}"


def where(query: Query, binder: Binder) -> str:
    found = [
        project(query, binder),
        TABLES[query.table].fixed,
        within(query.period, query.table, binder, query.longest),
        windows(query, binder),
        in_hours(query.hours, binder) if query.table is Table.EVENTS else "",
        *conditions(query, binder),
        *(METRICS[name].rows for name in query.metrics),
        _only(query, binder),
        _search(query, binder),
        _after(query, binder),
    ]
    return " AND ".join(text for text in found if text)


def windows(query: Query, binder: Binder) -> str:
    times = [within(window, query.table, binder, query.longest) for window in query.windows]
    return f"({' OR '.join(times)})" if times else ""


def project(query: Query, binder: Binder) -> str:
    return f"project_id = {binder.number(query.project)}"


def conditions(query: Query, binder: Binder) -> list[str]:
    """The conditions on rows besides project and period."""
    return [
        *(f"{keys.column} IN {binder.numbers(keys.values)}" for keys in query.keys),
        *(condition(term, query.table, binder) for term in query.filters),
        *(_membership(member, binder) for member in query.within),
    ]


def _membership(member: Member, binder: Binder) -> str:
    return f"session {'NOT ' if member.negated else ''}IN ({select(member.query, binder)})"


def _only(query: Query, binder: Binder) -> str:
    if not query.only:
        return ""
    return f"{label(DIMENSIONS[query.dimensions[0]], query.table)} IN {binder.texts(query.only)}"


def _search(query: Query, binder: Binder) -> str:
    if not query.search:
        return ""
    searched = label(DIMENSIONS[query.dimensions[0]], query.table)
    return like_ignoring_case((searched,), Pattern(("", query.search, "")), binder)


def _after(query: Query, binder: Binder) -> str:
    """The first bound lets the engine skip newer rows; the second decides among rows of the same millisecond."""
    if query.after is None:
        return ""
    at = binder.instant(query.after.timestamp)
    ids = f"({binder.number(query.after.id_hi)}, {binder.number(query.after.id_lo)})"
    return f"timestamp <= {at} AND (timestamp < {at} OR ({FULL_ID_HI}, id_lo) < {ids})"


def _group(query: Query, keys: int) -> str:
    """GROUP BY, keeping only the groups that remain when signs cancel out."""
    signed = TABLES[query.table].signed
    if not keys or not (query.metrics or query.picks or signed):
        return ""
    groups = ", ".join(f"c{number}" for number in range(keys))
    return f" GROUP BY {groups}" + (" HAVING sum(sign) > 0" if signed else "")


def tail(query: Query, binder: Binder) -> str:
    order = ", ".join(_order(item, names(query)) for item in query.order)
    each = "" if query.each is None else f" LIMIT {binder.number(query.each)} BY c0"
    limit = "" if query.limit is None else f" LIMIT {binder.number(query.limit)}"
    limit += f" OFFSET {binder.number(query.skip)}" if query.skip else ""
    listing = limit and not (query.metrics or query.picks)
    return (f" ORDER BY {order}" if order else "") + each + limit + (_LAZY if listing else "")


def _order(item: Order, shown: tuple[str, ...]) -> str:
    """Listings sort by raw columns, the time first as the table does; grouped answers by the answer's column."""
    column = _RAW[item.name] if item.name in _RAW else f"c{shown.index(item.name)}"
    return f"{column}{' DESC' if item.descending else ''}"
