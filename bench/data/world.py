"""The distinct values of the made-up events, with everything that the product's pipeline derives from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench import shop
from bench.data import draws
from bench.data.choices import Choices, Picker, zipf
from footfall.catalog.columns import HUMAN, UTM
from footfall.pipeline.agents import parse_agents
from footfall.pipeline.bots import classify_traffic
from footfall.pipeline.referrers import name_channels, name_sources
from footfall.pipeline.steps import Tools
from footfall.pipeline.urls import parse_urls

LARGE_HOSTS = ("www.shop.example", "shop.example", "blog.shop.example")


@dataclass(frozen=True)
class World:
    """Tables that events pick from, and how.

    `pages` has one row more, without a path: that of a session without pageviews. `arrivals` has the ways from outside
    first, then one row per host for pages that another page of the host leads to.
    """

    tools: Tools

    @cached_property
    def pages(self) -> Choices:
        paths = list(shop.PATHS[: draws.PAGES])
        titles = [path.strip("/").replace("-", " ").replace("/", " - ").title() or "Shop" for path in paths]
        return Choices.of(pl.DataFrame({"path": [*paths, ""], "title": [*titles, ""]}))

    @cached_property
    def hosts(self) -> Choices:
        names = [*LARGE_HOSTS, *(f"site{number}.example" for number in range(1, draws.SMALL + 1))]
        return Choices.of(pl.DataFrame({"hostname": names, "url_base": [f"https://{name}" for name in names]}))

    @cached_property
    def outside(self) -> tuple[list[tuple[str, str]], list[float]]:
        """Referrers and query strings of the ways from outside, and their weights."""
        pairs, weights = [("", "")], [(1 - draws.CAMPAIGNS) * draws.DIRECT]
        shares = zipf(len(draws.REFERRERS)) / zipf(len(draws.REFERRERS)).sum()
        for referrer, share in zip(draws.REFERRERS, shares, strict=True):
            pairs.append((referrer, ""))
            weights.append(share * (1 - draws.CAMPAIGNS) * (1 - draws.DIRECT))
        known = ("", *draws.KNOWN_REFERRERS[:4])
        for place, query in enumerate(draws.QUERIES):
            for referrer in known:
                pairs.append((referrer, query))
                weights.append(draws.CAMPAIGNS / (1 + place) / len(known) / np.sum(zipf(len(draws.QUERIES))))
        return pairs, weights

    @cached_property
    def arrivals(self) -> Choices:
        pairs, _ = self.outside
        hosts = self.hosts.columns["hostname"].to_pylist()
        rows = [(referrer, query, LARGE_HOSTS[0]) for referrer, query in pairs]
        rows += [(f"https://{host}/", "", host) for host in hosts]
        frame = pl.DataFrame(rows, schema=["referrer", "url_rest", "hostname"], orient="row")
        frame = frame.with_columns(url=pl.format("https://{}/{}", "hostname", "url_rest"), path=pl.lit(""))
        frame = name_sources(parse_urls(frame, self.tools.channels.click_ids))
        frame = name_channels(frame, self.tools.channels)
        return Choices.of(frame.select("referrer", "url_rest", "source", "channel", *UTM), plain=("url_rest",))

    @cached_property
    def agents(self) -> Choices:
        frame = pl.DataFrame({"user_agent": self._agents}).with_columns(pl.col("user_agent").cast(pl.String))
        frame = parse_agents(classify_traffic(frame, self.tools.traffic, empty=HUMAN), self.tools.agents)
        sizes = {"mobile": draws.MOBILE_SCREENS, "tablet": draws.TABLET_SCREENS, "desktop": draws.DESKTOP_SCREENS}
        found = []
        for place, device in enumerate(frame["device"]):
            screens = sizes.get(device, ("",))
            found.append(screens[place % _SCREENS % len(screens)])
        return Choices.of(frame.with_columns(screen=pl.Series(found)))

    @cached_property
    def people(self) -> NDArray[np.bool_]:
        """Which agents are those of people."""
        return np.array([label == HUMAN for label in self.agents.columns["traffic"].to_pylist()])

    @property
    def _agents(self) -> list[str]:
        """Every agent of a browser with several screens, then the bots."""
        return [agent for agent in draws.AGENTS for _ in range(_SCREENS)] + list(shop.BOTS)

    @cached_property
    def places(self) -> Choices:
        """Cities, twice each: with their country's language and with that of many visitors everywhere."""
        share = zipf(len(draws.COUNTRIES), 1.1)
        each = np.maximum(2, np.round(share / share.sum() * draws.CITIES)).astype(int)
        rows = []
        for (country, language, zone), count in zip(draws.COUNTRIES, each.tolist(), strict=True):
            for number in range(count):
                region = f"{country} Region {number % max(1, count // 8) + 1}"
                city = f"{country} City {number + 1}"
                rows += [(country, region, city, spoken, zone) for spoken in (language, _ABROAD)]
        frame = pl.DataFrame(rows, schema=["country", "region", "city", "language", "timezone"], orient="row")
        return Choices.of(frame)

    @cached_property
    def actions(self) -> Choices:
        """Row 0 is a pageview; the others are custom events with their properties and what was paid."""
        rows: list[tuple[int, str, str, int, str, str, str]] = [(1, "", "page_view", 0, "", "0", "")]
        for place, name in enumerate(draws.ACTIONS):
            for variant in range(draws.VARIANTS if name in draws.WITH_PROPERTIES else 1):
                paid = name == draws.PAID
                amount = f"{5 + variant * 7 % 240}.{variant % 4 * 25:02}" if paid else "0"
                currency = ("EUR", "USD", "GBP")[variant % 3] if paid else ""
                passive = int(name in draws.PASSIVE)
                rows.append((2, name, "user_action", passive, _properties(place, name, variant), amount, currency))
        names = ["event_type", "name", "category", "passive", "properties", "revenue", "currency"]
        frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(
            pl.col("event_type").cast(pl.Int8),
            pl.col("passive").cast(pl.UInt8),
            pl.col("revenue").cast(pl.Decimal(18, 4)),
            priority=pl.lit("medium"),
        )
        return Choices.of(frame, plain=("properties",))

    @cached_property
    def arriving(self) -> Picker:
        return Picker(self.outside[1])

    @cached_property
    def surfing(self) -> Picker:
        """Agents: each version and screen less often than the one before."""
        people = np.repeat(zipf(len(draws.AGENTS), 0.7), _SCREENS)
        bots = zipf(len(shop.BOTS))
        people *= (1 - draws.BOTS) / people.sum()
        return Picker(np.concatenate([people, bots * draws.BOTS / bots.sum()]))

    @cached_property
    def living(self) -> Picker:
        """Cities, few of them often: those of a country in turn."""
        countries = np.array(self.places.columns["country"].to_pylist())
        share = dict(zip((row[0] for row in draws.COUNTRIES), zipf(len(draws.COUNTRIES), 1.1), strict=True))
        weights = []
        for country, weight in share.items():
            own = zipf(int((countries == country).sum()) // 2, 0.9)
            weights.append(np.outer(own / own.sum() * weight, (1 - _ABROAD_SHARE, _ABROAD_SHARE)).ravel())
        return Picker(np.concatenate(weights))

    @cached_property
    def acting(self) -> Picker:
        """Custom events, from row 1."""
        names = np.array(self.actions.columns["name"].to_pylist()[1:])
        share = dict(zip(draws.ACTIONS, zipf(len(draws.ACTIONS), 0.8), strict=True))
        return Picker([share[name] / (names == name).sum() for name in names.tolist()])

    @property
    def home(self) -> int:
        """The first arrival from the own host; the next ones are those of the next hosts."""
        return len(self.outside[0])


_SCREENS = 4
_ABROAD, _ABROAD_SHARE = "en-US", 0.15


def _properties(place: int, name: str, variant: int) -> str:
    if name not in draws.WITH_PROPERTIES:
        return ""
    found = {"plan": ("free", "pro", "team")[variant % 3], "value": place * 100 + variant, "step": variant % 7}
    return msgspec.json.encode(found).decode()
