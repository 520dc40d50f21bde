"""A drain without its thread."""

from __future__ import annotations

from footfall.drain.drain import Drain
from footfall.spool.protocol import Spool


def drain_all(drain: Drain, *spools: Spool) -> None:
    """Drain until nothing waits in the spools."""
    while any(spool.state().waiting for spool in spools):
        drain.drain_once()
