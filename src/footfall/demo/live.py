"""What happens in the shop while the demo runs: reports as a browser's tracker sends them."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import quote

from footfall.demo import world
from footfall.demo.dice import Dice, Weighted, zipf
from footfall.demo.world import HOST, PRICES, Agent, Place

_EAGER = (600, 18.0)
_CALM = 150.0
"""Seconds between visitors: at first there is something to see, later no more than a day of this shop has."""

_MORE = 0.68  # chance of one more page

_PAGES = zipf(("/", *(f"/products/{name}" for name in world.PRODUCTS), "/sale", "/blog/grind-size-guide", "/about"))
_CAME_FROM = Weighted(
    [(5, ""), (4, "https://www.google.com/"), (1, "https://chatgpt.com/"), (1, "https://www.reddit.com/r/coffee/")]
)
_NETWORKS = {
    "DE": "91.10",
    "US": "73.15",
    "RO": "86.121",
    "FR": "90.3",
    "GB": "86.130",
    "NL": "84.82",
    "IT": "79.10",
    "ES": "80.25",
    "PL": "83.10",
    "JP": "126.10",
}
"""The first half of addresses that belong to a country."""

_PLACES = tuple(place for place in world.ALL_PLACES if place.country in _NETWORKS)


class Report(NamedTuple):
    """A body for `POST /api/collect`, `at` so many seconds after the first call, and who sends it."""

    at: float
    body: dict[str, Any]
    agent: str
    address: str


class Guest(NamedTuple):
    address: str
    agent: Agent
    place: Place
    referrer: str


def reports(site_key: str, seed: int) -> Iterator[Report]:
    """Without an end, in the order of time."""
    dice = Dice(random.Random(seed), count(1))  # noqa: S311 - made-up data
    numbers, waiting, at = count(), list[tuple[float, int, Report]](), 0.0
    while True:
        for report in _visit(dice, site_key, at):
            heapq.heappush(waiting, (report.at, next(numbers), report))
        until, pause = _EAGER
        at += dice.random.expovariate(1 / (pause if at < until else _CALM))
        while waiting and waiting[0][0] <= at:
            yield heapq.heappop(waiting)[2]


def _visit(dice: Dice, site_key: str, at: float) -> Iterator[Report]:
    place = dice.random.choice(_PLACES)
    address = f"{_NETWORKS[place.country]}.{dice.between(0, 256)}.{dice.between(1, 255)}"
    guest = Guest(address, dice.one(world.AGENTS), place, dice.one(_CAME_FROM))
    path, referrer = dice.one(_PAGES), guest.referrer
    while True:
        dwell = dice.about(25, 0.7)
        yield _report(guest, at, site_key, "pageview", path, r=referrer, ti=_title(path))
        product = path.removeprefix("/products/")
        if product in PRICES and dice.chance(0.2):
            props = {"product": product, "price": PRICES[product]}
            yield _report(guest, at + dwell / 2, site_key, "event", path, n="add_to_cart", p=props)
            if dice.chance(0.4):
                paid = {"currency": "EUR", "amount": f"{PRICES[product]}.00"}
                yield _report(guest, at + dwell, site_key, "pageview", "/checkout", ti="Checkout")
                yield _report(guest, at + dwell + 20, site_key, "event", "/checkout", n="purchase", **{"$": paid})
                return
        yield _report(guest, at + dwell, site_key, "engagement", path, **_read(dice, guest, dwell))
        if not dice.chance(_MORE):
            return
        at, path, referrer = at + dwell, dice.one(_PAGES), f"https://{HOST}/"


def _report(guest: Guest, at: float, site_key: str, kind: str, path: str, **more: Any) -> Report:
    width = int(guest.agent.screen.partition("x")[0])
    url = f"https://{HOST}{quote(path)}"
    common = {"k": site_key, "t": kind, "u": url, "w": width, "l": guest.place.language, "tz": guest.place.timezone}
    return Report(at, common | more, guest.agent.text, guest.address)


def _read(dice: Dice, guest: Guest, dwell: float) -> dict[str, Any]:
    pace = guest.agent.pace
    vitals = {
        "ttfb": dice.about(140 * pace, 0.4),
        "fcp": dice.about(640 * pace, 0.4),
        "lcp": dice.about(1240 * pace, 0.5),
    }
    vitals |= {"inp": dice.about(70 * pace, 0.6), "cls": dice.about(0.03, 1.0)}
    rounded = {name: round(value, 4) for name, value in vitals.items()}
    return {"sd": min(100, round(dice.about(60, 0.4))), "e": round(dwell * 700), "v": rounded}


def _title(path: str) -> str:
    return world.TITLES.get(path) or f"{path.rpartition('/')[2].replace('-', ' ').capitalize()} | Demo shop"
