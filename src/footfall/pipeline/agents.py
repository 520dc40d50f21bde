"""User agents to plain families: browser, OS and device as docs/semantics.md names them.

Families come from the `ua-parser` definitions (https://github.com/ua-parser/uap-core) through their Rust resolver;
`data/families.tsv` gives our names where they differ, `data/devices.tsv` decides the class of device.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, Protocol

import polars as pl

from footfall.catalog.columns import HUMAN, TEXT_CAPS
from footfall.pipeline.lookup import look_up, read_table
from footfall.pipeline.rules import RuleSet

AGENT_CHARS = TEXT_CAPS["user_agent"]
"""Characters of a user agent that are parsed; the rest is cut off before."""

UNKNOWN = "unknown"
_LABEL_CHARS = 128
_VERSION_CHARS = 16
KEPT_AGENTS = 20_000
"""How many agents are remembered with what was found about them."""

_NO_VERSION = frozenset({"Linux", "WebKit"})  # the definitions give a distribution's or a kernel's, and the engine's
_HANDHELD = frozenset({"mobile", "tablet"})


class Agent(NamedTuple):
    browser: str = UNKNOWN
    browser_version: str = ""  # major, or major.minor where minor is not 0
    os: str = UNKNOWN
    os_version: str = ""
    device: str = UNKNOWN  # desktop, mobile, tablet, other; unknown for an empty agent


class _Found(Protocol):
    family: str
    major: str | None
    minor: str | None


class AgentParser:
    """Parses agents and remembers the last 20,000. Safe in many threads; building it takes 0.3 s."""

    def __init__(self) -> None:
        from ua_parser.loaders import load_lazy_builtins  # noqa: PLC0415 - the definitions are read when imported
        from ua_parser.regex import Resolver  # noqa: PLC0415 - as above

        matchers = load_lazy_builtins()
        resolver = Resolver((matchers[0], matchers[1], []))
        self._browsers = resolver.ua
        self._systems = resolver.os
        self._names = {(kind, theirs): ours for kind, theirs, ours in read_table("families.tsv")}
        self._devices = RuleSet((label, pattern) for label, pattern in read_table("devices.tsv"))
        self.parse = lru_cache(KEPT_AGENTS)(self._parse)

    def _parse(self, agent: str) -> Agent:
        text = agent[:AGENT_CHARS]
        if not text.strip():
            return Agent()
        browser, browser_version = self._name("browser", self._browsers.extract(text))
        system, system_version = self._name("os", self._systems.extract(text))
        device = self._devices.first(text) or "other"
        if system == "macOS" and device in _HANDHELD:  # in desktop mode: what it says of its system is made up
            system, system_version = "iOS", ""
        return Agent(browser, browser_version, system, system_version, device)

    def _name(self, kind: str, found: _Found | None) -> tuple[str, str]:
        if found is None:
            return UNKNOWN, ""
        family = self._names.get((kind, found.family), found.family)[:_LABEL_CHARS]
        return family, "" if family in _NO_VERSION else _version(found)


def _version(found: _Found) -> str:
    major, minor = found.major or "", found.minor or ""
    return (major if minor in {"", "0"} else f"{major}.{minor}")[:_VERSION_CHARS]


def parse_agents(frame: pl.DataFrame, parser: AgentParser) -> pl.DataFrame:
    """Adds browser, browser_version, os, os_version and device; reads user_agent and traffic.

    A program has no device: traffic that is not `human` is `other`, whichever browser it claims to be.
    """
    parsed = look_up(frame, "user_agent", parser.parse, Agent._fields)
    is_program = (pl.col("traffic") != HUMAN) & (pl.col("user_agent") != "")
    return parsed.with_columns(device=pl.when(is_program).then(pl.lit("other")).otherwise("device"))
