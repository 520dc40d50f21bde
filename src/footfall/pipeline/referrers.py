"""Where a session came from: `source` (which site) and `channel` (what kind), as docs/semantics.md names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import unquote

import polars as pl

from footfall.catalog.click_ids import CLICK_IDS
from footfall.idn import ascii_host
from footfall.pipeline.lookup import on_distinct, read_table, translate
from footfall.pipeline.urls import host

DIRECT = "direct"
CHANNELS = ("paid", "email", "social", "ai", "search")
"""Channels that the lists assign; the others are `referral` and `direct`."""

_REFERRER = r"^(?i:https?|android-app|ios-app)://([^/?#\\]*)"
_HOST = r"^(?:[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*|\[[0-9a-f:.]+\])$"
_SPELLED_OTHERWISE = r"[^\x00-\x7F]|%"
_COUNTRY_LABEL = re.compile(r"[a-z]{2,3}")
_KEPT_NAMES = 20_000
_CODES = {channel: code for code, channel in enumerate(("", *CHANNELS, "referral", DIRECT))}


class Channels:
    """The lists of `data/channels.tsv`, and click ids. Look-ups return a channel, or `""` where the lists have none."""

    def __init__(self) -> None:
        self._table = {(kind, value): channel for kind, value, channel in read_table("channels.tsv")}
        self.click_ids = (
            tuple(name for name, channel in CLICK_IDS.items() if channel == "paid"),
            tuple(name for name, channel in CLICK_IDS.items() if channel != "paid"),
        )
        self.of_host = lru_cache(_KEPT_NAMES)(self._of_host)

    def _of_host(self, name: str) -> str:
        found = (self._table.get(("host", key)) for key in _patterns(name))
        return next(filter(None, found), "") or self._table.get(("first_label", name.partition(".")[0]), "")

    def of_utm_source(self, text: str) -> str:
        name = text.strip().lower()
        return self._table.get(("name", name)) or self.of_host(name.removeprefix("www.").removesuffix("."))

    def of_medium(self, text: str) -> str:
        return self._table.get(("medium", _squeezed(text)), "")

    def of_weak_medium(self, text: str) -> str:
        return self._table.get(("weak_medium", _squeezed(text)), "")

    def of_click_id(self, name: str) -> str:
        return CLICK_IDS.get(name, "")


def _squeezed(medium: str) -> str:
    return re.sub(r"[\s_-]", "", medium.lower())


def _patterns(name: str) -> Iterator[str]:
    """The host, the host without its country (`images.google.*` of `images.google.co.uk`), and wildcards above it."""
    yield name
    head, _, last = name.rpartition(".")
    shorter, _, second = head.rpartition(".")
    if head and _COUNTRY_LABEL.fullmatch(last):
        yield f"{head}.*"
        if shorter and _COUNTRY_LABEL.fullmatch(second):
            yield f"{shorter}.*"
    above = name.partition(".")[2]
    while above:
        yield f"*.{above}"
        above = above.partition(".")[2]


def name_sources(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds source; reads referrer and hostname. The referrer stays as sent.

    `source` is the referrer's host without `www.`, an Android or iOS app's package; `direct` where there is none,
    where it is malformed or of another scheme, and where it is the site's own host. A host has one spelling: in lower
    case, ASCII (`xn--…`, as browsers send it) and without a dot at its end.
    """
    return on_distinct(frame, ["referrer", "hostname"], _sources)


def _sources(distinct: pl.DataFrame) -> pl.DataFrame:
    sent = host(pl.col("referrer").str.extract(_REFERRER))
    names = distinct.select(source=sent.fill_null(""), own=pl.col("hostname"))
    one = names.with_columns(_spelled(names.get_column(column)) for column in names.columns)
    source, own = (pl.col(column).str.strip_suffix(".").str.strip_prefix("www.") for column in names.columns)
    named = source.str.contains(_HOST) & (source != own)
    return one.select(source=pl.when(named).then(source).otherwise(pl.lit(DIRECT)))


def _spelled(hosts: pl.Series) -> pl.Series:
    """Hosts in ASCII. Nearly all are already; only the others are converted, one by one."""
    others = hosts.filter(hosts.str.contains(_SPELLED_OTHERWISE)).unique()
    if others.is_empty():
        return hosts
    spelled = pl.Series([ascii_host(unquote(name).lower()) for name in others.to_list()], dtype=pl.String)
    return hosts.replace(others, spelled)


def name_channels(frame: pl.DataFrame, channels: Channels) -> pl.DataFrame:
    """Adds channel and drops click_id; reads utm_medium, utm_source, click_id and source.

    In order: any sign of a paid click; the link's tags (medium, then source, then a vague medium such as `organic`);
    the referrer's host; a network's click id; `referral` for a tag or a referrer that is on no list; else `direct`.
    """

    def code(column: str, find: Callable[[str], str]) -> pl.Series:
        return translate(frame.get_column(column), lambda text: _CODES[find(text)], pl.UInt8)

    said = (
        code("utm_medium", channels.of_medium),
        code("utm_source", channels.of_utm_source),
        code("utm_medium", channels.of_weak_medium),
        code("source", channels.of_host),
        code("click_id", channels.of_click_id),
    )
    tagged = (pl.col("utm_medium") != "") | (pl.col("utm_source") != "")
    chosen = pl.when(tagged | (pl.col("source") != DIRECT)).then(_CODES["referral"]).otherwise(_CODES[DIRECT])
    for each in reversed(said):
        chosen = pl.when(each != 0).then(each).otherwise(chosen)
    paid = pl.any_horizontal(each == _CODES["paid"] for each in said)
    found = frame.select(pl.when(paid).then(_CODES["paid"]).otherwise(chosen).cast(pl.UInt8)).to_series()
    names = pl.Series(list(_CODES), dtype=pl.String)
    return frame.with_columns(channel=names.gather(found)).drop("click_id")
