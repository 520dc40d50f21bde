"""The shop's own API, as its servers saw it: an app, partners and scripts, errors, slow endpoints, one bad morning."""

from __future__ import annotations

from typing import NamedTuple

from footfall.clock import DAY, HOUR, MINUTE
from footfall.collect.address import truncate
from footfall.demo import world
from footfall.demo.dice import Dice, Weighted
from footfall.model.raw import RawRequest
from footfall.settings import StoreIp


class Call(NamedTuple):
    """An endpoint: how often it fails and with what, its usual milliseconds and how far they spread."""

    method: str
    endpoint: str
    risk: float
    error: int
    usual: float
    spread: float


class Consumer(NamedTuple):
    user_id: str
    agent: str


_CALLS = Weighted(
    [
        (38, Call("GET", "/api/products", 0.002, 500, 18, 0.5)),
        (28, Call("GET", "/api/products/{}", 0.03, 404, 9, 0.5)),
        (12, Call("POST", "/api/cart", 0.02, 422, 25, 0.5)),
        (8, Call("GET", "/api/orders", 0.05, 401, 40, 0.6)),
        (5, Call("GET", "/api/search", 0.01, 503, 180, 1.0)),
        (5, Call("POST", "/api/orders", 0.04, 402, 160, 0.7)),
        (2, Call("GET", "/api/reports/sales", 0.03, 504, 1_400, 0.6)),
        (1, Call("PUT", "/api/stock/{}", 0.06, 409, 55, 0.6)),
        (1, Call("DELETE", "/api/cart", 0.01, 404, 12, 0.4)),
    ]
)
_CONSUMERS = Weighted(
    [
        (34, Consumer("app-android", "okhttp/4.12.0")),
        (30, Consumer("app-ios", "Shop/3.2 CFNetwork/1498.700.2 Darwin/23.6.0")),
        (12, Consumer("partner-acme", "python-requests/2.32.4")),
        (9, Consumer("partner-globex", "axios/1.9.0")),
        (8, Consumer("warehouse-sync", "Go-http-client/2.0")),
        (4, Consumer("", "curl/8.14.1")),
        (3, Consumer("", "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0")),
    ]
)
_CALLS_A_VISITOR = 1.4
_OUTAGE_AGE = 9  # days ago
_OUTAGE = (8 * HOUR, 10 * HOUR)
_PROVIDERS = Weighted([(6, "Cloudflare"), (3, ""), (1, "Fastly")])


def day(dice: Dice, midnight: int, visitors: int, age: int, request_ip: StoreIp) -> list[RawRequest]:
    """Requests of one UTC day, in no order."""
    requests = [
        _call(dice, dice.instant(midnight), age, midnight, request_ip)
        for _ in range(round(visitors * _CALLS_A_VISITOR))
    ]
    monitor = dice.key()
    for minute in range(0, DAY // MINUTE, 60):
        probe = _request(midnight + minute * MINUTE, "GET", "/healthz", monitor)
        probe.user_agent, probe.country = world.MONITOR, "US"
        probe.status, probe.bytes, probe.duration_us = 200, 15, 900
        requests.append(probe)
    return requests


def _call(dice: Dice, at: int, age: int, midnight: int, request_ip: StoreIp) -> RawRequest:
    call, consumer = dice.one(_CALLS), dice.one(_CONSUMERS)
    client = dice.between(1, 255)
    outage = age == _OUTAGE_AGE and _OUTAGE[0] <= at - midnight < _OUTAGE[1]
    failed = dice.chance(0.4 if outage else call.risk)
    request = _request(at, call.method, call.endpoint.format(dice.between(1, 21)), client)
    request.status = (503 if outage else call.error) if failed else 201 if call.method == "POST" else 200
    request.bytes = 90 if failed else round(dice.about(1_800, 0.8))
    request.duration_us = round(dice.about(call.usual * (9 if outage else 1), call.spread) * 1000)
    request.user_id, request.user_agent = consumer
    request.country, request.provider = dice.one(world.PLACES).country, dice.one(_PROVIDERS)
    request.ip_address = truncate(f"203.0.113.{client}", request_ip)
    return request


def _request(at: int, method: str, endpoint: str, visitor: int) -> RawRequest:
    return RawRequest(
        timestamp=at,
        id_hi=0,
        id_lo=0,
        visitor=visitor,
        method=method,
        endpoint=endpoint,
        host=f"api.{world.HOST}",
        protocol="https",
    )
