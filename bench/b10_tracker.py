"""B10: the size of the tracker's files, compressed as a server would."""

from __future__ import annotations

import gzip
from importlib import resources

from bench.bars import Bar, Work
from bench.harness import Result


def run(_: Work) -> Result:
    assets = resources.files("footfall") / "assets"
    return {
        name: len(gzip.compress((assets / name).read_bytes(), 9))
        for name in ("t.js", "t-actions.js", "t-engagement.js", "t-vitals.js")
    }


BAR = Bar(
    name="B10",
    what="bytes of the tracker, gzip",
    bar="≤ 1,536 for the core",
    run=run,
    figure=lambda r: f"{r['t.js']:,}; parts {r['t-actions.js']:,}, {r['t-engagement.js']:,}, {r['t-vitals.js']:,}",
    met=lambda r: r["t.js"] <= 1_536,
)
