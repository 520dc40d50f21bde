"""How fast this machine could write at most: what each part takes by itself, and the rate at which all cores are busy.

It leaves out all that parts cost each other (turns of the interpreter, caches, waits for the disk), and what runs
beside them: roll-ups, the inventory on disk, merges after the last batch. So a rate that is measured is below it.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from bench.alone import WAYS, Way
from bench.bars import Work
from bench.harness import Result, cpu_seconds, engine, free_port, make_project, opened_meta, serving, wait_quiet, wrk

PARTS = ("http", "loop", "commit", "drain", "generator")
"""The echo of the same body, the event loop's share of ours, the other threads until the commit, the drain, wrk."""


def measure(work: Work, names: tuple[str, ...]) -> Result:
    """By way in: microseconds of processor time per event, by part, and events per second at most."""
    return {name: _measured(work, name, WAYS[name]) for name in names}


def _measured(work: Work, name: str, way: Way) -> Result:
    with work.directory() as folder:
        data, bodies = folder / "data", folder / "bodies"
        make_project(data)
        with opened_meta(data) as meta:
            token, _ = meta.create_token("bench", ["ingest"], ["bench"], None)
            (project,) = meta.projects()
        # Of fewer requests than are under way at once, all may be of one commit, and so of the batch that warms up.
        way.write(bodies, max(work.scale.trial_events, 5 * way.connections * way.events), project.site_key)
        wait_quiet(work.scale.quiet)
        echo = _echo(work, way, folder, bodies, token)
        parts = echo | engine("parts", data, name, bodies, token)
    micros = sum(parts[part] for part in PARTS)
    cores = os.cpu_count() or 1
    return parts | {"all": round(micros, 2), "limit": round(cores * 1e6 / micros)}


def _echo(work: Work, way: Way, folder: Path, bodies: Path, token: str) -> Result:
    """The server's share and the load generator's, per event; requests per second."""
    port = free_port()
    with serving([sys.executable, "-m", "bench.echo", str(port)], port, folder / "echo.log", "/") as process:
        headers = (part.decode() for header in way.headers(0) for part in header)
        before, generator = cpu_seconds(process.pid), _generator()
        answer = wrk(
            process.url + way.path, "lines.lua", bodies, *headers,
            connections=way.connections, seconds=work.scale.single_seconds, token=token,
        )  # fmt: skip
        events = answer["requests"] * way.events
        return {
            "http": round((cpu_seconds(process.pid) - before) / events * 1e6, 2),
            "generator": round((_generator() - generator) / events * 1e6, 2),
            "echo": round(answer["requests"] / answer["seconds"]),
        }


def _generator() -> float:
    """Seconds of processor time of the programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(found: Result) -> str:
    """A line for each way in."""
    heads = ["", *PARTS, "all", "limit", "echo"]
    lines = [[name, *(str(parts[head]) for head in heads[1:])] for name, parts in found.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in [heads, ["---"] * len(heads), *lines])
