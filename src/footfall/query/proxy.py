"""Figures of proxy logs, from a base on their table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from footfall.query import build
from footfall.query.ast import Order, Query, Term, equals
from footfall.query.fetch import Row, fetch
from footfall.query.run import Limited
from footfall.store.protocol import Reader

SAMPLE = 3
"""Sample domains per error."""

DOMAIN_FIGURES = ("total_count", "bytes_total", "total_bytes_sent", "total_bytes_received", "total_errors")

_ERRORS_PER_STATEMENT = 25
"""A remote server limits a parameter to 128 KiB, and one error may take 2 KiB of UTF-8."""

_FAILED = Term("error", equals("error", "").values, negated=True)
_BY_DOMAIN = Order("domain")


@dataclass(frozen=True, slots=True)
class ProxyError:
    """An error's row, and the domains that had it most often."""

    row: Row
    domains: list[str]


def chart(store: Reader, base: Query, starts: tuple[int, ...], *metrics: str) -> list[Row]:
    """Buckets that have logs, ascending."""
    return fetch(store, build.series(base, starts, *metrics))


def domains(store: Reader, base: Query, by: str, limit: int) -> list[Row]:
    """Most of the metric `by` first, ties by domain."""
    return fetch(store, _by_domain(base, DOMAIN_FIGURES, by, limit))


def errors(store: Reader, base: Query, limit: int) -> list[ProxyError]:
    """Errors with their domains; most first, ties by name."""
    failed = replace(base, filters=(*base.filters, _FAILED))
    rows = fetch(store, errors_of(failed, limit))
    found: dict[str, list[str]] = defaultdict(list)
    names = [row["error"] for row in rows]
    for start in range(0, len(names), _ERRORS_PER_STATEMENT):
        for row in fetch(store, samples_of(failed, tuple(names[start : start + _ERRORS_PER_STATEMENT]))):
            found[row["error"]].append(row["domain"])
    return [ProxyError(row, found[row["error"]]) for row in rows]


def errors_of(base: Query, limit: int) -> Query:
    order = (Order("total_errors", descending=True), Order("error"))
    return replace(base, dimensions=("error",), metrics=("total_errors", "first", "last"), order=order, limit=limit)


def samples_of(base: Query, errors: tuple[str, ...]) -> Query:
    """For each of these errors, the domains that had it most often; ties by domain."""
    order = (Order("total_errors", descending=True), _BY_DOMAIN)
    return replace(
        base, dimensions=("error", "domain"), metrics=("total_errors",), only=errors, order=order, each=SAMPLE
    )


def websites(store: Reader, base: Query, page: int, limit: int) -> Limited:
    """A page of the domains, most requests first, ties by domain; pages count from 1."""
    metrics = ("total_count", "bytes_total", "first", "last")
    domains = replace(_by_domain(base, metrics, "total_count", limit), skip=(page - 1) * limit)
    return Limited(fetch(store, domains), fetch(store, build.totals(base, "domains"))[0]["domains"])


def _by_domain(base: Query, metrics: tuple[str, ...], by: str, limit: int) -> Query:
    order = (Order(by, descending=True), _BY_DOMAIN)
    return replace(base, dimensions=("domain",), metrics=metrics, order=order, limit=limit)
