"""Facts of sessions that an earlier version stored, worked out from their events by the engine.

One slice of a month's sessions at a time: their facts go to a table in memory, from which a mutation of the month's
partition takes them. Rows that cancel each other get the same values, so they still do. What a crash leaves half done
is seen by `varies` and `variants`, and a mutation that goes on after it finds the table empty and changes nothing.

Rows whose `varies` is known get variants alone: cells of roll-ups have counted their sessions by the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from footfall.catalog.columns import (
    ALL_VARY,
    FLOW_STEPS,
    FULL_ID_HI,
    GAPS,
    MAX_VARIANTS,
    NO_VARIANTS,
    UNEVEN,
    VARIANT,
    VARIES,
    VARIES_UNKNOWN,
    stored,
)
from footfall.catalog.tables import Table
from footfall.model.session import SESSION_GAP
from footfall.store.clickhouse.statements import Statements
from footfall.store.protocol import Reader

_MISSING = f"(varies = {VARIES_UNKNOWN} OR (bitAnd(varies, {UNEVEN}) != 0 AND variants = ''))"
_SLICE = f"""source_table = {{table:String}} AND toYYYYMM(start) = {{month:UInt32}} AND {_MISSING}
          AND start <= fromUnixTimestamp64Milli({{edge:Int64}}, 'UTC')"""
_ADDED = tuple(name for name in VARIES if name not in {"traffic", "country", "browser", "os", "device"})
"""First-touch columns that sessions have had no longer than `varies`."""

_FACTS = (*_ADDED, "varies", "variants", "flow")
_TYPES = {
    **dict.fromkeys(_ADDED, "LowCardinality(String)"),
    "varies": "UInt16",
    "variants": "String",
    "told": "String",
    "flow": "Array(LowCardinality(String))",
}


SLICE_EVENTS = 400_000
"""Most events of the sessions of a slice, but for one session: variants are texts of some 250 letters, in memory."""


def without_facts(store: Reader) -> dict[int, int]:
    sql = f"SELECT toYYYYMM(start) AS month, count() FROM sessions WHERE {_MISSING} GROUP BY month"  # noqa: S608 - constants
    return dict(store.query(sql).rows)


def fill(store: Statements, month: int, limit: int) -> None:
    for table in (Table.EVENTS, Table.REQUESTS):
        edge = _edge(store, table, month, limit)
        if edge is not None:
            run(store, statements(table, month), {"table": table.value, "month": month, "edge": edge})
            return


def run(store: Statements, sql: Iterable[str], params: Mapping[str, Any]) -> None:
    """One after the other, with the name of the database among the parameters."""
    database = store.query("SELECT currentDatabase()").scalar
    for statement in sql:
        store.command(statement, {**params, "database": database})


def _edge(store: Reader, table: Table, month: int, limit: int) -> int | None:
    """The latest start of the first sessions of a month without facts."""
    sql = f"""
        SELECT count(), max(at) FROM (
          SELECT at, sum(events) OVER so_far AS sum, row_number() OVER so_far AS place FROM (
            SELECT toUnixTimestamp64Milli(start) AS at, events FROM sessions
            WHERE source_table = {{table:String}} AND toYYYYMM(start) = {{month:UInt32}} AND {_MISSING}
            ORDER BY start LIMIT {{limit:UInt32}}
          ) WINDOW so_far AS (ORDER BY at ROWS UNBOUNDED PRECEDING)
        ) WHERE place = 1 OR sum <= {SLICE_EVENTS}"""  # noqa: S608 - constants
    ((found, edge),) = store.query(sql, {"table": table.value, "month": month, "limit": limit}).rows
    return edge if found else None


def statements(table: Table, month: int) -> Iterator[str]:
    unknown = {name: f"if(varies = {VARIES_UNKNOWN}, {found('joinGet', name)}, {name})" for name in _FACTS}
    unknown["variants"] = f"if(varies = {VARIES_UNKNOWN}, {found('joinGet', 'variants')}, {found('joinGet', 'told')})"
    return filling(_TYPES, _facts(table), month, unknown, f"{_SLICE} AND isNotNull({found('joinGetOrNull', 'varies')})")


def filling(
    types: Mapping[str, str], rows: str, month: int, values: Mapping[str, str], condition: str
) -> Iterator[str]:
    """A table in memory of these columns and rows, by project and session; of it, values of a month's sessions."""
    yield (
        "KILL MUTATION WHERE database = {database:String} AND table = 'sessions' AND NOT is_done"
        " AND command LIKE '%session_facts%' SYNC"
    )
    yield "DROP TABLE IF EXISTS session_facts SYNC"
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    yield f"""CREATE TABLE IF NOT EXISTS session_facts (project_id UInt32, session UInt64, {columns})
        ENGINE = Join(ANY, LEFT, project_id, session) SETTINGS persistent = 0
        AS {rows}
        SETTINGS output_format_json_escape_forward_slashes = 0"""
    update = ", ".join(f"{name} = {value}" for name, value in values.items())
    yield f"""ALTER TABLE sessions UPDATE {update} IN PARTITION ID '{month}'
        WHERE {condition}
        SETTINGS allow_nondeterministic_mutations = 1"""
    yield "DROP TABLE IF EXISTS session_facts SYNC"


def found(function: str, name: str) -> str:
    """What that table has of a session, by `joinGet` or `joinGetOrNull`."""
    return f"{function}(concat({{database:String}}, '.session_facts'), '{name}', project_id, session)"


def _facts(table: Table) -> str:
    """The facts of a slice; of sessions that have lost events, to retention, only that nothing is known.

    Events are grouped by variant first, then by session. `told` are the variants of one that is known to be uneven.
    """
    have = stored(table)
    value = {name: name if name in have else "''" for name in VARIES}
    variant = ", ".join(f"{text} AS of_{name}" for name, text in value.items())
    first = ", ".join(f"of_{name}" for name in _ADDED)
    added = ", ".join(f"earliest.{place} AS {name}" for place, name in enumerate(_ADDED, 1))
    differ = [f"bitShiftLeft(toUInt16(min(of_{name}) != max(of_{name})), {bit})" for bit, name in enumerate(VARIES)]
    pause = "arrayMax(arrayDifference(arraySort(groupArrayArray(times))))"
    bits = " + ".join([*differ, f"if({pause} > {SESSION_GAP}, {GAPS}, 0)"])
    view = "event_type = 'pageview'" if table is Table.EVENTS else "0"
    pages = f"arrayMap(view -> view.4, arraySlice(arraySort(groupArrayArray(views)), 1, {FLOW_STEPS}))"
    return f"""
        SELECT project_id, session, {added}, if(found = counted, bits, {ALL_VARY}) AS varies,
          multiIf(found != counted, '{NO_VARIANTS}', bitAnd(bits, {UNEVEN}) = 0, '', text) AS variants,
          if(found != counted OR found = 0, '{NO_VARIANTS}', text) AS told, if(found = counted, pages, []) AS flow
        FROM (
          SELECT project_id, session, sum(sign * events) AS counted FROM sessions WHERE {_SLICE}
          GROUP BY project_id, session
        ) AS sliced LEFT JOIN (
          SELECT project_id, session, sum(of_events) AS found, argMin(({first}), first_at) AS earliest,
            {bits} AS bits, {pages} AS pages, {_variants_text()} AS text
          FROM (
            SELECT project_id, session, {variant}, toUInt32(count()) AS of_events,
              toUInt32(countIf({view})) AS of_pageviews, min((timestamp, {FULL_ID_HI}, id_lo)) AS first_at,
              groupArray(toUnixTimestamp64Milli(timestamp)) AS times, {_views(table)} AS views
            FROM {table}
            WHERE (project_id, session) IN (SELECT project_id, session FROM sessions WHERE {_SLICE})
              AND timestamp >= (SELECT min(start) FROM sessions WHERE {_SLICE})
              AND timestamp <= (SELECT max(end) FROM sessions WHERE {_SLICE})
            GROUP BY ALL
          )
          GROUP BY project_id, session
        ) AS facts USING (project_id, session)"""  # noqa: S608 - names of the catalogue


def _variants_text() -> str:
    """`variants` of a session, as the pipeline writes them, but for a few control letters."""
    kinds = ", ".join(f"{name} {'String' if name in VARIES else 'UInt32'}" for name in VARIANT)
    variants = f"groupArray({MAX_VARIANTS + 1})(({', '.join(f'of_{name}' for name in VARIANT)}))"
    text = f"toJSONString(CAST(arraySort({variants}), 'Array(Tuple({kinds}))'))"
    return f"if(count() <= {MAX_VARIANTS}, {text}, '{NO_VARIANTS}')"


def _views(table: Table) -> str:
    if table is not Table.EVENTS:
        return "CAST([], 'Array(Tuple(DateTime64(3), UInt64, UInt64, String))')"
    columns = ("timestamp", FULL_ID_HI, "id_lo", "toString(path)")
    return f"groupArrayIf(({', '.join(columns)}), event_type = 'pageview')"
