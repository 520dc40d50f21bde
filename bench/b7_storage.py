"""B7: bytes on disk per event, sessions included: of a month that was drained, or with `--data` of what that holds."""

from __future__ import annotations

from pathlib import Path

from bench.asking import asked
from bench.bars import Bar, Work
from bench.harness import Result, engine


def run(work: Work) -> Result:
    if work.kept is not None:
        return _kept(work.kept)
    data, filling = work.filled()
    found = engine("sizes", data)
    if found["events"] != work.scale.stored:
        raise RuntimeError(f"{found['events']} events are stored, {work.scale.stored} were made")
    return found | {
        "bytes_per_event": _per_event(found, found["merged"]),
        "bytes_per_event_as_left": _per_event(found, found["as_left"]),
        "directory_bytes_per_event": round(found["directory_bytes"] / found["events"], 2),
        "filling": filling,
    }


_OTHERS = frozenset({"requests", "proxy_logs", "engagements", "schema_migrations"})
"""Tables that hold neither events nor their sessions nor what is derived from them."""

_TABLES = """
SELECT table, count() AS parts, sum(rows), sum(bytes_on_disk) FROM system.parts
WHERE active AND database = currentDatabase() GROUP BY table ORDER BY table"""
_PROJECTIONS = """
SELECT table, name, sum(rows), sum(bytes_on_disk) FROM system.projection_parts
WHERE active AND database = currentDatabase() GROUP BY table, name ORDER BY table, name"""
_COLUMNS = """
SELECT table, column, sum(column_bytes_on_disk) AS bytes, sum(column_data_uncompressed_bytes) FROM system.parts_columns
WHERE active AND database = currentDatabase() GROUP BY table, column ORDER BY bytes DESC, table, column"""


def _kept(data: Path) -> Result:
    """Of rows of `bench data`. Sessions of requests are left out by their share; roll-ups of requests count, too."""
    with asked(data) as server:
        events = server.rows("events")
        share = server.sql("SELECT countIf(source_table = 'events') / count() FROM sessions")["rows"][0][0]
        parts = {
            table: {"parts": parts, "rows": rows, "bytes": size}
            for table, parts, rows, size in server.sql(_TABLES)["rows"]
        }
        projections = [
            {"table": table, "projection": name, "rows": rows, "bytes": size}
            for table, name, rows, size in server.sql(_PROJECTIONS)["rows"]
        ]
        columns = [
            {"table": table, "column": column, "bytes": size, "uncompressed": whole}
            for table, column, size, whole in server.sql(_COLUMNS)["rows"]
        ]
    of_requests = round(parts["sessions"]["bytes"] * (1 - share))
    everything = sum(part["bytes"] for table, part in parts.items() if table not in _OTHERS) - of_requests
    derived = sum(row["bytes"] for row in projections if row["table"] in {"events", "sessions"})
    facts = parts["events"]["bytes"] + parts["sessions"]["bytes"] - of_requests - derived
    return {
        "events": events,
        "bytes_per_event": round(facts / events, 2),
        "bytes_per_event_with_roll_ups": round(everything / events, 2),
        "tables": {table: part | {"per_event": round(part["bytes"] / events, 2)} for table, part in parts.items()},
        "projections": projections,
        "columns": columns,
    }


def _per_event(found: Result, parts: Result) -> float:
    size: int = sum(parts[table]["bytes"] for table in ("events", "sessions"))
    return round(size / int(found["events"]), 2)


def _figure(found: Result) -> str:
    if "bytes_per_event_with_roll_ups" in found:
        return f"{found['bytes_per_event']}, with roll-ups {found['bytes_per_event_with_roll_ups']}"
    return f"{found['bytes_per_event']} (as left by the engine {found['bytes_per_event_as_left']})"


BAR = Bar(
    name="B7",
    what="bytes on disk per event, with sessions",
    bar="≤ 20, with roll-ups ≤ 30",
    run=run,
    figure=_figure,
    met=lambda r: r["bytes_per_event"] <= 20 and r.get("bytes_per_event_with_roll_ups", 0) <= 30,
)
