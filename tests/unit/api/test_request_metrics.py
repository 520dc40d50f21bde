"""Requests are counted by what is declared, never by what clients make up."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from footfall.api.request_metrics import RequestTimes

NAME = "footfall_http_request_seconds"


@pytest.fixture
def times():
    return RequestTimes()


def sample(times: RequestTimes, suffix: str, **labels: str) -> float | None:
    registry = CollectorRegistry()
    registry.register(times)
    return registry.get_sample_value(f"{NAME}_{suffix}", {"method": "GET", "route": "/a", "status": "200", **labels})


def test_counts_and_times_by_method_route_and_status(times):
    for seconds in (0.001, 0.0011, 0.3, 60):
        times.observe("GET", "/a", 200, seconds)
    times.observe("GET", "/a", 404, 1)
    assert [sample(times, "bucket", le=bound) for bound in ("0.001", "0.005", "0.1", "0.5", "10.0", "+Inf")] == [
        1, 2, 2, 3, 3, 4,
    ]  # fmt: skip
    assert sample(times, "count") == 4
    assert sample(times, "sum") == pytest.approx(60.3021)
    assert sample(times, "count", status="404") == 1
    assert sample(times, "count", method="POST") is None


def test_made_up_methods_share_a_label(times):
    for method in ("BREW", "x" * 1000):
        times.observe(method, "none", 405, 0.01)
    assert sample(times, "count", method="other", route="none", status="405") == 2
