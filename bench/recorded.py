"""Measurements that the docs show: results of B4, kept in bench/measured by label and number of events.

`python -m bench run --only B4 --data DIR --record after` keeps one; `make docs` writes the table, and
`python -m bench plot` the plots.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bench.harness import BENCH, ROOT, Result

FOLDER = BENCH / "measured"
PLOTS = ROOT / "docs" / "performance"
BEFORE, AFTER = LABELS = ("before", "after")
"""Earlier figures and today's."""

_RANGES = ("24h", "7d", "30d", "12m")


@dataclass(frozen=True)
class Recorded:
    """Milliseconds by endpoint and range, on a number of events."""

    label: str
    events: int
    found: Result

    def millis(self, endpoint: str, named: str, share: str = "p50") -> float | None:
        """None where it was not measured or failed."""
        value = self.found["cells"].get(endpoint, {}).get(named, {}).get(share)
        return None if value is None else float(value)

    def failed(self, endpoint: str, named: str) -> bool:
        return bool(self.found["cells"].get(endpoint, {}).get(named, {}).get("errors"))

    def reference(self, named: str) -> float:
        return float(self.found["reference"][named]["p50"])


def keep(label: str, machine: Result, found: Result) -> Path:
    """Write what B4 found; a later record of the label and size replaces an earlier one."""
    cells = {name: {named: _brief(cell) for named, cell in row.items()} for name, row in sorted(found["cells"].items())}
    whole = {
        **{name: machine[name] for name in ("at", "commit", "cores", "processor")},
        "rows": found["rows"],
        "reference": found["reference"],
        "cells": cells,
    }
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{label}-{found['rows']['events']}.json"
    path.write_text(json.dumps(whole, indent=1) + "\n")
    return path


def _brief(cell: Result) -> Result:
    return {name: cell[name] for name in ("samples", "p50", "p95", "errors") if cell.get(name)}


def recorded() -> list[Recorded]:
    """By label and number of events."""
    found = []
    for path in FOLDER.glob("*.json"):
        label, _, events = path.stem.partition("-")
        found.append(Recorded(label, int(events), json.loads(path.read_text())))
    return sorted(found, key=lambda each: (LABELS.index(each.label), each.events))


def table() -> str:
    """Before and after at the largest number of events: medians in milliseconds."""
    found = recorded()
    if not found:
        return "Nothing is recorded yet."
    latest = found[-1]
    earlier = next((each for each in found if each.label == BEFORE and each.events == latest.events), None)
    compared = ", before → after" if earlier and earlier is not latest else ""
    machine = f"{latest.found['cores']} cores ({latest.found['processor']})"
    measured = f"measured {latest.found['at'][:10]} at {latest.found['commit']} on {machine}"
    lines = [
        f"{latest.events:,} events, medians in milliseconds{compared}; {measured}.",
        "",
        f"| endpoint | {' | '.join(_RANGES)} |",
        "|---|" + "---|" * len(_RANGES),
    ]
    lines += [
        f"| `{name}` | {' | '.join(_cell(name, named, earlier, latest) for named in _RANGES)} |"
        for name in latest.found["cells"]
    ]
    counts = [f"{latest.reference(named):,.0f}" for named in _RANGES if named in latest.found["reference"]]
    return "\n".join([*lines, f"| count of the range's rows by the engine | {' | '.join(counts)} |", *_plots()])


def _plots() -> list[str]:
    """Those that were made."""
    names = {"latency-by-rows": "Latency against events", "latency-by-range": "Latency against the range"}
    return [
        f"\n![{title}](performance/{name}.svg)" for name, title in names.items() if (PLOTS / f"{name}.svg").exists()
    ]


def _cell(name: str, named: str, earlier: Recorded | None, latest: Recorded) -> str:
    own = _shown(latest, name, named)
    before = _shown(earlier, name, named) if earlier and earlier is not latest else ""
    return f"{before} → {own}" if before else own


def _shown(found: Recorded, name: str, named: str) -> str:
    millis = found.millis(name, named)
    return "failed" if found.failed(name, named) else "" if millis is None else f"{millis:,.0f}"
