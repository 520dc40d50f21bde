"""Results as JSON and as a table, with what they were measured on."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.bars import Bar
from bench.harness import Result, run
from bench.scale import Scale

_PACKAGES = ("footfall", "chdb", "chdb-core", "granian", "uvloop", "polars", "msgspec", "clickhouse-connect", "fastapi")


def conditions(scale: Scale) -> Result:
    """Machine, versions and scale."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": run("git", "describe", "--always", "--dirty", "--exclude=*").strip(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "load": os.getloadavg(),
        "scale": asdict(scale),
    }


def write(folder: Path, machine: Result, results: list[tuple[Bar, Result]]) -> Path:
    """latest.json and latest.md in the folder; the path of the table."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = machine | {"bars": {bar.name: found for bar, found in results}}
    (folder / "latest.json").write_text(json.dumps(whole, indent=1) + "\n")
    table = folder / "latest.md"
    table.write_text(
        "\n".join(
            [
                *_head(machine),
                *_table(results),
                *_reading(whole["bars"]),
                *_filtered(whole["bars"]),
                *_columns(whole["bars"]),
                "",
            ]
        )
    )
    return table


def _head(machine: Result) -> list[str]:
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    measured = f"Measured {machine['at']} at {machine['commit']}: {machine['cores']} cores ({machine['processor']}), "
    memory = f"{machine['memory_bytes'] / 2**30:.0f} GiB, {machine['system']}, Python {machine['python']}, {packages}."
    return [measured + memory, ""]


def _table(results: list[tuple[Bar, Result]]) -> list[str]:
    lines = ["| # | what | bar | measured | met |", "|---|---|---|---|---|"]
    for bar, found in results:
        met = "yes" if bar.met(found) else "no"
        lines.append(f"| {bar.name} | {bar.what} | {bar.bar} | {bar.figure(found)} | {met} |")
    return lines


def _filtered(bars: Result) -> list[str]:
    """The filtered queries that are the furthest from what is possible."""
    if "B5" not in bars:
        return []
    lines = ["", "| query | surface ms | by hand ms | ratio | |", "|---|---|---|---|---|"]
    worst = sorted(bars["B5"]["cases"].items(), key=lambda item: (item[1]["met"], -item[1]["ratio"]))
    for name, case in worst[:25]:
        times = f"{case['surface_ms']} | {case['by_hand_ms']} | {case['ratio']} | {'; '.join(case['problems'])}"
        lines.append(f"| `{name.replace('|', ' or ')}` | {times} |")
    return lines


def _reading(bars: Result) -> list[str]:
    """Milliseconds at p95 of every endpoint over every range; bold where the bar is not met."""
    if "B4" not in bars:
        return []
    found = bars["B4"]
    ranges = list(found["reference"])
    lines = ["", f"| endpoint, p95 ms | {' | '.join(ranges)} |", "|---|" + "---|" * len(ranges)]
    lines += [
        f"| {name} | {' | '.join(_cell(row.get(named)) for named in ranges)} |" for name, row in found["cells"].items()
    ]
    counts = [f"{found['reference'][named]['p95']:,.0f}" for named in ranges]
    return [*lines, f"| count of the rows | {' | '.join(counts)} |"]


def _cell(cell: Result | None) -> str:
    if cell is None:
        return ""
    text = f"{cell['p95']:,.0f}" if "p95" in cell else cell["errors"][0][:3]
    return text if cell["met"] else f"**{text}**"


def _columns(bars: Result) -> list[str]:
    """The columns that take the most room."""
    if "B7" not in bars:
        return []
    events = bars["B7"]["events"]
    lines = ["", "| table | column | bytes per event | compressed to |", "|---|---|---|---|"]
    for row in bars["B7"]["columns"][:25]:
        share = row["bytes"] / max(1, row["uncompressed"])
        lines.append(f"| {row['table']} | {row['column']} | {row['bytes'] / events:.2f} | {share:.0%} |")
    return lines


def _processor() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].split(":", 1)[1].strip() if names else platform.machine()
