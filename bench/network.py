"""B13's requests, its statements by hand, and how both sides are timed. Runs where the engine does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import polars as pl

from bench.data.rollups import roll_up
from bench.harness import median
from footfall.catalog.tables import Table
from footfall.clock import DAY, HOUR
from footfall.model.period import Bucket, Period
from footfall.query import network
from footfall.store.protocol import Store

NOW = 1_781_172_000_000  # 2026-06-11T10:00:00Z
WEEK = Period(NOW - 7 * DAY, NOW)
_BLOCK = 1_000_000

# Sessions of 8 requests, whose number decides all that stays the same in them; popular values are drawn by a power.
_FILL = """
INSERT INTO requests (project_id, timestamp, id_hi, id_lo, visitor, session, method, endpoint, host, status, bytes,
    duration_us, protocol, user_agent, referer, browser, os, device, traffic, country, provider, batch)
WITH intDiv(number, 8) AS s, number % 8 AS n, number AS r,
    (key, most, power) -> toUInt32(floor(pow((key % 1000000) / 1000000, power) * most)) AS pick
SELECT 1,
    fromUnixTimestamp64Milli(
        toInt64({start:UInt64} + cityHash64(s) % 604400000 + n * (2000 + cityHash64(s, 2) % 20000)), 'UTC'),
    r, cityHash64(r), cityHash64(s, 3), cityHash64(s, 4),
    ['GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'][1 + cityHash64(r, 5) % 10],
    concat('/api/', toString(pick(cityHash64(r, 6), 2000, 4))), 'api.example', 200, cityHash64(r, 7) % 20000, 1000,
    ['https', 'http'][1 + (cityHash64(s, 8) % 20 = 0)], '',
    if(cityHash64(r, 9) % 10 < 6, '', concat('https://ref.example/', toString(pick(cityHash64(s, 10), 800, 3)))),
    ['Chrome', 'Safari', 'Firefox', 'Edge', 'Opera', 'curl', 'okhttp', 'Go', 'Samsung Internet', 'unknown'][
        1 + pick(cityHash64(s, 11), 10, 2)],
    ['Windows', 'macOS', 'iOS', 'Android', 'Linux', 'unknown'][1 + cityHash64(s, 12) % 6],
    ['desktop', 'mobile', 'tablet', 'other'][1 + pick(cityHash64(s, 13), 4, 2)], 'human',
    concat(char(65 + pick(cityHash64(s, 14), 12, 3)), char(65 + cityHash64(s, 15) % 12)),
    concat('Network ', toString(pick(cityHash64(s, 16), 400, 3))), 1
FROM numbers({first:UInt64}, {count:UInt64})"""

_BY_HAND = {
    "": "''",
    "country": "if(country = '', 'unknown', country)",
    "device": "if(device = '', 'unknown', device)",
    "os": "if(os = '', 'unknown', os)",
    "browser": "if(browser = '', 'unknown', browser)",
    "scheme": "if(protocol IN ('https', 'http'), protocol, 'unknown')",
    "asked_method": "if(method = '', 'unknown', method)",
    "asked_path": "if(endpoint = '', 'unknown', endpoint)",
    "referring_url": "if(referer = '', 'direct', referer)",
    "provider": "if(provider = '', 'unknown', provider)",
}
_ONE = """
SELECT label, bucket, hits, sessions, bytes FROM (
    SELECT {label} AS label, toUnixTimestamp(toStartOfHour(timestamp)) * 1000 AS bucket, count() AS hits,
        uniqExact(session) AS sessions, sum(bytes) AS bytes, sum(hits) OVER (PARTITION BY label) AS total
    FROM requests WHERE project_id = 1 AND timestamp >= fromUnixTimestamp64Milli({{start:Int64}}, 'UTC')
        AND timestamp < fromUnixTimestamp64Milli({{end:Int64}}, 'UTC')
    GROUP BY label, bucket)
ORDER BY total DESC, label LIMIT 100 BY bucket"""


def fill(store: Store, count: int) -> dict[str, Any]:
    started = time.perf_counter()
    for first in range(0, count, _BLOCK):
        size = min(_BLOCK, count - first)
        store.command(_FILL, {"start": WEEK.start, "first": first, "count": size})
    store.command("OPTIMIZE TABLE requests FINAL")
    filled = time.perf_counter()
    roll_up(store, NOW, [Table.REQUESTS])
    return {
        "requests": count,
        "seconds": round(filled - started, 1),
        "cells": store.query("SELECT count() FROM rolled_up").scalar,
        "counting_seconds": round(time.perf_counter() - filled, 1),
        "rows": store.query("SELECT count() FROM recent_rollups").scalar,
        "bytes": store.query(
            "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'recent_rollups'"
        ).scalar,
    }


def compare(store: Store, runs: int) -> dict[str, Any]:
    """Seconds of both sides; RuntimeError where their totals differ."""
    sides: tuple[Callable[[], Any], Callable[[], Any]] = (lambda: _at_once(store), lambda: _one_by_one(store))
    _check(sides[0](), sides[1]())
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(runs):
        order = [0, 1] if number % 2 == 0 else [1, 0]
        for side in order:
            started = time.perf_counter()
            sides[side]()
            times[side].append(time.perf_counter() - started)
    return {
        "at_once": [round(value, 3) for value in times[0]],
        "one_by_one": [round(value, 3) for value in times[1]],
        "median": round(median(times[0]), 3),
        "against_median": round(median(times[1]), 3),
        "ratio": round(median([a / b for a, b in zip(*times, strict=True)]), 3),
    }


def _at_once(store: Store) -> pl.DataFrame:
    return network.analytics(store, 1, WEEK, Bucket.HOUR)


def _one_by_one(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    params = {"start": WEEK.start, "end": WEEK.end}
    return {
        name: list(store.query(_ONE.format(label=label), params).rows)  # literals
        for name, label in _BY_HAND.items()
    }


def _check(at_once: pl.DataFrame, one_by_one: dict[str, list[tuple[Any, ...]]]) -> None:
    """The totals by hour agree: the seven keys with few labels show all of their requests."""
    want = {bucket: (hits, sessions) for _, bucket, hits, sessions, _ in one_by_one[""]}
    total = at_once.filter(pl.col("dimension") == "")
    found = {row["bucket"]: (row["hits"], row["sessions"]) for row in total.iter_rows(named=True)}
    if found != want or WEEK.start % HOUR:
        raise RuntimeError(f"the totals differ: {sorted(set(found.items()) ^ set(want.items()))[:4]}")
    for name in ("device", "browser", "scheme"):
        theirs = sorted((label, bucket, hits, sessions) for label, bucket, hits, sessions, _ in one_by_one[name])
        columns = at_once.filter(pl.col("dimension") == name).select("label", "bucket", "hits", "sessions")
        if sorted(columns.with_columns(pl.col("label").cast(pl.String)).rows()) != theirs:
            raise RuntimeError(f"the figures by {name} differ")
