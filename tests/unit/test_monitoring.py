"""The alerts and the dashboard ask for metrics that there are, and each alert has an entry in the runbook."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from footfall.api.metrics import Metrics
from footfall.model.progress import Standstill
from footfall.spool.protocol import SpoolState

DOCS = Path(__file__).parents[2] / "docs"
RULES: list[dict[str, Any]] = yaml.safe_load((DOCS / "monitoring" / "footfall.rules.yml").read_text())["groups"][0][
    "rules"
]
PANELS: list[dict[str, Any]] = json.loads((DOCS / "monitoring" / "grafana.json").read_text())["panels"]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in RULES)
    yield from (target["expr"] for panel in PANELS for target in panel["targets"])


@pytest.fixture
def exposed(tmp_path: Path) -> str:
    """All metrics, each with its labels."""
    metrics = Metrics()
    metrics.parts_set_aside = {"events": 1}
    metrics.rows_lost = {"events": 1}
    metrics.jobs_failing = {"erasures": 1.0}
    metrics.tails_behind = {"access.log": 1}
    metrics.step("insert", 1.0)
    metrics.drained("events", 1)
    metrics.failed("drain")
    metrics.accepted("web", 1)
    metrics.refused("web", "too_long")
    page = metrics.render(SpoolState(1, 1, 1, 1, 1, 1), [Standstill("serve", 1, 1.0, "why")], tmp_path)
    return page.decode()


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_metric_and_label_exists(exposed: str, expression: str) -> None:
    for name, labels in re.findall(r"\b(footfall_\w+)(?:\{([^}]*)\})?", expression):
        if name.startswith("footfall_http_request_seconds"):
            assert set(re.findall(r"(\w+)=", labels)) <= {"instance", "status", "route"}
        elif name != "footfall_dropped_total":  # it is exposed once there is one
            assert re.search(rf"^{name}[ {{]", exposed, re.MULTILINE), name
    for grouped in re.findall(r"by \(([\w, ]+)\)", expression):
        for label in set(grouped.split(", ")) - {"instance", "le", "status", "route", "reason"}:
            assert f'{label}="' in exposed, label


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_has_an_entry_in_the_runbook(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "warn"}
    assert rule["annotations"]["summary"]
    assert f"\n#### {rule['alert']}\n" in (DOCS / "operations.md").read_text(encoding="utf-8")
    shown = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
    assert set(shown) <= {"instance", "spool", "stage", "table", "file", "job"}
