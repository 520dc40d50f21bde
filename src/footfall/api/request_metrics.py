"""Requests by route: how many, with which status, and how long they took."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import HistogramMetricFamily

SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0)
"""Upper bounds of the buckets; one more holds what takes longer."""

_BOUNDS = [*map(str, SECONDS), "+Inf"]
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestTimes:
    """Belongs to one event loop; `collect` may be called from any thread.

    Not a histogram of the client library, which takes a lock for each number: this is counted at every request.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, int], list[float]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is a template of a declared route, or `none`: whatever clients make up must not become a label."""
        key = (method if method in _METHODS else "other", route, status)
        figures = self._found.get(key)
        if figures is None:
            figures = self._found[key] = [0.0] * (len(_BOUNDS) + 1)
        figures[bisect_left(SECONDS, seconds)] += 1
        figures[-1] += seconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        family = HistogramMetricFamily(
            "footfall_http_request_seconds", "Time of a request.", labels=["method", "route", "status"]
        )
        for (method, route, status), figures in list(self._found.items()):
            *counts, total = figures.copy()
            buckets = list(zip(_BOUNDS, accumulate(counts), strict=True))
            family.add_metric([method, route, str(status)], buckets, total)
        yield family
