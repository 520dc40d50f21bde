"""Queries that group twice, or join: each is a SELECT over the rows, groups or keys of its base."""

from __future__ import annotations

from dataclasses import replace

from footfall.catalog.columns import FULL_ID_HI, NO_PAYMENTS, PAYMENT
from footfall.catalog.dimensions import DIMENSIONS
from footfall.catalog.metrics import METRICS
from footfall.catalog.tables import TABLES, Table
from footfall.query.ast import (
    ConversionRevenue,
    Conversions,
    Keys,
    Kpis,
    Query,
    SessionRevenue,
    VisitorSessions,
)
from footfall.query.sql.binder import Binder
from footfall.query.sql.conditions import condition, label
from footfall.query.sql.select import conditions, in_hours, inside_of, project, select, where, windows, within
from footfall.query.sql.variants import alike

MILLIS = TABLES[Table.EVENTS].millis.format("timestamp")

_VISITORS = METRICS["visitors"].expressions[Table.EVENTS]

REVENUE = ("label", "currency", "earned")
KPIS = ("visitors", "pageviews", "sessions", "bounces", "duration_ms")


def kpis(query: Kpis, binder: Binder) -> str:
    """Sessions joined with their matching events: one scan of each.

    A session's superseded rows cancel out in sums and name the same visitor as the current one. No term narrows the
    sessions: a term that only a cancelled row matches would still add that row's visitor.
    """
    base = query.base
    events = select(replace(base, dimensions=("session",), metrics=("pageviews",)), binder)
    sums = {"visitors": _VISITORS, "pageviews": "sum(sign * matched.c1)"}
    figures = [sums.get(name) or METRICS[name].expressions[Table.SESSIONS] for name in KPIS]
    shown = ", ".join(f"{figure} AS f{number}" for number, figure in enumerate(figures))
    sessions = " AND ".join(overlapping(base, binder))
    return f"SELECT {shown} FROM sessions JOIN ({events}) AS matched ON session = matched.c0 WHERE {sessions}"


def overlapping(base: Query, binder: Binder) -> list[str]:
    fixed = TABLES[Table.SESSIONS].fixed
    return [project(base, binder), fixed, within(base.period, Table.SESSIONS, binder, base.longest)]


def session_revenue(query: SessionRevenue, binder: Binder) -> str:
    """Sessions joined with what was paid in them, which few events are about. Superseded rows cancel out."""
    limit = f" LIMIT {binder.number(query.limit)}" if query.limit else ""
    return f"{earned_by_label(query, binder)} ORDER BY f0, f1{limit}"


def earned_by_label(query: SessionRevenue, binder: Binder) -> str:
    base = query.base
    paid = select(replace(base, dimensions=("session", "currency"), metrics=("earned",)), binder)
    name = label(DIMENSIONS[query.dimension], Table.SESSIONS)
    times = [windows(replace(base, table=Table.SESSIONS), binder), in_hours(base.hours, binder, "start")]
    sessions = [*overlapping(base, binder), *filter(None, times), *_listed(query, binder)]
    return (
        f"SELECT {name} AS f0, paid.c1 AS f1, sum(sign * paid.c2) AS f2 FROM sessions"
        f" JOIN ({paid}) AS paid ON session = paid.c0 WHERE {' AND '.join(sessions)}"
        " GROUP BY f0, f1 HAVING sum(sign) > 0"
    )


TOLD = f"(length(earned) > {len(NO_PAYMENTS)})"
"""The row of a session that earned something tells what."""


def earned_by_rows(query: SessionRevenue, differing: int, without: Keys | None, binder: Binder) -> str:
    """The same by the rows of sessions that tell it, whose events do not differ in these bits.

    Rows that cancel each other are alike, so all that is asked of a row keeps both or neither.
    """
    rows = replace(query.base, table=Table.SESSIONS)
    found = [where(rows, binder), TOLD, alike(differing), *inside_of(rows, binder), *_listed(query, binder)]
    if without:  # sessions may change between the look-up of these and now
        found.append(f"session NOT IN {binder.numbers(without.values)}")
    kinds = ", ".join(f"{name} String" for name in PAYMENT)
    payments = f"arrayJoin(JSONExtract(earned, 'Array(Tuple({kinds}))')) AS payment"
    name = label(DIMENSIONS[query.dimension], Table.SESSIONS)
    return (
        "SELECT f0, payment.currency AS f1, sum(sign * toDecimal128(payment.amount, 4)) AS f2"
        f" FROM (SELECT {name} AS f0, sign, {payments} FROM sessions WHERE {' AND '.join(found)})"
        " GROUP BY f0, f1 HAVING sum(sign) > 0"
    )


def _listed(query: SessionRevenue, binder: Binder) -> list[str]:
    """The conditions on the sessions whose labels are listed."""
    found = [condition(term, Table.SESSIONS, binder) for term in query.only]
    if query.labels:
        found.append(f"{label(DIMENSIONS[query.dimension], Table.SESSIONS)} IN {binder.texts(query.labels)}")
    return found


def conversions(query: Conversions, binder: Binder) -> str:
    rows = _by_goal("visitor", query, binder)
    return f"SELECT goal AS c0, count() AS c1, {_VISITORS} AS c2 FROM ({rows}) GROUP BY c0 ORDER BY c0"


def conversion_revenue(query: ConversionRevenue, binder: Binder) -> str:
    rows = _by_goal("toString(currency) AS paid_in, revenue", query, binder)
    sums = "SELECT goal AS c0, paid_in AS c1, sum(revenue) AS c2"
    return f"{sums} FROM ({rows} AND revenue != 0) GROUP BY c0, c1 ORDER BY c0, c1"


def _by_goal(columns: str, query: Conversions | ConversionRevenue, binder: Binder) -> str:
    """A row per event and goal that it matches."""
    matches = ", ".join(" AND ".join(conditions(goal, binder)) or "1" for goal in query.goals)
    places = ", ".join(map(str, range(len(query.goals))))
    matched = f"arrayJoin(arrayFilter((place, matches) -> matches, [{places}], [{matches}]))"
    return f"SELECT {columns}, {matched} AS goal FROM events WHERE {where(query.base, binder)}"


def in_order(value: str, condition: str = "") -> str:
    """A group's rows, or those that match, as tuples of time (Unix milliseconds), id and `value`, ascending.

    Zipping arrays of numbers takes half the time of collecting one array of tuples.
    """
    columns = (MILLIS, FULL_ID_HI, "id_lo", value)
    arrays = (f"groupArrayIf({column}, {condition})" if condition else f"groupArray({column})" for column in columns)
    return f"arraySort(arrayZip({', '.join(arrays)}))"


def visitor_sessions(query: VisitorSessions, binder: Binder) -> str:
    base = query.base
    matching = select(replace(base, dimensions=("session",)), binder)
    keys = [f"{keys.column} IN {binder.numbers(keys.values)}" for keys in base.keys]
    rows = " AND ".join([project(base, binder), *keys, f"batch <= {binder.number(query.until)}"])
    name = label(DIMENSIONS["session_id"], Table.EVENTS)
    after = ""
    if query.after:
        start, session = query.after.start, query.after.session_id
        after = f" HAVING (c2, c1) < ({binder.number(start)}, {binder.text(session)})"
    return (
        f"SELECT session AS c0, any({name}) AS c1, toUInt64(toUnixTimestamp64Milli(min(timestamp))) AS c2 FROM events"
        f" WHERE {rows} AND session IN ({matching}) GROUP BY c0{after}"
        f" ORDER BY c2 DESC, c1 DESC{limited(query.limit, binder)}"
    )


def limited(limit: int | None, binder: Binder) -> str:
    return "" if limit is None else f" LIMIT {binder.number(limit)}"
