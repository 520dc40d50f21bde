"""The collecting part of a process: from requests to its own spool. It needs neither the store nor the drain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from footfall.api.auth import Authenticator
from footfall.api.bodies import Bodies
from footfall.api.lifecycle import Lifecycle
from footfall.api.metrics import Metrics
from footfall.api.state import Collecting
from footfall.catalog.click_ids import CLICK_IDS
from footfall.collect.intake import Intake
from footfall.collect.page_url import KEPT_PARAMETERS
from footfall.meta import Drops
from footfall.model.progress import Standstill
from footfall.runtime.parts import Parts
from footfall.settings import Settings
from footfall.spool.group import GroupCommitter
from footfall.spool.spools import SERVER, Spools


def make_collecting(
    parts: Parts,
    spools: Spools,
    metrics: Metrics,
    drops: Drops,
    standstills: Callable[[], Sequence[Standstill]] = tuple,
) -> Collecting:
    """On the event loop that will answer requests. `standstills` are those of the drain, where the process has one."""
    settings = parts.settings
    return Collecting(
        settings=settings,
        clock=parts.clock,
        auth=Authenticator(parts.meta, settings, parts.clock),
        intake=Intake(
            parts.ids,
            parts.identity,
            parts.locator,
            settings.retention_days,
            settings.request_ip,
            _kept_parameters(settings),
        ),
        committer=GroupCommitter(spools.own(SERVER)),
        bodies=Bodies(),
        metrics=metrics,
        drops=drops,
        buffer=spools.state,
        lifecycle=Lifecycle(),
        standstills=standstills,
    )


def _kept_parameters(settings: Settings) -> frozenset[str]:
    """Names of query parameters that are kept of browsers' URLs, beside `utm_*`."""
    return KEPT_PARAMETERS.union(CLICK_IDS, settings.keep_query)
