"""A web server's log in Apache's combined format, counted in plain Python: what the request surfaces must answer of it.

A user is an address and an agent on one UTC day (docs/semantics.md).
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

Json = dict[str, Any]

DAYS = {"week": 7, "month": 30, "year": 365, "24h": 1, "7d": 7, "30d": 30, "1y": 365}


@dataclass(frozen=True)
class Logged:
    """One request. `line` counts from 1."""

    line: int
    time: datetime
    method: str
    path: str
    protocol: str
    status: int
    bytes: int
    referer: str
    agent: str
    address: str

    @property
    def user(self) -> tuple[date, str, str]:
        return self.time.date(), self.address, self.agent


def read(path: Path) -> list[Logged]:
    """In the order of lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [_logged(number, line) for number, line in enumerate(file, start=1)]


def _logged(number: int, line: str) -> Logged:
    line = re.sub(r"(?:\\x[0-9a-f]{2})+", lambda found: _bytes(found[0]), line)
    [row] = csv.reader([line.rstrip("\n")], delimiter=" ", doublequote=False, escapechar="\\")
    address, _, _, stamp, zone, request, status, size, referer, agent = row
    method, target, protocol = re.fullmatch(r"(\S+) (.*) (HTTP/\S+)", request).groups()
    return Logged(
        line=number,
        time=datetime.strptime(f"{stamp}{zone}", "[%d/%b/%Y:%H:%M:%S%z]").astimezone(UTC),
        method=method,
        path=re.split(r"[?#]", target, maxsplit=1)[0],
        protocol=protocol,
        status=int(status),
        bytes=0 if size == "-" else int(size),
        referer="" if referer == "-" else referer,
        agent="" if agent == "-" else agent,
        address=address,
    )


def _bytes(escaped: str) -> str:
    r"""What `\xHH` stands for, a run of them."""
    return bytes.fromhex(escaped.replace("\\x", "")).decode("utf-8", "replace")


def during(requests: Iterable[Logged], now: datetime, period: str) -> list[Logged]:
    """`day` is today since 00:00 UTC, `all` everything; the others roll, ending now."""
    start = datetime.min.replace(tzinfo=UTC)
    if period == "day":
        start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    elif period != "all":
        start = now - timedelta(days=DAYS[period])
    return [request for request in requests if start <= request.time < now]


def stats(requests: list[Logged], period: str) -> Json:
    rows = [
        {
            "endpoint": path,
            "method": method,
            "hit_count": len(group),
            "unique_users": users(group),
            "last_access": iso(max(request.time for request in group)),
            "first_access": iso(min(request.time for request in group)),
            "error_rate": float(round(Fraction(sum(request.status >= 400 for request in group), len(group)), 4)),
            "p50_ms": None,  # such a log has no durations
            "p95_ms": None,
            "p99_ms": None,
            "bytes": sum(request.bytes for request in group) or None,
        }
        for (path, method), group in grouped(requests, lambda request: (request.path, request.method)).items()
    ]
    rows.sort(key=lambda row: (-row["hit_count"], row["endpoint"], row["method"]))
    return {"stats": rows, "period": period, "total_endpoints": len(rows)}


def summary(requests: list[Logged], period: str) -> Json:
    times = sorted(request.time for request in requests)
    return {
        "period": period,
        "total_hits": len(requests),
        "total_endpoints": len({request.path for request in requests}),
        "total_unique_users": users(requests),
        "oldest_visit": iso(times[0]) if times else None,
        "newest_visit": iso(times[-1]) if times else None,
        "tracking_active": True,
    }


def trends(requests: list[Logged], granularity: str, period: str) -> Json:
    groups = grouped(requests, lambda request: bucket(request.time, granularity))
    rows = [
        {
            "time_bucket": name,
            "hits": len(group),
            "unique_users": users(group),
            "unique_endpoints": len({request.path for request in group}),
        }
        for name, group in sorted(groups.items(), reverse=True)
    ]
    return {"trends": rows, "granularity": granularity, "period": period}


def visits(requests: list[Logged], limit: int) -> list[Json]:
    """Newest first, of the same second the later line. Without `user_hash`, which is secret."""
    newest = sorted(requests, key=lambda request: (request.time, request.line), reverse=True)[:limit]
    return [
        {
            "endpoint": request.path,
            "method": request.method,
            "ip_address": request.address,
            "user_agent": request.agent or None,
            "referer": request.referer or None,
            "timestamp": iso(request.time),
            "status": request.status,
            "bytes": request.bytes or None,
            "duration_ms": None,
            "host": None,
            "protocol": request.protocol,
            "user_id": None,
        }
        for request in newest
    ]


def overview(requests: list[Logged], before: list[Logged] | None, granularity: str, buckets: list[str]) -> Json:
    """`buckets` are the names of all of them, ascending."""
    groups = grouped(requests, lambda request: bucket(request.time, granularity))
    return {
        "current": answered(requests),
        "previous": None if before is None else answered(before),
        "items": [{"bucket": start_of(name), **answered(groups.get(name, []))} for name in buckets],
        "granularity": granularity,
        "period": "custom",
    }


def answered(requests: list[Logged]) -> Json:
    """Such a log has no durations."""
    return {
        "hit_count": len(requests),
        "unique_users": users(requests),
        "statuses": {f"{digit}xx": sum(r.status // 100 == digit for r in requests) for digit in range(1, 6)},
        "p50_ms": None,
        "p95_ms": None,
        "p99_ms": None,
        "bytes": sum(request.bytes for request in requests) or None,
    }


def endpoints(requests: list[Logged], granularity: str, buckets: list[str], limit: int) -> Json:
    """Of the first 100 the hits by bucket."""
    groups = grouped(requests, lambda request: (request.path, request.method))
    order = sorted(groups, key=lambda key: (-len(groups[key]), key))
    items = [
        {
            "endpoint": path,
            "method": method,
            **answered(groups[path, method]),
            "first_access": iso(min(request.time for request in groups[path, method])),
            "last_access": iso(max(request.time for request in groups[path, method])),
            "trend": [sum(bucket(r.time, granularity) == name for r in groups[path, method]) for name in buckets]
            if place < 100
            else None,
        }
        for place, (path, method) in enumerate(order[:limit])
    ]
    starts = [start_of(name) for name in buckets]
    return {"items": items, "total": len(order), "buckets": starts, "granularity": granularity, "period": "custom"}


def consumers(requests: list[Logged]) -> list[Json]:
    """Without their names, which are secret, and so in the order of what is shown. Such a log names no users."""
    rows = []
    for group in grouped(requests, lambda request: request.user).values():
        seen = {
            "first_access": iso(min(request.time for request in group)),
            "last_access": iso(max(request.time for request in group)),
        }
        figures = {name: value for name, value in answered(group).items() if name != "unique_users"}
        calls = {"hit_count": len(group), "endpoints": len({request.path for request in group})}
        rows.append({"user_id": None, **calls, **figures, **seen})
    return sorted(rows, key=repr)


def start_of(name: str) -> str:
    """The instant of a bucket that is an hour or a day, by its name."""
    return name if "T" in name else f"{name}T00:00:00Z"


LISTS: dict[str, tuple[str, Callable[[Logged], Any]]] = {
    "top-statuses": ("status", lambda request: request.status),
    "top-referers": ("referer", lambda request: request.referer or "direct"),
    "top-hosts": ("host", lambda _: "unknown"),  # such a log does not name the site
    "top-not-found": ("endpoint", lambda request: request.path if request.status == 404 else None),
    "top-addresses": ("ip_address", lambda request: request.address),
}
"""Rankings by what the log itself says: the key of a row's label, and a request's label, None for no row."""


def ranking(requests: list[Logged], name: str, period: str, limit: int) -> Json:
    """Most hits first, ties by label."""
    key, label = LISTS[name]
    groups = grouped((request for request in requests if label(request) is not None), label)
    items = [
        {
            key: one,
            "hit_count": len(groups[one]),
            "unique_users": users(groups[one]),
            "bytes": sum(request.bytes for request in groups[one]) or None,
        }
        for one in sorted(groups, key=lambda one: (-len(groups[one]), one))
    ]
    return {"items": items[:limit], "period": period}


def top_users(requests: list[Logged], period: str) -> Json:
    """Without `user_hash`, which is secret, and so in the order of what is shown."""
    groups = grouped(requests, lambda request: request.user)
    items = [
        {
            "user_id": None,
            "hit_count": len(group),
            "bytes": sum(request.bytes for request in group) or None,
            "last_access": iso(max(request.time for request in group)),
            "first_access": iso(min(request.time for request in group)),
        }
        for group in groups.values()
    ]
    return {"items": sorted(items, key=repr), "period": period}


GAP = timedelta(minutes=30)
LABELS = 100
NETWORK: dict[str, Callable[[Logged], str]] = {
    "methods": lambda request: request.method,
    "paths": lambda request: request.path,
    "referers": lambda request: request.referer or "direct",
    "protocols": lambda _: "unknown",  # such a log does not tell
    "providers": lambda _: "unknown",
}
"""What the log itself says of the network surface's keys."""


def network(requests: list[Logged], now: datetime, range_: str) -> dict[str, list[Json]]:
    """`visits` and the keys of `NETWORK`; sessions are those of all requests, also beyond the range."""
    sessions = visits_of(requests)
    length, minutes = {"daily": (timedelta(days=1), 15), "weekly": (timedelta(days=7), 60)}[range_]
    found = [request for request in requests if now - length <= request.time < now]
    keys: dict[str, Callable[[Logged], str]] = {"visits": lambda _: "", **NETWORK}
    answer = {}
    for name, label in keys.items():
        by_label = grouped(found, label)
        kept = sorted(by_label, key=lambda one: (-len(by_label[one]), one))[:LABELS]
        points = [
            {"type": one, **_point(group, sessions), "date": iso(start)}
            for one in kept
            for start, group in grouped(by_label[one], lambda request: _start(request.time, minutes)).items()
        ]
        points.sort(key=lambda point: (point["date"], -point["requests"], point["type"]))
        answer[name] = points
    for point in answer["visits"]:
        del point["type"]
    return answer


def visits_of(requests: list[Logged]) -> dict[int, tuple[Any, int]]:
    """The session of each line: a user's requests with no gap over 30 minutes."""
    found = {}
    for user, group in grouped(requests, lambda request: request.user).items():
        group.sort(key=lambda request: request.time)
        number = 0
        for place, request in enumerate(group):
            number += place > 0 and request.time - group[place - 1].time > GAP
            found[request.line] = user, number
    return found


def _point(group: list[Logged], sessions: dict[int, tuple[Any, int]]) -> Json:
    return {
        "visits": len({sessions[request.line] for request in group}),
        "requests": len(group),
        "bytes": sum(request.bytes for request in group),
    }


def _start(time: datetime, minutes: int) -> datetime:
    return time.replace(minute=time.minute // minutes * minutes, second=0, microsecond=0)


def bucket(time: datetime, granularity: str) -> str:
    if granularity == "week":
        return f"{time.date() - timedelta(days=time.weekday())}"
    return time.strftime({"hour": "%Y-%m-%dT%H:00:00Z", "day": "%Y-%m-%d", "month": "%Y-%m"}[granularity])


def users(requests: Iterable[Logged]) -> int:
    return len({request.user for request in requests})


def grouped(requests: Iterable[Logged], key: Callable[[Logged], Any]) -> dict[Any, list[Logged]]:
    found = defaultdict(list)
    for request in requests:
        found[key(request)].append(request)
    return found


def iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
