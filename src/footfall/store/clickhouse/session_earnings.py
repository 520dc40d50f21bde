"""What sessions that an earlier version stored earned, by the engine: the same way as their other facts.

The table in memory has each session of a slice, so a mutation that goes on without it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from footfall.catalog.columns import EARNED_UNKNOWN, MAX_CURRENCIES, NO_PAYMENTS, PAYMENT
from footfall.catalog.tables import Table
from footfall.store.clickhouse.session_facts import filling, found, run
from footfall.store.clickhouse.statements import Statements
from footfall.store.protocol import Reader

_MISSING = f"earned = '{EARNED_UNKNOWN}'"
_SLICE = f"""toYYYYMM(start) = {{month:UInt32}} AND {_MISSING}
          AND start <= fromUnixTimestamp64Milli({{edge:Int64}}, 'UTC')"""


def without_earnings(store: Reader) -> dict[int, int]:
    sql = f"SELECT toYYYYMM(start) AS month, count() FROM sessions WHERE {_MISSING} GROUP BY month"  # noqa: S608 - constants
    return dict(store.query(sql).rows)


def fill(store: Statements, month: int, limit: int) -> None:
    edge = _edge(store, month, limit)
    if edge is not None:
        run(store, statements(month), {"month": month, "edge": edge})


def _edge(store: Reader, month: int, limit: int) -> int | None:
    """The latest start of the first sessions of a month of which it is not known."""
    sql = f"""
        SELECT count(), max(toUnixTimestamp64Milli(start)) FROM (
          SELECT start FROM sessions WHERE toYYYYMM(start) = {{month:UInt32}} AND {_MISSING}
          ORDER BY start LIMIT {{limit:UInt32}}
        )"""  # noqa: S608 - constants
    ((count, edge),) = store.query(sql, {"month": month, "limit": limit}).rows
    return edge if count else None


def statements(month: int) -> Iterator[str]:
    told = f"{_SLICE} AND isNotNull({found('joinGetOrNull', 'earned')})"
    return filling({"earned": "String"}, _earned(), month, {"earned": found("joinGet", "earned")}, told)


def _earned() -> str:
    """As the pipeline writes it. Requests have no revenue."""
    kinds = ", ".join(f"{name} String" for name in PAYMENT)
    payments = f"CAST(arraySort(groupArray({MAX_CURRENCIES + 1})((money, toString(amount)))), 'Array(Tuple({kinds}))')"
    return f"""
        SELECT project_id, session, text AS earned
        FROM (SELECT DISTINCT project_id, session FROM sessions WHERE {_SLICE}) AS sliced LEFT JOIN (
          SELECT project_id, session, if(count() <= {MAX_CURRENCIES}, toJSONString({payments}), '{NO_PAYMENTS}') AS text
          FROM (
            SELECT project_id, session, toString(currency) AS money, sum(revenue) AS amount FROM {Table.EVENTS}
            WHERE revenue != 0
              AND (project_id, session) IN (SELECT project_id, session FROM sessions WHERE {_SLICE})
              AND timestamp >= (SELECT min(start) FROM sessions WHERE {_SLICE})
              AND timestamp <= (SELECT max(end) FROM sessions WHERE {_SLICE})
            GROUP BY ALL
          )
          GROUP BY project_id, session
        ) AS paid USING (project_id, session)"""  # noqa: S608 - constants
