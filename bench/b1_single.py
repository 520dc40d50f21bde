"""B1: single events, durable at the answer, against an echo of the same bytes by the same server."""

from __future__ import annotations

import sys

from bench.bars import Bar, Work
from bench.harness import Result, Server, footfall_server, free_port, paired, serving, wrk

PATH = "/api/v1/analytics"


def run(work: Work) -> Result:
    port = free_port()
    with (
        work.directory() as folder,
        footfall_server(folder / "data") as server,
        serving([sys.executable, "-m", "bench.echo", str(port)], port, folder / "echo.log", "/") as echo,
    ):
        sent = 0

        def footfall_side(number: int) -> float:
            nonlocal sent
            answer = load(work, server.process.url, number, server.token)
            sent += answer["requests"]
            settle(server)
            return float(answer["requests"] / answer["seconds"])

        def echo_side(number: int) -> float:
            answer = load(work, echo.url, number, server.token)
            return float(answer["requests"] / answer["seconds"])

        warm_up(server, echo.url)
        warm = accepted(server)
        found = paired(work.scale.runs, work.scale.quiet, footfall_side, echo_side)
        stored = accepted(server) - warm
        check(sent, stored, work)
        return found | {
            "connections": work.scale.single_connections,
            "answered": sent,
            "accepted": stored,
            "queryable": server.total_events() - warm,
            "drain_steps": server.steps(),
        }


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
    """Until everything acknowledged can be queried: the next measurement starts with nothing left to do."""
    server.wait_total(accepted(server))


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
