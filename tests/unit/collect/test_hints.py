"""Browsers that name themselves in a client hint alone."""

from __future__ import annotations

import pytest

from footfall.collect.hints import BROWSERS, hinted_agent
from footfall.pipeline.agents import AgentParser
from footfall.pipeline.bots import TrafficClassifier

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize("name", BROWSERS)
def test_a_brand_names_the_browser(name: str) -> None:
    agent = hinted_agent(CHROME, f'"Not/A)Brand";v="8", "Chromium";v="126", "{name}";v="126"')
    found = AgentParser().parse(agent)
    assert (found.browser, found.browser_version, found.os, found.device) == (name, "126", "Windows", "desktop")


@pytest.mark.parametrize(
    "brands",
    [
        "",
        '"Google Chrome";v="126", "Chromium";v="126"',
        '"Brave"',
        '"Brave";v="x"',
        "Brave",
        "x" * 300 + '"Brave";v="126"',
    ],
)
def test_otherwise_the_agent_stands(brands: str) -> None:
    assert hinted_agent(CHROME, brands) == CHROME


def test_what_the_agent_says_itself_is_not_said_twice() -> None:
    vivaldi = f"{CHROME} Vivaldi/6.7.3329.35"
    assert hinted_agent(vivaldi, '"Vivaldi";v="6"') == vivaldi


def test_a_browser_without_a_window_is_no_person_whatever_its_agent_says() -> None:
    agent = hinted_agent(CHROME, '"Not/A)Brand";v="8", "Chromium";v="126", "HeadlessChrome";v="126"')
    assert (TrafficClassifier().classify(CHROME), TrafficClassifier().classify(agent)) == ("human", "bot")


@pytest.mark.parametrize("agent", ["", "  "])
def test_brands_make_no_browser_of_a_call_without_an_agent(agent: str) -> None:
    assert hinted_agent(agent, '"Brave";v="126", "Chromium";v="126"') == agent
