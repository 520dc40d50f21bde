"""Where lines of logs go, for commands and for the server."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from footfall.clock import system_clock
from footfall.collect.geo import GeoLocator
from footfall.collect.identity import SaltedIdentity
from footfall.ids import IdSource
from footfall.importers.target import Target
from footfall.meta import Ledger, Meta
from footfall.settings import Settings
from footfall.spool.protocol import Spool


class Services(Protocol):
    """What makes records of lines; `runtime.offline` and `runtime.parts` give it."""

    @property
    def settings(self) -> Settings: ...

    @property
    def meta(self) -> Meta: ...

    @property
    def ids(self) -> IdSource: ...

    @property
    def identity(self) -> SaltedIdentity: ...

    @property
    def locator(self) -> GeoLocator: ...

    @property
    def ledger(self) -> Ledger: ...


def make_target(
    services: Services, spool: Spool, number: int, zone: str, wait: Callable[[float], object] = time.sleep
) -> Target:
    """Where the lines of a project go."""
    settings, project = services.settings, services.meta.project_numbered(number)
    kept = [days for days in (settings.retention_days, project and project.retention_days) if days]
    return Target(
        project_id=number,
        spool=spool,
        ids=services.ids,
        identity=services.identity,
        locator=services.locator,
        ledger=services.ledger,
        clock=system_clock,
        scratch=settings.data,
        store_ip=settings.request_ip,
        wait=wait,
        retention_days=min(kept, default=None),
        facts_since=project.facts_since if project else 0,
        zone=zone,
        trusted=settings.trusted_proxies,
    )
