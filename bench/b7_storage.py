"""B7: bytes on disk per event, sessions included, of a month of made-up visits."""

from __future__ import annotations

from bench.bars import Bar, Work
from bench.harness import Result, engine


def run(work: Work) -> Result:
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


def _per_event(found: Result, parts: Result) -> float:
    size: int = sum(parts[table]["bytes"] for table in ("events", "sessions"))
    return round(size / int(found["events"]), 2)


BAR = Bar(
    name="B7",
    what="bytes on disk per event, with sessions",
    bar="≤ 20",
    run=run,
    figure=lambda r: f"{r['bytes_per_event']} (as left by the engine {r['bytes_per_event_as_left']})",
    met=lambda r: r["bytes_per_event"] <= 20,
)
