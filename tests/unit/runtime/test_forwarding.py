"""A collector that forwards, without what it forwards to."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.support.server import until

from footfall.clock import system_clock
from footfall.runtime.forwarding import Forwarding
from footfall.settings import Settings
from footfall.spool.spools import SERVER, Spools


def test_empty_spools_of_ended_commands_are_removed(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, drain_url="http://127.0.0.1:1", flush_interval=0.05)
    with closing(Spools(settings, system_clock)) as ended:
        ended.own("import")
    with closing(Spools(settings, system_clock)) as spools:
        spools.own(SERVER)
        forwarding = Forwarding(settings, spools, b"secret", system_clock)
        assert until(lambda: not spools.has("import"))
        assert forwarding.stop(10)
        assert spools.has(SERVER)
