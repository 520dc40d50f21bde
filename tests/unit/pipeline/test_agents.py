from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_frames import events, requests

from footfall.pipeline.agents import Agent
from footfall.pipeline.steps import EVENT_STEPS, REQUEST_STEPS, Tools, run

GOLDEN = Path(__file__).parents[2] / "golden" / "agents" / "agents.tsv"
COLUMNS = ["browser", "browser_version", "os", "os_version", "device", "traffic"]


def golden() -> list[list[str]]:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def test_golden_agents(tools: Tools) -> None:
    rows = golden()
    frame = requests([{"user_agent": row[6]} for row in rows])
    found = run(REQUEST_STEPS, frame, tools, lambda *_: None).select(COLUMNS).rows()
    wrong = {row[6]: got for row, got in zip(rows, found, strict=True) if list(got) != row[:6]}
    assert len(rows) >= 60
    assert wrong == {}


@pytest.mark.parametrize(
    ("steps", "make", "expected"),
    [(EVENT_STEPS, events, "human"), (REQUEST_STEPS, requests, "bot")],
)
def test_no_agent(tools: Tools, steps, make, expected: str) -> None:
    found = run(steps, make([{"user_agent": ""}]), tools, lambda *_: None)
    assert found.select(COLUMNS).row(0) == ("unknown", "", "unknown", "", "unknown", expected)


def test_only_the_first_512_characters_count(tools: Tools) -> None:
    assert tools.agents.parse("x" * 512 + " Firefox/127.0") == Agent(device="other")
    assert tools.traffic.classify("x" * 512 + " GPTBot/1.0") == "human"


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (compatible; GPTBot/1.1; UptimeRobot/2.0; Googlebot/2.1)", "ai"),
        ("Mozilla/5.0 (compatible; UptimeRobot/2.0; Googlebot/2.1)", "monitor"),
        ("   ", "bot"),
        ("-", "bot"),
        ("Amazon-Route53-Health-Check-Service (ref 1; report http://amzn.to/1vsZADi)", "monitor"),
        ("ELB-HealthChecker/2.0", "monitor"),
        ("Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)", "ai"),
        ("MyNewThing-crawler/0.1", "bot"),
        ("PostmanRuntime/7.39.0", "bot"),
        ("WhatsApp/2.23.20.0 A", "bot"),
        ("WhatsApp/2.2336.9 N", "bot"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 Safari/537.36 WhatsApp/2.2336.9", "human"),
        ("Java/17.0.2", "bot"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/534.34 (KHTML, like Gecko) PhantomJS/1.9.8 Safari/534.34", "bot"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) [FBAN/FBIOS;MetaIAB Facebook]", "human"),
        ("Shop/5 CFNetwork/1494.0.7 Darwin/23.4.0", "human"),
    ],
)
def test_traffic(tools: Tools, agent: str, expected: str) -> None:
    assert tools.traffic.classify(agent) == expected
