"""B1: single events, durable at the answer, against an echo of the same bytes by the same server."""

from __future__ import annotations

import sys
import time

from bench.bars import Bar, Work
from bench.harness import Process, Result, Server, cpu_seconds, footfall_server, free_port, paired, serving, wrk

PATH = "/api/v1/analytics"


def run(work: Work) -> Result:
    port = free_port()
    with (
        work.directory() as folder,
        footfall_server(folder / "data") as server,
        serving([sys.executable, "-m", "bench.echo", str(port)], port, folder / "echo.log", "/") as echo,
    ):
        own, other = _Side(work, server.process, server.token), _Side(work, echo, server.token)
        warm_up(server, echo.url)
        warm = accepted(server)

        def footfall_side(number: int) -> float:
            rate = own.measure(number)
            settle(server)
            return rate

        found = paired(work.scale.runs, work.scale.quiet, footfall_side, other.measure)
        stored = accepted(server) - warm
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

    def __init__(self, work: Work, process: Process, token: str) -> None:
        self._work = work
        self._process = process
        self._token = token
        self._cpu = 0.0
        self.answered = 0

    def measure(self, number: int) -> float:
        """Requests per second."""
        before = cpu_seconds(self._process.pid)
        answer = load(self._work, self._process.url, number, self._token)
        self._cpu += cpu_seconds(self._process.pid) - before
        self.answered += answer["requests"]
        return float(answer["requests"] / answer["seconds"])

    def cpu_micros(self) -> float:
        """Microseconds of processor time per request."""
        return round(self._cpu / self.answered * 1e6, 1)


def warm_up(server: Server, echo_url: str) -> None:
    """A second of each side that counts for nothing."""
    for url in (echo_url, server.process.url):
        wrk(url + PATH, "single.lua", "warm", connections=8, seconds=1, token=server.token)
    settle(server)


def load(work: Work, url: str, number: int, token: str) -> Result:
    scale = work.scale
    return wrk(
        url + PATH, "single.lua", number,
        connections=scale.single_connections, seconds=scale.single_seconds, token=token,
    )  # fmt: skip


def accepted(server: Server) -> int:
    """Events that the server has acknowledged since its start."""
    return int(server.metrics().get('footfall_accepted_total{surface="events"}', 0))


def settle(server: Server) -> None:
    """Until everything acknowledged can be queried: the next measurement starts with nothing left to do.

    Both counts may still grow, by what was under way when the generator stopped.
    """
    until = time.monotonic() + 60
    while (total := server.total_events()) != (expected := accepted(server)):
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
    run=run,
    figure=lambda r: f"{r['median']:,} requests/s, echo {r['against_median']:,}: {r['ratio']:.1%}",
    met=lambda r: r["ratio"] >= 0.6,
)
