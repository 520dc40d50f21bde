"""B1 and B15: single events, durable at the answer, against an echo of the same bytes by the same server."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from bench.bars import Bar, Work
from bench.harness import Process, Result, Server, cpu_seconds, footfall_server, free_port, paired, serving, wrk


@dataclass(frozen=True)
class Way:
    """A way in: its path, the script that sends to it, and what /metrics calls it."""

    path: str
    script: str
    surface: str


EVENTS = Way("/api/v1/analytics", "single.lua", "events")
BROWSERS = Way("/api/collect", "collect.lua", "collect")


def run(work: Work, way: Way) -> Result:
    port = free_port()
    with (
        work.directory() as folder,
        footfall_server(folder / "data") as server,
        serving([sys.executable, "-m", "bench.echo", str(port)], port, folder / "echo.log", "/") as echo,
    ):
        own, other = (_Side(work, way, process, server) for process in (server.process, echo))
        warm_up(way, server, echo.url)
        warm = accepted(way, server)

        def footfall_side(number: int) -> float:
            rate = own.measure(number)
            settle(way, server)
            return rate

        found = paired(work.scale.runs, work.scale.quiet, footfall_side, other.measure)
        stored = accepted(way, server) - warm
        check(own.answered, stored, work)
        return found | {
            "connections": work.scale.single_connections,
            "answered": own.answered,
            "cpu_micros": own.cpu_micros(),
            "against_cpu_micros": other.cpu_micros(),
            "accepted": stored,
            "queryable": server.total_events() - warm,
            "drain_steps": server.steps(),
        }


class _Side:
    """A server under load, with what it answered and the processor time that it took meanwhile."""

    def __init__(self, work: Work, way: Way, process: Process, server: Server) -> None:
        self._work = work
        self._way = way
        self._process = process
        self._server = server
        self._cpu = 0.0
        self.answered = 0

    def measure(self, number: int) -> float:
        """Requests per second."""
        before = cpu_seconds(self._process.pid)
        answer = load(self._work, self._way, self._process.url, number, self._server)
        self._cpu += cpu_seconds(self._process.pid) - before
        self.answered += answer["requests"]
        return float(answer["requests"] / answer["seconds"])

    def cpu_micros(self) -> float:
        """Microseconds of processor time per request."""
        return round(self._cpu / self.answered * 1e6, 1)


def warm_up(way: Way, server: Server, echo_url: str) -> None:
    """A second of each side that counts for nothing."""
    for url in (echo_url, server.process.url):
        wrk(url + way.path, way.script, "warm", server.site_key, connections=8, seconds=1, token=server.token)
    settle(way, server)


def load(work: Work, way: Way, url: str, number: int, server: Server) -> Result:
    scale = work.scale
    return wrk(
        url + way.path, way.script, number, server.site_key,
        connections=scale.single_connections, seconds=scale.single_seconds, token=server.token,
    )  # fmt: skip


def accepted(way: Way, server: Server) -> int:
    """Events that the server has acknowledged since its start."""
    return int(server.metrics().get(f'footfall_accepted_total{{surface="{way.surface}"}}', 0))


def settle(way: Way, server: Server) -> None:
    """Until everything acknowledged can be queried: the next measurement starts with nothing left to do.

    Both counts may still grow, by what was under way when the generator stopped.
    """
    until = time.monotonic() + 60
    while (total := server.total_events()) != (expected := accepted(way, server)):
        if time.monotonic() > until:
            raise RuntimeError(f"{total} events can be queried, {expected} were acknowledged")
        time.sleep(0.05)


def check(sent: int, stored: int, work: Work) -> None:
    """The generator stops while requests are under way: their events are stored and their answers not counted."""
    slack = work.scale.runs * work.scale.single_connections
    if not sent <= stored <= sent + slack:
        raise RuntimeError(f"{sent} events were answered and {stored} stored")


BAR = Bar(
    name="B1",
    what="single events, durable at the answer, against an echo",
    bar="≥ 60 % of its requests/s",
    run=lambda work: run(work, EVENTS),
    figure=lambda r: f"{r['median']:,} requests/s, echo {r['against_median']:,}: {r['ratio']:.1%}",
    met=lambda r: r["ratio"] >= 0.6,
)
