"""Rows of `proxy_logs`: what the workers of a proxy count."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa

from bench.data.calendar import Month
from bench.data.choices import Choices, Indexes, Picker, zipf
from bench.data.facts import instants, rows
from footfall.catalog.tables import Table
from footfall.clock import SECOND

_DOMAINS, _WORKERS, _PEERS, _ORDERS = 500, 32, 64, 900
_FAILED = 0.02
_ERRORS = ("", "timeout", "refused", "reset", "dns", "tls")
_WRITER = 0x10C5


def proxy_logs(month: Month, count: int, batch: int, random: np.random.Generator) -> pa.Table:
    """In the order of their time."""
    times = np.sort(month.draw(random, count)) // SECOND * SECOND
    failing = random.random(count) < _FAILED
    error = np.where(failing, random.integers(1, len(_ERRORS), count), 0)
    picks = (
        (_domains(), Picker(zipf(_DOMAINS)).draw(random, count)),
        (_workers(), random.integers(0, _WORKERS, count)),
        (_orders(), Picker(zipf(_ORDERS, 0.6)).draw(random, count)),
        (_peers(), random.integers(0, _PEERS, count)),
        (Choices.of(pl.DataFrame({"error": _ERRORS})), error),
    )
    hits = random.integers(1, 41, count)
    figures = {
        "count": hits,
        "bytes_sent": hits * (random.lognormal(0, 1, count) * 2_000).astype(np.int64),
        "bytes_received": hits * (random.lognormal(0, 1, count) * 20_000).astype(np.int64),
        "error_count": failing * hits,
        "duration_ms": hits * (random.lognormal(0, 0.7, count) * 300).astype(np.int64),
        "max_concurrency": random.integers(1, 21, count),
        "batch": np.full(count, batch),
        "writer": np.full(count, _WRITER),
    }
    made = {name: pa.array(values.astype(np.uint64)) for name, values in figures.items()} | {
        "project_id": pa.array(np.ones(count, dtype=np.uint32)),
        "timestamp": instants(times),
    }
    return rows(Table.PROXY_LOGS, partial(_column, picks, made))


def _column(picks: tuple[tuple[Choices, Indexes], ...], made: dict[str, pa.Array], name: str) -> pa.Array:
    found = next(((table, places) for table, places in picks if name in table.columns), None)
    return found[0].take(name, found[1]) if found else made[name]


def _domains() -> Choices:
    return Choices.of(pl.DataFrame({"domain": [f"site-{number}.example" for number in range(_DOMAINS)]}))


def _workers() -> Choices:
    names = [f"worker-{number:02}" for number in range(_WORKERS)]
    sources = [f"78.100.{number % 16}.{number}" for number in range(_WORKERS)]
    return Choices.of(pl.DataFrame({"worker": names, "ip_from": sources}))


def _orders() -> Choices:
    """An order is one user's, and goes over one port and protocol."""
    numbers = range(1, _ORDERS + 1)
    frame = pl.DataFrame(
        {
            "order_id": pl.Series(numbers, dtype=pl.UInt64),
            "user_id": pl.Series([1 + number * 5 // 9 for number in numbers], dtype=pl.UInt64),
            "port": pl.Series([(443, 80, 1080)[number % 3] for number in numbers], dtype=pl.UInt16),
            "protocol": [("HTTPS", "HTTP", "SOCKS5")[number % 3] for number in numbers],
        }
    )
    return Choices.of(frame)


def _peers() -> Choices:
    names = [f"peer-{number:03}" for number in range(_PEERS)]
    return Choices.of(pl.DataFrame({"peer_id": names, "ip_out": [f"185.199.{n % 4}.{n}" for n in range(_PEERS)]}))
