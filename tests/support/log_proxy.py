"""Histories of a proxy's workers, by hypothesis, and the proxy surface for `log_product`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.oracle import proxy
from tests.oracle.intake import read_time
from tests.oracle.moments import DAY, HOUR, MINUTE, SECOND, iso, read_instant, to_datetime
from tests.support.history import Pairs
from tests.support.history_product import Answer
from tests.support.log_history import LogHistory, Post, TimedQuery
from tests.support.log_product import Surface

Json = dict[str, Any]

TURNS = tuple(
    read_instant(text) or 0
    for text in ("2026-03-01T00:00:00Z", "2025-12-31T23:59:00Z", "2024-02-29T12:00:00Z", "2000-01-01T00:00:00Z")
)
"""Logs start around one of these."""

STEPS = (*[0] * 6, 1, 999, SECOND, SECOND, MINUTE - 1, MINUTE, MINUTE, 20 * MINUTE, HOUR, 5 * HOUR, DAY, 9 * DAY)
"""From one log to the next."""

LATE = (*[0] * 6, SECOND, 10 * MINUTE, 3 * HOUR, 3 * DAY, 40 * DAY, -5 * MINUTE, -5 * MINUTE - 1)
"""From a body's newest log to its receipt; below 0 the worker's clock is ahead."""

STAMPS = ("plain", "plain", "plain", "zulu", "offset", "seconds", "millis", "float")

DOMAINS = (
    "google.com",
    "google.com",
    "Google.com",
    "bücher.example",
    "a\\b%_*|",
    "'; DROP TABLE proxy_logs --",
    "a.b",
    "\x00☃",
)
TEXTS = ("", "worker-01", "Worker-01", "w%", "w\\", '"', "{p0:String}", "😀")
ERRORS = ("", "timeout", "timeout", "Timeout", " ", "connect\nrefused", "e" * 512, "e" * 600, "ё" * 513)
PROTOCOLS = ("HTTPS", "https", "HTTP", "", "SOCKS5")
SIZES = (0, 0, 1, 1, 2, 7, 2**40 - 1, 2**53 + 1, 2**63 - 1, 2**63 - 1)
FAULTS: tuple[Json, ...] = (
    {"count": -1},
    {"count": 2**63},
    {"bytes_sent": 2**64},
    {"port": 65_536},
    {"domain": ""},
    {"domain": "d" * 254},
    {"worker": "w" * 129},
    {"ts": "1999-12-31 23:59:59"},
    {"ts": "soon"},
    {"ts": "2026-02-30 00:00:00"},
    {"ts": 4_102_444_800},
)


def stamped(at: int, form: str) -> str | int | float:
    if form == "seconds":
        return at // SECOND
    if form in {"millis", "float"}:
        return at if form == "millis" else at / SECOND
    if form == "offset":
        return iso(at + 210 * MINUTE)[:-1] + "+03:30"
    return iso(at) if form == "zulu" else to_datetime(at).strftime("%Y-%m-%d %H:%M:%S")


ids = st.sampled_from((0, 0, 3, 3, 4, 2**63 - 1))
sizes = st.sampled_from(SIZES)
logs = st.fixed_dictionaries(
    {"domain": st.sampled_from(DOMAINS), "count": sizes},
    optional={
        **dict.fromkeys(("bytes_sent", "bytes_received", "error_count", "max_concurrency", "duration_ms"), sizes),
        **dict.fromkeys(("user_id", "order_id"), ids),
        **dict.fromkeys(("worker", "peer_id"), st.sampled_from(TEXTS)),
        "error": st.sampled_from(ERRORS),
        "protocol": st.sampled_from(PROTOCOLS),
        "port": st.sampled_from((0, 443)),
        "ip_from": st.sampled_from(("", "192.0.2.1", "2001:db8::5", "no address")),
    },
)


@st.composite
def posts(draw: st.DrawFn, start: int) -> list[Post]:
    """Bodies of one to five logs. Keys are drawn from a few, so that like logs come again."""
    kinds = draw(st.lists(logs, min_size=2, max_size=5))
    at, found = start, []
    for _ in range(draw(st.integers(1, 7))):
        rows = []
        for _ in range(draw(st.integers(1, 5))):
            at += draw(st.sampled_from(STEPS))
            kind = draw(st.sampled_from(kinds))
            changed = {"domain": draw(st.sampled_from((kind["domain"], *DOMAINS)))} if draw(st.booleans()) else {}
            rows.append({"ts": stamped(at, draw(st.sampled_from(STAMPS))), **kind, **changed})
        if draw(st.integers(0, 15)) == 7:
            rows[-1] |= draw(st.sampled_from(FAULTS))
        late, spool = draw(st.sampled_from(LATE)), draw(st.integers(0, 1))
        key = draw(st.sampled_from(("", "", "a", "b")))
        project = draw(st.sampled_from((0, 0, 0, 1)))
        found.append(Post(at + late, project, {"logs": rows}, key and f"{key}{spool}", spool))
    return draw(st.permutations(found)) if draw(st.booleans()) else found


@st.composite
def timed_query(draw: st.DrawFn, sent: list[Post], last: int, path: str) -> TimedQuery:
    params = [("from", ""), ("to", ""), *draw(filters(sent)), *draw(st.sampled_from(others(path)))]
    params[:2] = draw(spans(sent))
    return TimedQuery(
        draw(st.sampled_from((last, last, 0, 1))),
        sent[-1].at,
        draw(st.sampled_from((0, 0, 0, 0, 1))),
        path,
        tuple(params),
    )


def others(path: str) -> list[Pairs]:
    """Parameters that only this path has, valid ones more often."""
    limits: list[Pairs] = [(), (("limit", "1"),), (("limit", "2"),), (("limit", "100"),)]
    bad: list[Pairs] = [(("limit", text),) for text in ("0", "101", "x")]
    if path == "/analytics/domains":
        by = [(("sortBy", text), *limit) for text in ("bytes", "count") for limit in limits]
        return [*limits, *by, *by, bad[0], (("sortBy", "domain"),)]
    if path == "/analytics/websites":
        pages = [(("page", str(page)), ("limit", str(limit))) for page in (1, 2, 3, 50) for limit in (1, 2)]
        return [*limits, *pages, *pages, bad[1], (("page", "0"),)]
    if path == "/analytics/errors":
        return [*limits, *limits, *limits, bad[2]]
    return [(), (), *((("bucket", text),) for text in ("minute", *["hour", "day"] * 4, "week"))]


@st.composite
def spans(draw: st.DrawFn, sent: list[Post]) -> Pairs:
    """Bounds on the edge of something, in various forms."""
    instants = sorted(bounds(sent))
    form = draw(st.sampled_from(("zulu", "naive", "offset", "date")))
    kind = draw(st.sampled_from(("picks", *["all"] * 4, "days", "days", "widest", "empty")))
    one, other = sorted(draw(st.tuples(*[st.sampled_from(instants)] * 2)))
    if kind == "all":
        one, other = max(instants[0], instants[-1] - 60 * DAY), instants[-1] + SECOND
    elif kind == "days":
        one, form = other - draw(st.sampled_from((0, DAY, 10 * DAY))), "date"
    elif kind == "widest":
        one = other - 62 * DAY - draw(st.sampled_from((0, 0, 1)))
    elif kind == "picks" and one == other:
        other += SECOND
    return ("from", written(one, form)), ("to", written(other, draw(st.sampled_from((form, form, form, "date")))))


def bounds(sent: list[Post]) -> set[int]:
    times = {at for post in sent for row in post.body["logs"] if (at := known(row["ts"])) is not None}
    around = {at - at % SECOND + shift for at in times for shift in (0, 1, SECOND)}
    return {max(at, DAY) for at in around | {at - at % DAY for at in times} | {sent[-1].at}}


def known(ts: Any) -> int | None:
    try:
        return read_time(ts)
    except ValueError:
        return None


def written(at: int, form: str) -> str:
    if form == "date":
        return to_datetime(at).date().isoformat()
    if form == "offset":
        return iso(at - 210 * MINUTE)[:-1] + "-03:30"
    return iso(at) if form == "zulu" else iso(at).removesuffix("Z")


@st.composite
def filters(draw: st.DrawFn, sent: list[Post]) -> Pairs:
    """None, or one or two that some log may match."""
    names = draw(st.lists(st.sampled_from(sorted(proxy.FILTERS)), max_size=2, unique=True))
    rows = [row for post in sent for row in post.body["logs"]]
    found = []
    for name in names if draw(st.integers(0, 3)) == 2 else ():
        blank = 0 if name.endswith("Id") else ""
        value = str(draw(st.sampled_from(rows)).get(proxy.FILTERS[name], blank))
        found.append((name, draw(st.sampled_from((value, value, value, swapped(value))))))
    return tuple(found)


def swapped(value: str) -> str:
    """Nearly the same value, which must not match."""
    return value.swapcase() if value.swapcase() != value else f"{value}1"


@st.composite
def histories(draw: st.DrawFn) -> LogHistory:
    """Histories with four queries each."""
    sent = draw(posts(draw(st.sampled_from(TURNS)) - draw(st.sampled_from((0, SECOND, HOUR)))))
    cuts = sorted({0, *draw(st.lists(st.integers(1, 6), max_size=2))} & set(range(len(sent))))
    rounds = [tuple(sent[one:other]) for one, other in zip(cuts, [*cuts[1:], len(sent)], strict=True)]
    last = len(rounds) - 1
    paths = draw(st.lists(st.sampled_from(sorted(proxy.ENDPOINTS)), min_size=4, max_size=4, unique=True))
    asked = [draw(timed_query(sent, last, path)) for path in paths]
    upkeep = draw(st.sampled_from(((), (), (0,), (last,), (0, 1, 2))))
    return LogHistory(tuple(rounds), tuple(asked), upkeep)


def told(history: LogHistory) -> tuple[list[Any], list[list[Any]]]:
    intake = proxy.Intake()
    receipts, known = [], []
    for posted in history.rounds:
        receipts += [intake.receive(proxy.Sent(post.at, post.project, post.body, post.key)) for post in posted]
        known.append([list(intake.logs[0]), list(intake.logs[1])])
    return receipts, known


def receipt(answer: Answer) -> Any:
    """None for 204, else the location of the fault."""
    status, said = answer
    return None if (status, said) == (204, b"") else said["detail"][0]["loc"]


SURFACE = Surface(
    "/analytics/ingest", told, receipt, lambda known, query: proxy.answer(known, query.path, dict(query.params))
)
