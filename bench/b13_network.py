"""B13: one uncached answer of the network surface over a week, against ten breakdowns asked one after the other."""

from __future__ import annotations

from bench.bars import Bar, Work
from bench.harness import Result, engine, wait_quiet


def run(work: Work) -> Result:
    with work.directory() as data:
        filling = engine("requests", data, work.scale.requests)
        wait_quiet(work.scale.quiet)
        return engine("breakdowns", data, work.scale.runs) | {"filling": filling}


BAR = Bar(
    name="B13",
    what="the network surface over 7 days, total and nine groupings, against ten breakdowns one after the other",
    bar="≤ half of their time, and ≤ 400 ms",
    run=run,
    figure=lambda r: f"{r['median']:.3f} s, one by one {r['against_median']:.3f} s: {r['ratio']:.2f}",
    met=lambda r: r["ratio"] <= 0.5 and r["median"] <= 0.4,
)
