"""Questions about a proxy's traffic, from a base on the table `proxy_logs`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from footfall.query import build
from footfall.query.ast import Order, Query, Term, equals
from footfall.query.fetch import Row, fetch
from footfall.store.protocol import Reader

SAMPLE = 3
"""How many domains stand for an error's."""

DOMAIN_FIGURES = ("total_count", "bytes_total", "total_bytes_sent", "total_bytes_received", "total_errors")

_A_QUERY = 25
"""Errors of one statement: a remote server bounds a parameter at 128 KiB, and an error may be 2 KiB of UTF-8."""

_FAILED = Term("error", equals("error", "").values, negated=True)
_BY_DOMAIN = Order("domain")


@dataclass(frozen=True, slots=True)
class Failure:
    """An error's row, and the domains that had it most often."""

    row: Row
    domains: list[str]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page's rows, and how many there are on all pages."""

    rows: list[Row]
    total: int


def chart(store: Reader, base: Query, starts: tuple[int, ...], *metrics: str) -> list[Row]:
    """Buckets that have logs, ascending."""
    return fetch(store, build.series(base, starts, *metrics))


def domains(store: Reader, base: Query, by: str, limit: int) -> list[Row]:
    """Most of the metric `by` first, ties by domain."""
    return fetch(store, _by_domain(base, DOMAIN_FIGURES, by, limit))


def errors(store: Reader, base: Query, limit: int) -> list[Failure]:
    """Errors with their domains; most first, ties by name."""
    failed = replace(base, filters=(*base.filters, _FAILED))
    rows = fetch(store, errors_of(failed, limit))
    found: dict[str, list[str]] = defaultdict(list)
    names = [row["error"] for row in rows]
    for start in range(0, len(names), _A_QUERY):
        for row in fetch(store, samples_of(failed, tuple(names[start : start + _A_QUERY]))):
            found[row["error"]].append(row["domain"])
    return [Failure(row, found[row["error"]]) for row in rows]


def errors_of(base: Query, limit: int) -> Query:
    order = (Order("total_errors", descending=True), Order("error"))
    return replace(base, dimensions=("error",), metrics=("total_errors", "first", "last"), order=order, limit=limit)


def samples_of(base: Query, errors: tuple[str, ...]) -> Query:
    """Of each of these errors the domains that had it most often; ties by domain."""
    order = (Order("total_errors", descending=True), _BY_DOMAIN)
    return replace(
        base, dimensions=("error", "domain"), metrics=("total_errors",), only=errors, order=order, each=SAMPLE
    )


def websites(store: Reader, base: Query, page: int, limit: int) -> Listing:
    """Domains by requests, ties by domain; pages count from 1."""
    metrics = ("total_count", "bytes_total", "first", "last")
    asked = replace(_by_domain(base, metrics, "total_count", limit), skip=(page - 1) * limit)
    return Listing(fetch(store, asked), fetch(store, build.totals(base, "domains"))[0]["domains"])


def _by_domain(base: Query, metrics: tuple[str, ...], by: str, limit: int) -> Query:
    order = (Order(by, descending=True), _BY_DOMAIN)
    return replace(base, dimensions=("domain",), metrics=metrics, order=order, limit=limit)
