"""Where a session came from: `source` (which site) and `channel` (what kind), as docs/semantics.md names them."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from footfall.catalog.click_ids import CLICK_IDS
from footfall.pipeline.lookup import on_distinct, read_table, translate
from footfall.pipeline.urls import host

DIRECT = "direct"

_REFERRER = r"^(?i:https?|android-app|ios-app)://([^/?#\\]*)"
_HOST = r"^(?:[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*|\[[0-9a-f:.]+\])\.?$"
_COUNTRY = re.compile(r"(?:[a-z]{2,3}\.)?[a-z]{2,3}")
_KEPT_NAMES = 20_000


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
        head, _, rest = name.partition(".")
        keys = [name, f"{head}.*"] if _COUNTRY.fullmatch(rest) else [name]
        while rest:
            keys.append(f"*.{rest}")
            rest = rest.partition(".")[2]
        return next((found for key in keys if (found := self._table.get(("host", key)))), "")

    def of_utm_source(self, text: str) -> str:
        name = text.strip().lower()
        return self._table.get(("name", name)) or self.of_host(name.removeprefix("www."))

    def of_medium(self, text: str) -> str:
        return self._table.get(("medium", re.sub(r"[\s_-]", "", text.lower())), "")

    def of_click_id(self, name: str) -> str:
        return CLICK_IDS.get(name, "")


def name_sources(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds source; reads referrer and hostname. The referrer stays as sent.

    `source` is the referrer's host without `www.`, an Android or iOS app's package; `direct` where there is none,
    where it is malformed or of another scheme, and where it is the site's own host.
    """
    name = host(pl.col("referrer").str.extract(_REFERRER)).str.strip_prefix("www.")
    valid = pl.when(name.str.contains(_HOST)).then(name).otherwise(pl.lit(DIRECT))
    named = on_distinct(frame, ["referrer"], lambda distinct: distinct.select(source=valid))
    own = pl.col("source") == pl.col("hostname").str.strip_prefix("www.")
    return named.with_columns(source=pl.when(own).then(pl.lit(DIRECT)).otherwise("source"))


def name_channels(frame: pl.DataFrame, channels: Channels) -> pl.DataFrame:
    """Adds channel and drops click_id; reads utm_medium, utm_source, click_id and source.

    In order: any sign that the click was paid for; the link's tags (medium, then source); the referrer's host; a
    network's click id; `referral` for a tag or a referrer that no list has; `direct` for nothing at all.
    """
    medium = translate(frame.get_column("utm_medium"), channels.of_medium)
    name = translate(frame.get_column("utm_source"), channels.of_utm_source)
    click = translate(frame.get_column("click_id"), channels.of_click_id)
    referrer = translate(frame.get_column("source"), channels.of_host)
    tagged = (pl.col("utm_medium") != "") | (pl.col("utm_source") != "")
    known = pl.lit("")
    for said in (click, referrer, name, medium):
        known = pl.when(said != "").then(said).otherwise(known)
    paid = (medium == "paid") | (name == "paid") | (click == "paid") | (referrer == "paid")
    channel = (
        pl.when(paid)
        .then(pl.lit("paid"))
        .when(known != "")
        .then(known)
        .when(tagged | (pl.col("source") != DIRECT))
        .then(pl.lit("referral"))
        .otherwise(pl.lit(DIRECT))
    )
    return frame.with_columns(channel=channel).drop("click_id")
