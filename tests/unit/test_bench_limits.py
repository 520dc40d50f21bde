"""The parts of writing are measured and add up; how fast they are is not looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.limits import PARTS

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_limits_are_what_the_parts_allow(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "limits", "--smoke", "--only", "B15,B14", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "limits.json").read_text())["limits"]
    assert set(found) == {"B15", "B14"}
    for parts in found.values():
        assert all(parts[part] > 0 for part in PARTS), parts
        assert parts["all"] == pytest.approx(sum(parts[part] for part in PARTS), abs=0.05)
        assert parts["limit"] * parts["all"] == pytest.approx(1e6 * (os.cpu_count() or 1), rel=0.01)
