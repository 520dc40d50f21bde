"""The shop's pages: who looks at what, what they do there, and how long they read."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

import msgspec

from footfall.clock import DAY, HOUR, MINUTE, SECOND
from footfall.demo import world
from footfall.demo.dice import Dice, Weighted, zipf
from footfall.demo.world import HOST, PRICES, Agent, Place, Source
from footfall.model.period import to_datetime
from footfall.model.raw import RawEngagement, RawEvent

_PRODUCTS = zipf(world.PRODUCTS)
_ARTICLES = zipf(world.ARTICLES)
_SHELVES = zipf(world.SHELVES)
_QUANTITIES = Weighted([(3, 1), (1, 2), (1, 3)])

_RETURNING = 0.22
"""Share of visitors who are customers with an account, and so come back under their name."""

_KEEP = 0.62
"""Chance that one more of a customer's visits follows."""


class Visitor(NamedTuple):
    """What all events of somebody share."""

    key: int
    name: str
    agent: Agent
    place: Place


class Shop:
    """Remembers its customers from day to day."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._customers: list[Visitor] = []
        self._events: list[RawEvent] = []
        self._reports: list[RawEngagement] = []

    def day(self, midnight: int, visitors: int, age: int, wave: float) -> tuple[list[RawEvent], list[RawEngagement]]:
        """Of one UTC day, `age` days ago, in no order; `wave` times `visitors` come on top, all from one place."""
        self._events, self._reports = [], []
        dice, date = self._dice, to_datetime(midnight)
        sources = world.sources(date.month, date.weekday(), age)
        for _ in range(visitors):
            self._visit(self._visitor(), dice.one(sources), dice.instant(midnight))
        for _ in range(round(visitors * wave)):
            self._visit(self._stranger(), world.WAVE, dice.instant(midnight))
        self._programs(midnight, visitors)
        return self._events, self._reports

    def _visitor(self) -> Visitor:
        dice = self._dice
        if not dice.chance(_RETURNING):
            return self._stranger()
        if self._customers and dice.chance(_KEEP):
            recent = min(len(self._customers) - 1, int(dice.random.expovariate(1 / (0.25 * len(self._customers) + 1))))
            return self._customers[-1 - recent]
        name = f"customer-{len(self._customers) + 1:04d}"
        made = self._stranger()._replace(key=0, name=name)
        self._customers.append(made)
        return made

    def _stranger(self) -> Visitor:
        dice = self._dice
        return Visitor(dice.key(), "", dice.one(world.AGENTS), dice.one(world.PLACES))

    def _visit(self, visitor: Visitor, source: Source, start: int) -> None:
        dice, landing = self._dice, source.landing
        if landing == "/blog":
            landing = f"/blog/{dice.one(_ARTICLES)}"
        _Session(self._dice, visitor, source, self._events, self._reports).run(landing or _product(dice), start)
        if dice.chance(0.12):  # back later on the same day, by typing the address
            again = _Session(self._dice, visitor, Source("", "", "/"), self._events, self._reports)
            again.run("/", start + dice.between(1, 6) * HOUR)

    def _programs(self, midnight: int, visitors: int) -> None:
        """Crawlers, a monitor, and now and then somebody who looks for holes."""
        dice = self._dice
        agents = [dice.one(world.BOTS) for _ in range(2 + visitors // 20)]
        agents += [dice.one(world.AI_CRAWLERS) for _ in range(1 + visitors // 16)]
        paths = [(agent, _product(dice)) for agent in agents]
        paths += [(world.MONITOR, "/") for _ in range(4)]
        if dice.chance(0.08):
            paths += [(world.SCANNER, dice.one(world.PROBED)) for _ in range(6)]
        for agent, path in paths:
            visitor = Visitor(dice.key(), "", Agent(agent, "", 1.0), Place("US", "", "", "", "", 0.0, 0.0))
            self._events.append(_pageview(visitor, midnight + dice.between(0, DAY), path, Source("", "", "")))


class _Session:
    """Pages until the visitor has seen enough; now and then a product goes into the cart, and is bought."""

    def __init__(
        self, dice: Dice, visitor: Visitor, source: Source, events: list[RawEvent], reports: list[RawEngagement]
    ) -> None:
        self._dice = dice
        self._visitor = visitor
        self._source = source
        self._events = events
        self._reports = reports

    def run(self, landing: str, start: int) -> None:
        dice, at, path = self._dice, start, landing
        came, first = self._source, True
        while True:
            dwell = dice.between(6 * SECOND, 2 * MINUTE + 30 * SECOND)
            self._view(at, path, came, dwell)
            came = Source(f"https://{HOST}/", "", "")
            if first and dice.chance(0.12):
                self._do(at + SECOND, path, "promo_video", {"autoplay": True}, passive=True)
            at, first = at + dwell, False
            if self._acts(at, path) or not dice.chance(0.57):
                return
            path = _next(dice)

    def _acts(self, at: int, path: str) -> bool:
        """What is done on a page; whether the visit ends with it."""
        dice, product = self._dice, path.removeprefix("/products/")
        if path.startswith("/blog/"):
            if dice.chance(0.07):
                self._do(at, path, "newsletter_signup", {"form": "article"})
            return False
        if path in {"/", "/products"} and dice.chance(0.06):
            self._do(at, path, "search", {"query": dice.one(world.SEARCHES), "results": dice.between(0, 12)})
            return False
        if product not in PRICES or not dice.chance(0.2):
            return False
        self._do(at, path, "add_to_cart", {"product": product, "price": PRICES[product]})
        if not dice.chance(0.5):
            return False
        self._buy(at + dice.between(5 * SECOND, MINUTE), product)
        return True

    def _buy(self, at: int, product: str) -> None:
        dice, inside = self._dice, Source(f"https://{HOST}/", "", "")
        self._view(at, "/checkout", inside, 50 * SECOND)
        if not dice.chance(0.68):
            return
        quantity = dice.one(_QUANTITIES)
        properties = {"product": product, "quantity": quantity, "coupon": dice.chance(0.1)}
        paid = self._do(at + MINUTE, "/checkout", "purchase", properties)
        paid.revenue = f"{quantity * PRICES[product]}.00"
        paid.currency = "USD" if self._visitor.place.country == "US" else "EUR"
        self._view(at + MINUTE + SECOND, "/thanks", inside, 8 * SECOND)

    def _view(self, at: int, path: str, came: Source, dwell: int) -> None:
        self._events.append(_pageview(self._visitor, at, path, came))
        if self._dice.chance(0.55):
            self._reports.append(_report(self._dice, self._visitor, at, path, dwell))

    def _do(self, at: int, path: str, name: str, properties: dict[str, object], *, passive: bool = False) -> RawEvent:
        event = _event(self._visitor, at, path)
        event.name, event.category, event.passive = name, "user_action", passive
        event.properties = msgspec.json.encode(properties)
        self._events.append(event)
        return event


def _product(dice: Dice) -> str:
    return f"/products/{dice.one(_PRODUCTS)}"


def _next(dice: Dice) -> str:
    return _product(dice) if dice.chance(0.55) else dice.one(_SHELVES)


def _pageview(visitor: Visitor, at: int, path: str, came: Source) -> RawEvent:
    event = _event(visitor, at, path, f"?{came.query}" if came.query else "")
    event.event_type, event.category = "pageview", "page_view"
    event.title = world.TITLES.get(path) or f"{path.rpartition('/')[2].replace('-', ' ').capitalize()} | Demo shop"
    event.referrer = came.referrer
    return event


def _event(visitor: Visitor, at: int, path: str, query: str = "") -> RawEvent:
    place = visitor.place
    return RawEvent(
        timestamp=at,
        id_hi=0,
        id_lo=0,
        priority="medium",
        visitor=visitor.key,
        visitor_id=visitor.name,
        url=f"https://{HOST}{path if path.isascii() else quote(path)}{query}",
        user_agent=visitor.agent.text,
        language=place.language,
        screen=visitor.agent.screen,
        country=place.country,
        region=place.region,
        city=place.city,
        latitude=place.latitude if place.city else None,
        longitude=place.longitude if place.city else None,
        timezone=place.timezone,
    )


def _report(dice: Dice, visitor: Visitor, at: int, path: str, dwell: int) -> RawEngagement:
    """How a page was read: long articles less deeply; vitals where the browser tells them."""
    pace = visitor.agent.pace * (1.5 if path == "/products" else 1.0)
    report = RawEngagement(
        timestamp=at + dwell,
        id_hi=0,
        id_lo=0,
        visitor=visitor.key,
        visitor_id=visitor.name,
        hostname=HOST,
        path=path if path.isascii() else quote(path),
        user_agent=visitor.agent.text,
        country=visitor.place.country,
        engaged_ms=round(dwell * (0.4 + 0.6 * dice.random.random())),
        scroll=min(100, round(dice.about(45 if path.startswith("/blog/") else 62, 0.4))),
    )
    if dice.chance(0.5):
        ttfb = dice.about(140 * pace, 0.4)
        report.ttfb, report.fcp = round(ttfb, 1), round(ttfb + dice.about(500 * pace, 0.35), 1)
        report.lcp = round(report.fcp + dice.about(600 * pace, 0.5), 1)
        report.inp = round(dice.about(70 * pace, 0.6), 1)
        report.cls = round(dice.about(0.03, 1.0), 4)
    return report
