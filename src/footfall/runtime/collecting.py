"""The collecting part of a process: from requests to its own spool. It needs neither the store nor the drain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from footfall.api.auth import BAD_TOKENS_A_MINUTE, Authenticator
from footfall.api.bodies import Bodies
from footfall.api.lifecycle import Lifecycle
from footfall.api.metrics import Metrics
from footfall.api.state import Collecting
from footfall.catalog.click_ids import CLICK_IDS
from footfall.collect.intake import Intake
from footfall.collect.labels import Labels
from footfall.collect.page_url import KEPT_PARAMETERS
from footfall.meta import Drops, SharedGuesses
from footfall.model.progress import Standstill
from footfall.runtime.parts import Parts
from footfall.runtime.turns import take_short_turns
from footfall.settings import Settings
from footfall.spool.group import GroupCommitter
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Spool, SpoolState
from footfall.spool.receiving import Receiving
from footfall.spool.spools import SERVER, Spools


def make_collecting(
    parts: Parts,
    spools: Spools,
    metrics: Metrics,
    drops: Drops,
    standstills: Callable[[], Sequence[Standstill]] = tuple,
    receiving: Receiving | None = None,
) -> Collecting:
    """On the event loop that will answer requests. `standstills` are those of the drain, where the process has one."""
    return _collecting(parts, spools.own(SERVER), spools.state, metrics, drops, standstills, receiving)


def make_shared(parts: Parts, metrics: Metrics, drops: Drops) -> Collecting:
    """The same for a process that only answers queries: nothing is sent to its spool."""
    spool = MemorySpool(clock=parts.clock)
    return _collecting(parts, spool, spool.state, metrics, drops, tuple, None)


def _collecting(
    parts: Parts,
    spool: Spool,
    buffer: Callable[[], SpoolState],
    metrics: Metrics,
    drops: Drops,
    standstills: Callable[[], Sequence[Standstill]],
    receiving: Receiving | None,
) -> Collecting:
    settings = parts.settings
    return Collecting(
        settings=settings,
        clock=parts.clock,
        auth=Authenticator(parts.meta, settings, parts.clock, _guesses_of_all(parts)),
        intake=Intake(
            parts.ids,
            parts.identity,
            parts.locator,
            settings.retention_days,
            settings.request_ip,
            _kept_parameters(settings),
            Labels(lambda label: metrics.folded(label.value)),
        ),
        committer=GroupCommitter(spool, take_short_turns),
        bodies=Bodies(),
        metrics=metrics,
        drops=drops,
        buffer=buffer,
        lifecycle=Lifecycle(),
        standstills=standstills,
        receiving=receiving,
    )


def _guesses_of_all(parts: Parts) -> SharedGuesses | None:
    """None for a server that does everything: no other answers its clients."""
    if parts.settings.role == "all" and not parts.settings.meta_url:
        return None
    return SharedGuesses(parts.meta.database, parts.meta.secret("guesses"), BAD_TOKENS_A_MINUTE)


def _kept_parameters(settings: Settings) -> frozenset[str]:
    """Names of query parameters that are kept of browsers' URLs, beside `utm_*`."""
    return KEPT_PARAMETERS.union(CLICK_IDS, settings.keep_query)
