"""The proxy surface: the logs that workers sent, and the answers of the six reading endpoints.

Instants are Unix milliseconds; a log's is that of its second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.intake import YEAR_2000, read_time
from tests.oracle.moments import DAY, HOUR, MINUTE, SECOND, read_instant, to_datetime

Json = dict[str, Any]

LARGEST = 2**63 - 1
ERROR_CHARS = 512
MOST_DAYS = 62
MAX_BUCKETS = 1_500
SAMPLES = 3

NUMBERS = ("count", "user_id", "order_id", "bytes_sent", "bytes_received", "error_count", "duration_ms",
           "max_concurrency")  # fmt: skip
BUCKETS = {"minute": MINUTE, "hour": HOUR, "day": DAY}
FILTERS = {"domain": "domain", "orderId": "order_id", "userId": "user_id", "worker": "worker", "protocol": "protocol"}


@dataclass(frozen=True)
class Sent:
    """A body as sent; `at` is the time of receipt, `key` its `Idempotency-Key`, `''` for none."""

    at: int
    project: int
    body: Json
    key: str = ""


@dataclass(frozen=True)
class Log:
    at: int
    said: Json

    def number(self, name: str) -> int:
        return int(self.said.get(name, 0))

    def text(self, name: str) -> str:
        return str(self.said.get(name, ""))

    @property
    def error(self) -> str:
        return self.text("error")[:ERROR_CHARS]

    @property
    def bytes(self) -> int:
        return self.number("bytes_sent") + self.number("bytes_received")


class Faulty(Exception):  # noqa: N818 - named for what it says of a body
    """`loc` is the location of one of its faults."""

    def __init__(self, *loc: str | int) -> None:
        super().__init__(loc)
        self.loc = ["body", *loc]


@dataclass
class Intake:
    """Accepts bodies in the order of their receipt."""

    logs: dict[int, list[Log]] = field(default_factory=lambda: defaultdict(list))
    _keys: dict[tuple[int, str], int] = field(default_factory=dict)

    def receive(self, sent: Sent) -> list[str | int] | None:
        """None if the body is accepted (as a whole), else the location of its first fault."""
        try:
            logs = read_body(sent.body, sent.at)
        except Faulty as fault:
            return fault.loc
        if not self._is_repeated(sent):
            self.logs[sent.project] += logs
        return None

    def _is_repeated(self, sent: Sent) -> bool:
        """A body under the key of an accepted one is not stored within 24 hours."""
        before = self._keys.get((sent.project, sent.key)) if sent.key else None
        if before is not None and sent.at < before + DAY:
            return True
        self._keys[sent.project, sent.key] = sent.at
        return False


def read_body(body: Json, now: int) -> list[Log]:
    """One invalid log rejects the whole body; times are checked last."""
    if not 1 <= len(body["logs"]) <= 10_000:
        raise Faulty("logs")
    for index, said in enumerate(body["logs"]):
        name = fault(said)
        if name:
            raise Faulty("logs", index, name)
    return [Log(second_of(said["ts"], now, index), said) for index, said in enumerate(body["logs"])]


def fault(said: Json) -> str:
    """The name of a field that is missing or invalid."""
    missing = [name for name in ("ts", "domain", "count") if name not in said]
    bad = [name for name in NUMBERS if not 0 <= said.get(name, 0) <= LARGEST]
    bad += ["port"] if not 0 <= said.get("port", 0) <= 65_535 else []
    bad += ["domain"] if not 1 <= len(said.get("domain", "x")) <= 253 else []
    bad += [name for name in ("worker", "peer_id") if len(said.get(name, "")) > 128]
    return next(iter(missing + bad), "")


def second_of(given: str | float, now: int, index: int) -> int:
    try:
        at = read_time(given)
    except ValueError:
        raise Faulty("logs", index, "ts") from None
    if not YEAR_2000 <= at <= now + 5 * MINUTE:
        raise Faulty("logs", index, "ts")
    return at - at % SECOND


class Refused(Exception):  # noqa: N818 - named for what the answer is
    """Status 400; `says` is a text that the message must contain."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


@dataclass(frozen=True)
class Query:
    """The selected logs, and the parameters."""

    logs: list[Log]
    start: int
    end: int
    params: Mapping[str, str]

    def number(self, name: str, default: int, most: int) -> int:
        text = self.params.get(name, str(default))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise Refused(name)
        return int(text)

    def choice(self, name: str, allowed: Iterable[str], default: str) -> str:
        found = self.params.get(name, default)
        if found not in allowed:
            raise Refused(name)
        return found

    def by(self, label: Callable[[Log], str]) -> dict[str, list[Log]]:
        return grouped(self.logs, label)


def answer(logs: list[Log], path: str, params: Mapping[str, str]) -> tuple[int, Any]:
    """Status and JSON; of a refusal, the text that its message must have."""
    try:
        return 200, ENDPOINTS[path](read(logs, params))
    except Refused as refusal:
        return 400, refusal.says


def read(logs: list[Log], params: Mapping[str, str]) -> Query:
    start, named = bound("from", params), bound("to", params)
    end = named + DAY if is_date(params["to"]) else named
    if start >= end:
        raise Refused("from")
    if named - start > MOST_DAYS * DAY:
        raise Refused(f"{MOST_DAYS} days")
    wanted = read_filters(params)
    chosen = [log for log in logs if start <= log.at < end and holds(log, wanted)]
    return Query(chosen, start, end, params)


def bound(name: str, params: Mapping[str, str]) -> int:
    found = read_instant(params.get(name, ""))
    if found is None:
        raise Refused(name)
    return found


def is_date(text: str) -> bool:
    return len(text) == len("2026-03-15")


def read_filters(params: Mapping[str, str]) -> Json:
    """The wanted value of each column that a parameter filters."""
    given = {name: column for name, column in FILTERS.items() if name in params}
    for name in given:
        if name.endswith("Id") and not (params[name].isdecimal() and int(params[name]) <= LARGEST):
            raise Refused(name)
    return {column: int(params[name]) if name.endswith("Id") else params[name] for name, column in given.items()}


def holds(log: Log, wanted: Json) -> bool:
    """Whether a log matches every given filter, exactly."""
    return all(value == log.said.get(column, type(value)()) for column, value in wanted.items())


def grouped(logs: Iterable[Log], label: Callable[[Log], Any]) -> dict[Any, list[Log]]:
    found: dict[Any, list[Log]] = defaultdict(list)
    for log in logs:
        found[label(log)].append(log)
    return found


def instant(at: int) -> str:
    return to_datetime(at).strftime("%Y-%m-%d %H:%M:%S")


def total(logs: list[Log], name: str) -> int:
    return sum(log.number(name) for log in logs)


FIGURES: dict[str, Callable[[list[Log]], int]] = {
    "total_count": lambda logs: total(logs, "count"),
    "total_errors": lambda logs: total(logs, "error_count"),
    "total_bytes_sent": lambda logs: total(logs, "bytes_sent"),
    "total_bytes_received": lambda logs: total(logs, "bytes_received"),
    "bytes_total": lambda logs: sum(log.bytes for log in logs),
    "max_concurrency": lambda logs: max(log.number("max_concurrency") for log in logs),
}


def shown(logs: list[Log], *names: str) -> Json:
    """Figures are texts: they may exceed what a client's numbers hold."""
    return {name: str(FIGURES[name](logs)) for name in names}


def chart(*names: str) -> Callable[[Query], Json]:
    """Buckets that have logs, ascending; by default hours for ranges up to 48 hours, else days."""

    def made(query: Query) -> Json:
        usual = "hour" if query.end - query.start <= 48 * HOUR else "day"
        length = BUCKETS[query.choice("bucket", BUCKETS, usual)]
        if len(range(query.start - query.start % length, query.end, length)) > MAX_BUCKETS:
            raise Refused("bucket")
        buckets = grouped(query.logs, lambda log: log.at - log.at % length)
        return {"data": [{"bucket": instant(start), **shown(buckets[start], *names)} for start in sorted(buckets)]}

    return made


def ranked(groups: Mapping[str, list[Log]], figure: str) -> list[str]:
    """Labels by the figure, descending; ties by label, ascending."""
    return sorted(groups, key=lambda label: (-FIGURES[figure](groups[label]), label))


def domains(query: Query) -> Json:
    by = {"bytes": "bytes_total", "count": "total_count"}[query.choice("sortBy", ("bytes", "count"), "bytes")]
    limit = query.number("limit", 30, 100)
    groups = query.by(lambda log: log.text("domain"))
    names = ("total_count", "bytes_total", "total_bytes_sent", "total_bytes_received", "total_errors")
    return {"data": [{"domain": label, **shown(groups[label], *names)} for label in ranked(groups, by)[:limit]]}


def errors(query: Query) -> Json:
    limit = query.number("limit", 50, 100)
    groups = query.by(lambda log: log.error)
    groups.pop("", None)
    return {"data": [failed(label, groups[label]) for label in ranked(groups, "total_errors")[:limit]]}


def failed(error: str, logs: list[Log]) -> Json:
    times = [log.at for log in logs]
    return {
        "error": error,
        **shown(logs, "total_errors"),
        "first_seen": instant(min(times)),
        "last_seen": instant(max(times)),
        "sample_domains": ranked(grouped(logs, lambda log: log.text("domain")), "total_errors")[:SAMPLES],
    }


def websites(query: Query) -> Json:
    page, limit = query.number("page", 1, 1_000_000), query.number("limit", 25, 100)
    groups = query.by(lambda log: log.text("domain"))
    labels = ranked(groups, "total_count")[(page - 1) * limit : page * limit]
    rows = [{"domain": label, **shown(groups[label], "total_count", "bytes_total")} for label in labels]
    for label, row in zip(labels, rows, strict=True):
        times = [log.at for log in groups[label]]
        row |= {"first_visit": instant(min(times)), "last_visit": instant(max(times))}
    pages = (len(groups) + limit - 1) // limit
    return {"data": rows, "page": page, "limit": limit, "total": len(groups), "totalPages": pages}


ENDPOINTS: dict[str, Callable[[Query], Json]] = {
    "/analytics/traffic": chart("total_bytes_sent", "total_bytes_received", "bytes_total", "total_count"),
    "/analytics/requests": chart("total_count", "total_errors"),
    "/analytics/concurrency": chart("max_concurrency", "total_count"),
    "/analytics/domains": domains,
    "/analytics/errors": errors,
    "/analytics/websites": websites,
}
