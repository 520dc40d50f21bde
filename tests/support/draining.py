"""A drain without its thread."""

from __future__ import annotations

from footfall.drain.drain import Drain
from footfall.spool.protocol import Spool


def drain_all(drain: Drain, spool: Spool) -> None:
    """Drain until nothing waits in the spool."""
    while spool.state().waiting:
        drain.drain_once()
