"""The benchmarks run, count exactly and say what they measured; how fast anything was is not looked at."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bench.scale import FULL, SMOKE
from bench.statements import HEAD

ROOT = Path(__file__).parents[2]
FIELDS = {
    "B1": {"median", "against_median", "ratio", "values", "against", "answered", "accepted", "queryable"},
    "B2": {"median", "against_median", "ratio", "values", "against", "connections", "peak_bytes", "drain_steps"},
    "B3": {"median", "against_median", "ratio", "values", "against", "log", "rows", "goaccess"},
    "B4": {"cells", "reference", "over", "rows", "peak_bytes"},
    "B5": {"worst_ratio", "median_ratio", "over", "cases", "events"},
    "B7": {"bytes_per_event", "bytes_per_event_as_left", "directory_bytes_per_event", "columns", "filling"},
    "B8": {"fresh_bytes", "peak_bytes", "after_bytes"},
    "B9": {"first_seconds", "again_seconds", "full_seconds"},
    "B10": {"t.js", "t-actions.js", "t-engagement.js", "t-vitals.js"},
    "B12": {"frameworks", "worst_micros"},
    "B13": {"median", "against_median", "ratio", "filling"},
    "B15": {"median", "against_median", "ratio", "answered", "accepted", "queryable"},
    "B16": {"painted_ms", "filtered_ms", "requests", "queries", "loaded_bytes", "values", "directory"},
    "B14": {"median", "queryable_median", "logs"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for tool in ("wrk", "goaccess"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: bash bench/tools.sh")
    out = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "bench", "run", "--smoke", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def measured(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "latest.json").read_text())
    return found


@pytest.mark.slow
def test_every_bar_has_its_fields(measured: dict[str, Any]) -> None:
    missing = {name: fields - measured["bars"].get(name, {}).keys() for name, fields in FIELDS.items()}
    assert missing == {name: set() for name in FIELDS}


@pytest.mark.slow
def test_conditions_are_named(measured: dict[str, Any]) -> None:
    assert measured["cores"] >= 1
    assert {"footfall", "chdb", "granian"} <= measured["packages"].keys()
    assert measured["scale"]["events"] == SMOKE.events


@pytest.mark.slow
def test_no_event_is_lost_or_doubled(measured: dict[str, Any]) -> None:
    single = measured["bars"]["B1"]
    assert single["queryable"] == single["accepted"] >= single["answered"] > 0
    assert measured["bars"]["B2"]["events"] == SMOKE.events  # the run fails where the store counts another number
    assert measured["bars"]["B7"]["events"] == SMOKE.stored
    assert measured["bars"]["B13"]["filling"]["rows"]  # so many requests that there are cells
    rows = measured["bars"]["B3"]["rows"]
    assert rows["imported"] + rows["rejected"] == SMOKE.lines
    assert rows["goaccess_valid"] + rows["goaccess_failed"] == SMOKE.lines


@pytest.mark.slow
def test_the_table_has_a_line_for_every_bar(folder: Path) -> None:
    table = (folder / "latest.md").read_text()
    assert [name for name in FIELDS if f"| {name} |" not in table] == []


def test_a_share_of_the_whole_keeps_round_counts() -> None:
    part = FULL.times(0.1)
    assert (part.events, part.lines, part.stored, part.visitors) == (100_000, 200_000, 500_000, 25_000)
    assert (part.runs, part.settle) == (FULL.runs, FULL.settle)
    assert FULL.times(0.0001).events == 1_000


@pytest.mark.slow
def test_a_project_is_measured_beside_one_that_misbehaves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "fairness", "--smoke", "--only", "search,elsewhere"]
    command += ["--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "fairness.json").read_text())
    assert [*found] == ["search", "elsewhere"]
    assert all(side["samples"] for sides in found.values() for side in sides.values())
    assert "| elsewhere |" in done.stdout


@pytest.mark.slow
def test_what_answers_ask_is_measured_by_itself(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "statements", "--smoke", "--endpoints", "kpis,proxy-traffic"]
    command += ["--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stderr
    cells = json.loads((tmp_path / "statements.json").read_text())["cells"]
    assert {(name, named) for name, row in cells.items() for named in row} == {
        ("kpis", "30d"),
        ("proxy-traffic", "30d"),
    }
    for cell in (row["30d"] for row in cells.values()):
        assert (cell["error"], cell["samples"]) == ("", SMOKE.samples)
        assert cell["asked"] == len(cell["statements"]) > 0
        assert all(one["cpu"] > 0 and one["plan"] > 0 for one in cell["statements"])
    asked = " ".join(one["sql"] for one in cells["proxy-traffic"]["30d"]["statements"])
    assert "proxy_logs" in asked
    assert " events " not in asked  # those of the other answer
    assert done.stdout.splitlines()[:2] == HEAD.splitlines()
    assert [text.split(" | ")[0] for text in done.stdout.splitlines()[2:]] == ["| kpis", "| proxy-traffic"]
