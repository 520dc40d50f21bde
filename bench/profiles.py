"""Where the time of B1 and of the drain goes, by function: cProfile slows everything down, shares are what counts."""

from __future__ import annotations

import pstats
from pathlib import Path

from bench import b1_single
from bench.bars import Work
from bench.harness import engine, footfall_server, make_project

_LINES = 45


def profile(work: Work) -> None:
    """Print both profiles, the heaviest functions by their own time first."""
    with work.directory() as folder:
        with footfall_server(folder / "single", profile=folder / "single.prof") as server:
            b1_single.load(work, b1_single.EVENTS, server.process.url, 1, server)
            b1_single.settle(b1_single.EVENTS, server)
        _show("B1: the event loop's thread", folder / "single.prof")
        data = folder / "drain"
        make_project(data)
        found = engine("fill", data, work.scale.trial_events, work.scale.visitors, 30, folder / "drain.prof")
        print(f"drain: {found}")
        _show("The drain, without the rest of the server", folder / "drain.prof")


def _show(title: str, path: Path) -> None:
    print(f"\n{title}")
    stats = pstats.Stats(str(path))
    stats.strip_dirs().sort_stats("tottime").print_stats(_LINES)
