"""The pipeline as lists of steps: what happens to a batch of each kind of fact between the spool and the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from footfall.catalog.columns import EVENTS, HUMAN, TEXT_CAPS
from footfall.pipeline.agents import AgentParser, parse_agents
from footfall.pipeline.bots import TrafficClassifier, classify_traffic
from footfall.pipeline.lookup import on_distinct
from footfall.pipeline.referrers import Channels, name_channels, name_sources
from footfall.pipeline.urls import parse_urls

_LANGUAGE = r"(?s)^\s*([A-Za-z]{2,3})(?:[-_][A-Za-z]{4})?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?(?:[-_,;\s].*)?$"


@dataclass(frozen=True)
class Tools:
    """What steps look things up in: built once per process, shared by all its batches and threads."""

    agents: AgentParser
    traffic: TrafficClassifier
    channels: Channels

    @classmethod
    def default(cls) -> Tools:
        return cls(AgentParser(), TrafficClassifier(), Channels())


@dataclass(frozen=True)
class Step:
    """A frame in, the same rows in the same order out, with columns added or set. Never raises on any text."""

    name: str
    run: Callable[[pl.DataFrame, Tools], pl.DataFrame]


def _cap_texts(frame: pl.DataFrame, _: Tools) -> pl.DataFrame:
    """Texts over their cap (`TEXT_CAPS`) are cut; an absent text is `""`."""
    texts = frame.with_columns(pl.col(pl.String).fill_null(""))
    capped = [name for name in TEXT_CAPS if name in frame.columns]
    # A text has at least as many bytes as characters, and bytes are cheap to count: most columns are skipped.
    longest = texts.select(pl.col(capped).str.len_bytes().max().fill_null(0)).row(0, named=True)
    over = [name for name in capped if longest[name] > TEXT_CAPS[name]]
    return texts.with_columns(pl.col(name).str.slice(0, TEXT_CAPS[name]) for name in over)


def _drop_unknown(frame: pl.DataFrame, _: Tools) -> pl.DataFrame:
    """A text that is none of its column's names (`among`) counts as absent."""
    return frame.with_columns(
        pl.when(pl.col(column.name).is_in(column.among())).then(column.name).otherwise(pl.lit("")).alias(column.name)
        for column in EVENTS
        if column.among
    )


def _tidy_country(frame: pl.DataFrame, _: Tools) -> pl.DataFrame:
    """Two capital letters, or `""`."""
    country = pl.col("country")
    valid = pl.when(country.str.contains(r"^[A-Za-z]{2}$")).then(country.str.to_uppercase()).otherwise(pl.lit(""))
    return on_distinct(frame, ["country"], lambda distinct: distinct.select(country=valid))


def _tidy_language(frame: pl.DataFrame, _: Tools) -> pl.DataFrame:
    """The first tag of a list as `en` or `en-US` (BCP 47 language and region; script and variants go), or `""`."""
    language = pl.col("language").str.extract(_LANGUAGE, 1).str.to_lowercase()
    region = pl.col("language").str.extract(_LANGUAGE, 2).str.to_uppercase()
    tag = pl.concat_str(language, pl.concat_str(pl.lit("-"), region).fill_null("")).fill_null("")
    return on_distinct(frame, ["language"], lambda distinct: distinct.select(language=tag))


def _parse_url(frame: pl.DataFrame, tools: Tools) -> pl.DataFrame:
    return parse_urls(frame, tools.channels.click_ids)


def _classify_event_traffic(frame: pl.DataFrame, tools: Tools) -> pl.DataFrame:
    # A custom event that a backend sends has no agent, but a person caused it.
    return classify_traffic(frame, tools.traffic, empty=HUMAN)


def _classify_request_traffic(frame: pl.DataFrame, tools: Tools) -> pl.DataFrame:
    return classify_traffic(frame, tools.traffic, empty="bot")


def _parse_agent(frame: pl.DataFrame, tools: Tools) -> pl.DataFrame:
    return parse_agents(frame, tools.agents)


def _name_source(frame: pl.DataFrame, _: Tools) -> pl.DataFrame:
    return name_sources(frame)


def _name_channel(frame: pl.DataFrame, tools: Tools) -> pl.DataFrame:
    return name_channels(frame, tools.channels)


EVENT_STEPS: tuple[Step, ...] = (
    Step("parse_url", _parse_url),  # before the cap: campaign labels stand at the end of long URLs
    Step("cap_texts", _cap_texts),
    Step("classify_traffic", _classify_event_traffic),
    Step("parse_agent", _parse_agent),
    Step("name_source", _name_source),
    Step("name_channel", _name_channel),
    Step("tidy_language", _tidy_language),
    Step("drop_unknown", _drop_unknown),
    Step("tidy_country", _tidy_country),
)

REQUEST_STEPS: tuple[Step, ...] = (
    Step("cap_texts", _cap_texts),
    Step("classify_traffic", _classify_request_traffic),
    Step("parse_agent", _parse_agent),
    Step("tidy_country", _tidy_country),
)

ENGAGEMENT_STEPS: tuple[Step, ...] = (
    Step("parse_url", _parse_url),
    Step("cap_texts", _cap_texts),
    Step("classify_traffic", _classify_event_traffic),
    Step("parse_agent", _parse_agent),
    Step("tidy_country", _tidy_country),
)


def run(
    steps: Iterable[Step], frame: pl.DataFrame, tools: Tools, observe: Callable[[str, float], None]
) -> pl.DataFrame:
    """The frame after every step in turn; `observe` is told each step's name and seconds."""
    for step in steps:
        started = time.perf_counter()
        frame = step.run(frame, tools)
        observe(step.name, time.perf_counter() - started)
    return frame
