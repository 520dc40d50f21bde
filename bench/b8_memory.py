"""B8: private anonymous memory of the whole server: fresh, at its peak during B2, and at rest after it."""

from __future__ import annotations

import time

from bench.b2_batches import send
from bench.bars import Bar, Work
from bench.events import write_batches
from bench.harness import Peak, Result, anonymous_bytes, footfall_server
from footfall.clock import system_clock

_CONNECTIONS = 8
_MIB = 1 << 20


def run(work: Work) -> Result:
    with work.directory() as folder:
        bodies = folder / "bodies"
        lines = write_batches(bodies, work.scale.events, system_clock())
        with footfall_server(folder / "data") as server:
            pid = server.process.pid
            time.sleep(work.scale.settle / 6)
            fresh = anonymous_bytes(pid)
            with Peak(pid) as peak:
                send(server, bodies, lines, _CONNECTIONS)
            time.sleep(work.scale.settle)
            return {
                "events": work.scale.events,
                "settle_seconds": work.scale.settle,
                "fresh_bytes": fresh,
                "peak_bytes": peak.bytes,
                "after_bytes": anonymous_bytes(pid),
            }


BAR = Bar(
    name="B8",
    what="private anonymous memory of the server: fresh, after B2's load, and its peak",
    bar="≤ 250 MB at rest, ≤ 1.5 GB peak",
    run=run,
    figure=lambda r: (
        f"{r['fresh_bytes'] / _MIB:.0f} MiB fresh, {r['after_bytes'] / _MIB:.0f} MiB after load, "
        f"{r['peak_bytes'] / _MIB:.0f} MiB peak"
    ),
    met=lambda r: max(r["fresh_bytes"], r["after_bytes"]) <= 250e6 and r["peak_bytes"] <= 1.5e9,
)
