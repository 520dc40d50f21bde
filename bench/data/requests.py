"""Rows of `requests`: calls of an API, in sessions of their users."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from bench import shop
from bench.data import draws
from bench.data.choices import Choices, Indexes, Picker, zipf
from bench.data.facts import Block, Bools, texts
from bench.data.visits import Drawn
from bench.data.world import World
from footfall.catalog.tables import Table

_ENDPOINTS = 2_000
_METHODS = ("GET", "GET", "GET", "GET", "GET", "GET", "GET", "POST", "PUT", "DELETE")
_PARTS = ("products", "orders", "carts", "users", "search", "prices", "stock", "reviews")
_STATUSES = {200: 82.0, 201: 5.0, 304: 4.0, 301: 1.0, 404: 4.0, 401: 1.5, 422: 1.0, 429: 0.5, 500: 0.7, 503: 0.3}
_ADDRESSES = 50_000
_PROVIDERS = 400
_DIRECT = 0.6


class Calls:
    """The distinct values of requests beside those of the world, and how often they come."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._calling = Picker(zipf(_ENDPOINTS, 0.9))
        self._ending = Picker(list(_STATUSES.values()))
        self._coming = Picker(
            [_DIRECT, *(zipf(len(draws.REFERRERS)) / zipf(len(draws.REFERRERS)).sum() * (1 - _DIRECT))]
        )
        self._crossing = Picker(zipf(_PROVIDERS))

    @cached_property
    def calls(self) -> Choices:
        paths = [f"/api/{_PARTS[number % 8]}/{number // 8}" for number in range(_ENDPOINTS)]
        methods = [_METHODS[number * 7 % 10] for number in range(_ENDPOINTS)]
        schemes = ["http" if number % 20 == 19 else "https" for number in range(_ENDPOINTS)]
        return Choices.of(pl.DataFrame({"endpoint": paths, "method": methods, "protocol": schemes}))

    @cached_property
    def outcomes(self) -> Choices:
        return Choices.of(pl.DataFrame({"status": pl.Series(list(_STATUSES), dtype=pl.UInt16)}))

    @cached_property
    def referers(self) -> Choices:
        return Choices.of(pl.DataFrame({"referer": ["", *draws.REFERRERS]}))

    @cached_property
    def networks(self) -> Choices:
        return Choices.of(pl.DataFrame({"provider": [f"Network {number}" for number in range(_PROVIDERS)]}))

    @cached_property
    def addresses(self) -> Choices:
        names = [f"198.51.{number >> 8 & 255}.{number & 255}" for number in range(_ADDRESSES)]
        return Choices.of(pl.DataFrame({"ip_address": names}), plain=("ip_address",))

    def draw(self, drawn: Drawn, random: np.random.Generator) -> CallsDrawn:
        """A session's agent, place, network and address are those of its visitor."""
        count, session = len(drawn.session), drawn.session
        return CallsDrawn(
            call=self._calling.draw(random, count),
            outcome=self._ending.draw(random, count),
            referer=self._coming.draw(random, len(drawn.first))[session],
            network=self._crossing.of(drawn.bits(40))[session],
            address=(drawn.bits(44) % _ADDRESSES)[session],
            agent=self._world.surfing.of(drawn.bits(0))[session],
            place=self._world.living.of(drawn.bits(20))[session],
            bytes=(random.lognormal(0, 1, count) * 4_000).astype(np.uint64),
            duration=(random.lognormal(0, 0.8, count) * 20_000).astype(np.uint64),
        )


@dataclass(frozen=True)
class CallsDrawn:
    """Requests as numbers of rows in the tables, and what is measured of each."""

    call: NDArray[np.int32]
    outcome: NDArray[np.int32]
    referer: NDArray[np.int32]
    network: NDArray[np.int32]
    address: NDArray[np.int64]
    agent: NDArray[np.int32]
    place: NDArray[np.int32]
    bytes: NDArray[np.uint64]
    duration: NDArray[np.uint64]


@dataclass(frozen=True)
class RequestBlock(Block):
    tables: Calls
    calls: CallsDrawn

    table: ClassVar[Table] = Table.REQUESTS
    visitor_name: ClassVar[str] = "user_id"

    @cached_property
    def picks(self) -> tuple[tuple[Choices, Indexes], ...]:
        tables, calls = self.tables, self.calls
        return (
            (tables.calls, calls.call),
            (tables.outcomes, calls.outcome),
            (tables.referers, calls.referer),
            (tables.networks, calls.network),
            (tables.addresses, calls.address),
            (self.world.agents, calls.agent),
            (self.world.places, calls.place),
        )

    @property
    def viewed(self) -> Bools:
        """A request is no pageview."""
        return np.zeros(len(self.drawn.session), dtype=bool)

    @property
    def passive(self) -> Bools:
        return self.viewed

    def paths(self, places: Indexes, known: Bools) -> pa.Array:
        del known
        return texts(len(places))

    def made(self, name: str, places: Indexes) -> pa.Array:
        measured = {"bytes": self.calls.bytes, "duration_us": self.calls.duration}
        if name in measured:
            return pa.array(measured[name][places])
        if name == "host":
            return texts(len(places), f"api.{shop.HOST}")
        raise KeyError(name)
