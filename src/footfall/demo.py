"""A small shop's traffic, made up: what `footfall demo` shows. The same seed and time give the same records."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, count
from typing import NamedTuple, TypeVar

import msgspec

from footfall import ids
from footfall.clock import DAY, HOUR, MINUTE, SECOND
from footfall.collect.address import truncate
from footfall.model.raw import EventRows, RawEvent, RawRequest, Record, RequestRows
from footfall.settings import StoreIp

HOST = "shop.example"

_HOURS = (3, 2, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 12, 12, 11, 11, 12, 13, 14, 16, 17, 15, 10, 6)
"""Visits by UTC hour: quiet nights, a busy evening."""

_WEEKDAYS = (1.0, 1.02, 1.0, 0.98, 0.95, 0.8, 0.88)
_PRODUCTS = (
    *("espresso-blend", "house-filter", "ethiopia-yirgacheffe", "hand-grinder", "moka-pot", "colombia-huila"),
    *("pour-over-kit", "decaf-honduras", "milk-jug", "kenya-aa", "paper-filters", "electric-grinder", "scale"),
    *("gift-card", "brazil-santos", "cold-brew-maker", "travel-mug", "sumatra-mandheling", "tamper", "descaler"),
)
_PRICES = {name: 6 + (7 * place) % 83 for place, name in enumerate(_PRODUCTS)}
_ARTICLES = ("grind-size-guide", "water-temperature", "what-is-washed-coffee", "cleaning-your-grinder")
_SHELVES = ("/products", "/sale", "/", "/about", "/blog", "/shipping")
_PLACES = (
    *((26, "DE", "de-DE"), (18, "US", "en-US"), (12, "RO", "ro-RO"), (10, "FR", "fr-FR"), (9, "GB", "en-GB")),
    *((6, "NL", "nl-NL"), (5, "IT", "it-IT"), (4, "ES", "es-ES"), (3, "AT", "de-AT"), (3, "PL", "pl-PL")),
    *((2, "BR", "pt-BR"), (2, "JP", "ja-JP"), (1, "IN", "en-IN")),
)
_MOZILLA = "Mozilla/5.0"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
_AGENTS = (
    (30, f"{_MOZILLA} (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36", "1920x1080"),
    (14, f"{_MOZILLA} (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36", "412x915"),
    (20, f"{_MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_WEBKIT} Mobile/15E148 Safari/604.1", "390x844"),
    (10, f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15", "1440x900"),
    (9, f"{_MOZILLA} (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0", "1920x1080"),
    (8, f"{_MOZILLA} (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Edg/137.0.0.0", "1536x864"),
    (5, f"{_MOZILLA} (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0", "2560x1440"),
    (4, f"{_MOZILLA} (iPad; CPU OS 17_7 like Mac OS X) {_WEBKIT} Mobile/15E148 Safari/604.1", "820x1180"),
)
_BOTS = (
    (5, f"{_MOZILLA} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    (3, f"{_MOZILLA} (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
    (3, f"{_MOZILLA} (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"),
    (2, f"{_MOZILLA} AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"),
)
_SOURCES = (  # weight, referrer, query of the first page, where people land
    *((30, "", "", "/"), (6, "https://blog.example.net/ten-coffee-roasters", "", "/")),
    *((24, "https://www.google.com/", "", ""), (6, "https://duckduckgo.com/", "", "")),
    (4, "https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=brand", "/"),
    (5, "https://www.facebook.com/", "", "/blog"),
    (4, "https://www.instagram.com/", "utm_source=instagram&utm_medium=social&utm_campaign=summer", "/sale"),
    (3, "https://www.reddit.com/r/coffee/", "", "/blog"),
    *((5, "https://chatgpt.com/", "utm_source=chatgpt.com", ""), (2, "https://www.perplexity.ai/", "", "/blog")),
    (7, "", "utm_source=newsletter&utm_medium=email&utm_campaign=friday-roast", "/sale"),
)  # fmt: skip
_CLIENTS = (
    (40, "okhttp/4.12.0"),
    (35, "Shop/3.2 CFNetwork/1498.700.2 Darwin/23.6.0"),
    (12, "python-requests/2.32.4"),
    (8, "curl/8.14.1"),
    (5, _AGENTS[0][1]),
)
_CALLS = (  # weight, method, endpoint, chance of an error, its status, usual milliseconds
    (40, "GET", "/api/products", 0.002, 500, 18),
    (30, "GET", "/api/products/{}", 0.03, 404, 9),
    (12, "POST", "/api/cart", 0.02, 422, 25),
    (8, "GET", "/api/orders", 0.05, 401, 40),
    (5, "POST", "/api/orders", 0.04, 402, 160),
    (4, "GET", "/api/search", 0.01, 503, 70),
    (1, "DELETE", "/api/cart", 0.01, 404, 12),
)
_CALLS_A_VISITOR = 3
_MEMBERS = 0.15  # share of visitors that are signed in, and so come back under their name

_T = TypeVar("_T")


class _Visit(NamedTuple):
    """What all events of a visit share."""

    visitor: int
    visitor_id: str
    agent: str
    screen: str
    country: str
    language: str
    referrer: str
    query: str


@dataclass
class _Dice:
    """Chance, and the numbers that events get."""

    random: random.Random
    numbers: Iterator[int]

    def one(self, table: tuple[tuple[int, *tuple[_T, ...]], ...]) -> tuple[_T, ...]:
        """A row of a table whose first column is the weight, without it."""
        weights = list(accumulate(row[0] for row in table))
        return self.random.choices(table, cum_weights=weights)[0][1:]

    def zipf(self, names: tuple[str, ...]) -> str:
        return self.random.choices(names, [1 / place for place in range(1, len(names) + 1)])[0]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def instant(self, midnight: int) -> int:
        hour = self.random.choices(range(24), _HOURS)[0]
        return midnight + hour * HOUR + self.random.randrange(HOUR)

    def key(self) -> int:
        return self.random.getrandbits(64) or 1

    def halves(self, instant: int) -> tuple[int, int]:
        """An id of that time; ids grow in the order in which they are asked for."""
        return ids.split((instant << 80) + next(self.numbers))


def generate(
    project_id: int,
    now: int,
    *,
    days: int = 30,
    visitors_per_day: int = 300,
    seed: int = 1,
    request_ip: StoreIp = "full",
) -> Iterator[Record]:
    """The last `days` UTC days until `now` (Unix milliseconds): per day its events, then its API requests.

    Oldest day first; within a record by time; nothing after `now`. Visitors of a day vary with the weekday and grow
    a little over the days. Events carry no address; requests have one of the documentation ranges, as `request_ip`
    allows.
    """
    # Not for secrets: what is made up should be the same each time.
    dice = _Dice(random.Random(seed), count(1))  # noqa: S311 - see above
    today = now - now % DAY
    for number in range(days):
        midnight = today - (days - 1 - number) * DAY
        growth = 0.85 + 0.3 * number / max(days - 1, 1)
        visitors = round(visitors_per_day * _WEEKDAYS[(midnight // DAY + 3) % 7] * growth)
        events = [event for event in _events(dice, midnight, visitors) if event.timestamp <= now]
        requests = [one for one in _requests(dice, midnight, visitors, request_ip) if one.timestamp <= now]
        if events:
            yield EventRows(project_id, now, _numbered(dice, events))
        if requests:
            yield RequestRows(project_id, now, _numbered(dice, requests))


_Row = TypeVar("_Row", RawEvent, RawRequest)


def _numbered(dice: _Dice, rows: list[_Row]) -> list[_Row]:
    """In the order of time, each with its id."""
    rows.sort(key=lambda row: row.timestamp)
    for row in rows:
        row.id_hi, row.id_lo = dice.halves(row.timestamp)
    return rows


def _events(dice: _Dice, midnight: int, visitors: int) -> Iterator[RawEvent]:
    for _ in range(visitors):
        visit, landing = _visit(dice, visitors)
        start = dice.instant(midnight)
        yield from _session(dice, visit, landing, start)
        if dice.chance(0.2):  # back later on the same day, by typing the address
            again = visit._replace(referrer="", query="")
            yield from _session(dice, again, "/", start + dice.random.randrange(1, 6) * HOUR)
    for _ in range(visitors // 20):
        yield _crawl(dice, midnight)


def _visit(dice: _Dice, visitors: int) -> tuple[_Visit, str]:
    """Who comes, and the page they land on."""
    member = dice.chance(_MEMBERS)
    name = f"customer-{dice.random.randrange(1, 2 + visitors):04d}" if member else ""
    country, language = dice.one(_PLACES)
    agent, screen = dice.one(_AGENTS)
    referrer, query, landing = dice.one(_SOURCES)
    if landing == "/blog":
        landing = f"/blog/{dice.zipf(_ARTICLES)}"
    key = 0 if member else dice.key()
    return _Visit(key, name, agent, screen, country, language, referrer, query), landing or _product(dice)


def _product(dice: _Dice) -> str:
    return f"/products/{dice.zipf(_PRODUCTS)}"


def _session(dice: _Dice, visit: _Visit, landing: str, start: int) -> Iterator[RawEvent]:
    """Pages until the visitor has seen enough; now and then a product goes into the cart, and is bought."""
    at, path, first = start, landing, True
    while True:
        yield _pageview(visit, at, path, first=first)
        at += dice.random.randrange(8 * SECOND, 3 * MINUTE)
        product = path.removeprefix("/products/")
        if product in _PRICES and dice.chance(0.2):
            yield _custom(visit, at, path, "add_to_cart", {"product": product, "price": _PRICES[product]})
            if dice.chance(0.45):
                yield from _purchase(dice, visit, at + dice.random.randrange(5 * SECOND, MINUTE), product)
                return
        if not dice.chance(0.58):
            return
        path, first = _next(dice), False


def _next(dice: _Dice) -> str:
    return _product(dice) if dice.chance(0.55) else dice.zipf(_SHELVES)


def _purchase(dice: _Dice, visit: _Visit, at: int, product: str) -> Iterator[RawEvent]:
    yield _pageview(visit, at, "/checkout")
    if dice.chance(0.7):
        quantity = dice.random.choice((1, 1, 1, 2, 3))
        properties = {"product": product, "quantity": quantity, "coupon": dice.chance(0.1)}
        paid = _custom(visit, at + MINUTE, "/checkout", "purchase", properties)
        paid.revenue, paid.currency = f"{quantity * _PRICES[product]}.00", "EUR"
        yield paid
        yield _pageview(visit, at + MINUTE + SECOND, "/thanks")


def _pageview(visit: _Visit, at: int, path: str, *, first: bool = False) -> RawEvent:
    query = f"?{visit.query}" if first and visit.query else ""
    event = _event(visit, at, f"https://{HOST}{path}{query}")
    event.event_type, event.category = "pageview", "page_view"
    event.title = f"{path.rpartition('/')[2].replace('-', ' ').capitalize() or 'Home'} | Demo shop"
    event.referrer = visit.referrer if first else f"https://{HOST}/"
    return event


def _custom(visit: _Visit, at: int, path: str, name: str, properties: dict[str, object]) -> RawEvent:
    event = _event(visit, at, f"https://{HOST}{path}")
    event.name, event.category, event.properties = name, "user_action", msgspec.json.encode(properties)
    return event


def _event(visit: _Visit, at: int, url: str) -> RawEvent:
    return RawEvent(
        timestamp=at,
        id_hi=0,
        id_lo=0,
        priority="medium",
        visitor=visit.visitor,
        visitor_id=visit.visitor_id,
        url=url,
        user_agent=visit.agent,
        language=visit.language,
        screen=visit.screen,
        country=visit.country,
    )


def _crawl(dice: _Dice, midnight: int) -> RawEvent:
    (agent,) = dice.one(_BOTS)
    visit = _Visit(dice.key(), "", agent, "", "US", "", "", "")
    return _pageview(visit, midnight + dice.random.randrange(DAY), _product(dice), first=True)


def _requests(dice: _Dice, midnight: int, visitors: int, request_ip: StoreIp) -> Iterator[RawRequest]:
    """The shop's own API: its app, a few scripts, and a monitor that looks every ten minutes."""
    for _ in range(visitors * _CALLS_A_VISITOR):
        yield _call(dice, dice.instant(midnight), request_ip)
    monitor = dice.key()
    for minute in range(0, 24 * 60, 10):
        probe = _request(midnight + minute * MINUTE, "GET", "/healthz", monitor)
        probe.user_agent, probe.country = f"{_MOZILLA}+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "US"
        probe.status, probe.bytes, probe.duration_us = 200, 15, 900
        yield probe


def _call(dice: _Dice, at: int, request_ip: StoreIp) -> RawRequest:
    method, endpoint, risk, error, usual = _CALLS[dice.random.choices(range(len(_CALLS)), [c[0] for c in _CALLS])[0]][
        1:
    ]
    (agent,) = dice.one(_CLIENTS)
    country, _ = dice.one(_PLACES)
    client = dice.random.randrange(1, 255)
    request = _request(at, method, endpoint.format(_PRODUCTS.index(dice.zipf(_PRODUCTS)) + 1), client)
    failed = dice.chance(risk)
    request.status = error if failed else 201 if method == "POST" else 200
    request.bytes = 90 if failed else round(dice.random.lognormvariate(7.5, 0.8))
    request.duration_us = round(usual * 1000 * dice.random.lognormvariate(0, 0.5))
    request.user_agent, request.country = agent, country
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
        host=f"api.{HOST}",
        protocol="https",
    )
