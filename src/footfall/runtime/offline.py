"""Command-line tools that write, with or without a running server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from footfall.api.metrics import Metrics
from footfall.clock import Clock, system_clock
from footfall.collect.geo import GeoLocator
from footfall.collect.identity import SaltedIdentity
from footfall.errors import FatalError
from footfall.ids import IdSource
from footfall.meta import Ledger, Meta, environment_over, recorded_over
from footfall.runtime.draining import Draining
from footfall.runtime.logs import configure_logging
from footfall.runtime.parts import check_user, make_data_directory, open_parts
from footfall.settings import Settings
from footfall.spool.spools import Spools
from footfall.spool.sqlite import SqliteSpool
from footfall.store.lock import holder

IMPORTS = "import"

AWAIT_SERVER_SECONDS = 30.0
"""How long an import waits for a server that ended meanwhile before it drains its lines itself."""


@dataclass(frozen=True)
class Offline:
    """What a tool writes with: a spool of its own, and what makes records of lines."""

    settings: Settings
    clock: Clock
    meta: Meta
    ledger: Ledger
    identity: SaltedIdentity
    locator: GeoLocator
    ids: IdSource
    spool: SqliteSpool
    filler: Filler

    def wait_drained(self) -> None:
        """Until all of the spool can be queried."""
        self.filler.wait()


class Filler:
    """Drains in this process while no server does, and leaves it to a server that has the data directory."""

    def __init__(self, settings: Settings, spools: Spools, spool: SqliteSpool) -> None:
        self._settings = settings
        self._spools = spools
        self._spool = spool
        self._draining: Draining | None = None

    def wait(self) -> None:
        """Until nothing waits in the spool.

        A server that has ended is given time to come back: while this process holds the directory, it can't start.
        """
        served = time.monotonic()
        while self._spool.state().waiting:
            if self._draining is not None:
                self._draining.drain.hurry()
            if holder(self._settings.data) is not None:
                served = time.monotonic()
            elif time.monotonic() - served > AWAIT_SERVER_SECONDS:
                self.take_over()
            time.sleep(0.1)

    def take_over(self) -> None:
        """Drain here, unless a server does."""
        if self._draining is not None or holder(self._settings.data) is not None:
            return
        try:
            self._draining = Draining(self._settings, self._spools, system_clock, Metrics())
        except FatalError:
            if holder(self._settings.data) is None:
                raise  # not a server that was quicker

    def close(self) -> None:
        """Once the batch under way is in the store, however long that takes."""
        draining, self._draining = self._draining, None
        if draining is not None:
            draining.stop()
            draining.close()


@contextmanager
def offline(settings: Settings, *, only: str = "", drains: bool = True, overrides: bool = False) -> Iterator[Offline]:
    """Parts for a tool that writes; the spool keeps its file, so that keys hold over several runs.

    The tool uses the settings that the installation records; with `overrides` its environment wins and is recorded, as
    with a server. `only` names a spool that the tool shares with none. What runs for ever leaves draining to servers
    (`drains` False): it would keep them from the store.
    """
    configure_logging(settings.log_level)
    make_data_directory(settings)
    check_user(settings)
    with open_parts(settings, combine=environment_over if overrides else recorded_over) as parts:
        settings = parts.settings
        if overrides or not parts.recorded.read():
            parts.recorded.write(settings.texts())
        spools = Spools(settings, parts.clock)
        spool = spools.only(only) if only else spools.own(IMPORTS)
        filler = Filler(settings, spools, spool)
        try:
            if drains:
                filler.take_over()
            yield Offline(
                settings=settings,
                clock=parts.clock,
                meta=parts.meta,
                ledger=parts.ledger,
                identity=parts.identity,
                locator=parts.locator,
                ids=parts.ids,
                spool=spool,
                filler=filler,
            )
        finally:
            filler.close()
            spools.close()
