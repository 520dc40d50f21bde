"""The network surface: the requests that servers sent, and the ten lists of its answer.

Instants are Unix milliseconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from tests.oracle.facts import AGENTS, PLACES, Agent
from tests.oracle.intake import YEAR_2000, Salts, Visitor, read_time
from tests.oracle.moments import DAY, HOUR, MINUTE, read_instant, to_datetime
from tests.oracle.urls import split

Json = dict[str, Any]

GAP = 30 * MINUTE
LABELS = 100
LARGEST = 2**63 - 1
METHOD_CHARS = 16
NAME_CHARS = 128
REFERRER_CHARS = 2048
RANGES = {"daily": (DAY, 15 * MINUTE), "weekly": (7 * DAY, HOUR)}

NETWORKS = {"192.0.2.1": "Example Telecom", "198.51.100.7": "Cloudflare", "2001:db8::5": "Réseau d'Abidjan"}
"""The network that an address belongs to, if known."""

HEADERS = {"cf-ray": "Cloudflare", "x-amz-cf-id": "Amazon CloudFront", "x-vercel-id": "Vercel"}
"""By header that only one network adds."""

LOOPS = {"cloudflare": "Cloudflare", "Fastly": "Fastly"}
"""By value of `CDN-Loop`."""


@dataclass(frozen=True)
class Sent:
    """A body as sent; `agent` and `address` are those of the connection."""

    at: int
    project: int
    body: Json
    agent: str = ""
    address: str = "127.0.0.1"


@dataclass(frozen=True, eq=False)
class Request:
    at: int
    visitor: Visitor
    bytes: int
    agent: Agent
    program: bool
    country: str
    protocol: str
    method: str
    path: str
    referer: str
    provider: str


@dataclass
class Intake:
    """Accepts bodies in the order of their receipt; an invalid request is refused alone."""

    requests: dict[int, list[Request]] = field(default_factory=lambda: defaultdict(list))
    _salts: Salts = field(default_factory=Salts)

    def receive(self, sent: Sent) -> list[int]:
        """The indexes of refused requests."""
        refused = []
        for index, said in enumerate(sent.body["visits"]):
            if is_sound(said, sent.at):
                self.requests[sent.project].append(self._request(said, sent))
            else:
                refused.append(index)
        return refused

    def _request(self, said: Json, sent: Sent) -> Request:
        address, agent = address_of(said), said.get("user_agent") or ""
        at = instant_of(said, sent.at)
        found = AGENTS[agent]
        scheme, path = target(said)
        return Request(
            at=at,
            visitor=self._visitor(said, sent, at),
            bytes=said.get("bytes") or 0,
            agent=found,
            program=found.traffic != "human" or not agent,
            country=(PLACES[address].country or "") if address else "",
            protocol=(said.get("protocol") or scheme).lower(),
            method=said.get("method", "GET").upper(),
            path=path,
            referer=(said.get("referer") or "")[:REFERRER_CHARS],
            provider=said.get("provider") or cdn(said.get("headers") or {}) or NETWORKS.get(address, ""),
        )

    def _visitor(self, said: Json, sent: Sent, at: int) -> Visitor:
        if said.get("user_id"):
            return Visitor(said["user_id"])
        salt = self._salts.of(at // DAY, sent.at // DAY)
        return Visitor("", salt, address_of(said) or sent.address, said.get("user_agent") or sent.agent)


def is_sound(said: Json, now: int) -> bool:
    try:
        at = instant_of(said, now)
        address_of(said)
    except ValueError:
        return False
    method = said.get("method", "GET")
    return (
        YEAR_2000 <= at <= now + 5 * MINUTE
        and bool(said.get("endpoint") or said.get("url"))
        and 0 <= (said.get("bytes") or 0) <= LARGEST
        and 0 <= (said.get("status") or 0) <= 999
        and len(said.get("user_id") or "") <= NAME_CHARS
        and 1 <= len(method) <= METHOD_CHARS
        and method.isalpha()
    )


def instant_of(said: Json, now: int) -> int:
    return now if said.get("timestamp") is None else read_time(said["timestamp"])


def address_of(said: Json) -> str:
    """In canonical form; `''` for none."""
    return str(ip_address(said["ip_address"])) if said.get("ip_address") else ""


def target(said: Json) -> tuple[str, str]:
    """Scheme and path, as received, without query and fragment. An `endpoint` is a path and wins over the URL."""
    if said.get("endpoint"):
        return "", bare(said["endpoint"])
    scheme, _, path = split(bare(said["url"]))
    return scheme, path or "/"


def bare(text: str) -> str:
    return text.partition("#")[0].partition("?")[0]


def cdn(headers: Mapping[str, str]) -> str:
    said = {name.lower(): value for name, value in headers.items()}
    return next((network for name, network in HEADERS.items() if name in said), "") or LOOPS.get(
        said.get("cdn-loop", ""), ""
    )


LABEL: dict[str, Callable[[Request], str]] = {
    "countries": lambda request: request.country or "unknown",
    "devices": lambda request: request.agent.device,
    "os": lambda request: request.agent.os,
    "browsers": lambda request: request.agent.browser,
    "protocols": lambda request: request.protocol if request.protocol in {"https", "http"} else "unknown",
    "methods": lambda request: request.method,
    "paths": lambda request: request.path or "unknown",
    "referers": lambda request: request.referer or "direct",
    "providers": lambda request: request.provider or "unknown",
}


def answer(requests: list[Request], now: int, params: Mapping[str, str]) -> tuple[int, Any]:
    """Status and JSON; for a refusal, the text that its message must contain."""
    name, bots = params.get("range") or "daily", params.get("bots", "1")
    if name not in RANGES:
        return 400, "range"
    if bots not in {"0", "1"}:
        return 400, "bots"
    length, step = RANGES[name]
    start, end = now - length, now
    if "from" in params or "to" in params:
        pair = [read_instant(params.get(bound, "")) for bound in ("from", "to")]
        if None in pair:
            return 400, "from" if pair[0] is None else "to"
        start, end = pair
        if not 0 < end - start <= 62 * DAY:
            return 400, "from"
        step = HOUR if end - start <= 7 * DAY else DAY
    session_of = sessions(requests)
    counted = [request for request in requests if start <= request.at < end and not (bots == "0" and request.program)]
    found = {"visits": points(counted, step, session_of, lambda _: "")}
    for point in found["visits"]:
        del point["type"]
    for key, label in LABEL.items():
        kept = most_requested(counted, label)
        shown = [request for request in counted if label(request) in kept]
        found[key] = points(shown, step, session_of, label)
    return 200, {"status": "success", "response": found}


def sessions(requests: list[Request]) -> dict[Request, int]:
    """The number of each request's session: a visitor's requests with no gap of more than 30 minutes."""
    last: dict[Visitor, Request] = {}
    found: dict[Request, int] = {}
    for number, request in enumerate(sorted(requests, key=lambda request: request.at)):
        before = last.get(request.visitor)
        goes_on = before is not None and request.at - before.at <= GAP
        found[request] = found[before] if before and goes_on else number
        last[request.visitor] = request
    return found


def most_requested(requests: list[Request], label: Callable[[Request], str]) -> set[str]:
    """The labels with most requests over the range; ties by label."""
    counts: dict[str, int] = defaultdict(int)
    for request in requests:
        counts[label(request)] += 1
    return set(sorted(counts, key=lambda name: (-counts[name], name))[:LABELS])


def points(
    requests: list[Request], step: int, session_of: dict[Request, int], label: Callable[[Request], str]
) -> list[Json]:
    """By bucket, then most requests first, then by label."""
    groups: dict[tuple[int, str], list[Request]] = defaultdict(list)
    for request in requests:
        groups[request.at - request.at % step, label(request)].append(request)
    order = sorted(groups, key=lambda key: (key[0], -len(groups[key]), key[1]))
    return [
        {
            "type": name,
            "visits": len({session_of[request] for request in groups[start, name]}),
            "requests": len(groups[start, name]),
            "bytes": sum(request.bytes for request in groups[start, name]),
            "date": to_datetime(start).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for start, name in order
    ]
