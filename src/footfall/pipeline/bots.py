"""Who is behind a user agent: people (`human`), AI crawlers and assistants (`ai`), monitors, scanners, others (`bot`).

Crawlers and most scanners come from the `crawler-user-agents` list (https://github.com/monperrus/crawler-user-agents);
`data/traffic.tsv` has everything else, and the few patterns of that list that real browsers match.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import polars as pl

from footfall.catalog.columns import HUMAN
from footfall.pipeline.agents import AGENT_CHARS, KEPT_AGENTS
from footfall.pipeline.lookup import look_up, read_table
from footfall.pipeline.rules import RuleSet


class TrafficClassifier:
    """Classifies agents and remembers the last 20,000. Safe in many threads; building it takes 50 ms."""

    def __init__(self) -> None:
        self._rules = RuleSet(_rules())
        self.classify = lru_cache(KEPT_AGENTS)(self._classify)

    def _classify(self, agent: str) -> str:
        """`human`, `ai`, `monitor`, `scanner` or `bot`; an agent of nothing but spaces is `bot`."""
        text = agent[:AGENT_CHARS]
        return self._rules.first(text) or HUMAN if text.strip() else "bot"


def _rules() -> Iterator[tuple[str, str]]:
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # noqa: PLC0415 - reads its list when imported

    kept = [(row[0], row[1]) for row in read_table("traffic.tsv")]
    skipped = {pattern for label, pattern in kept if label == "skip"}
    for wanted in (HUMAN, "ai", "monitor", "scanner"):
        yield from ((label, pattern) for label, pattern in kept if label == wanted)
    listed = [row for row in CRAWLER_USER_AGENTS_DATA if row["pattern"] not in skipped]
    yield from (("scanner" if "scanner" in row["tags"] else "bot", row["pattern"]) for row in listed)
    yield from ((label, pattern) for label, pattern in kept if label == "bot")


def classify_traffic(frame: pl.DataFrame, classifier: TrafficClassifier, *, empty: str) -> pl.DataFrame:
    """Adds traffic; reads user_agent. `empty` is the class of rows without an agent."""
    found = look_up(frame, "user_agent", lambda agent: (classifier.classify(agent),), ["traffic"])
    return found.with_columns(
        traffic=pl.when(pl.col("user_agent") == "").then(pl.lit(empty)).otherwise("traffic"),
    )
