"""Where lines go: what a block becomes on its way into the spool, for every importer."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from footfall.clock import MINUTE, Clock
from footfall.collect.address import packed, truncate
from footfall.collect.privacy import Identity, Locator
from footfall.ids import IdSource, split
from footfall.importers.fields import Parsed, ReadOptions, map_distinct
from footfall.importers.ledger import ImportLedger
from footfall.importers.reader import BLOCK_BYTES
from footfall.model.raw import RequestColumns
from footfall.model.retention import oldest_accepted
from footfall.pipeline.frames import REQUEST_COLUMNS
from footfall.settings import Network, StoreIp
from footfall.spool.protocol import Spool

_QUOTING = ("user_id", "endpoint", "host", "user_agent", "referer", "protocol")
_COLON = re.compile("%3[Aa]")
_IPV6 = r"(?:[0-9A-Fa-f]{0,4}(?::|%3[Aa])){2,7}[0-9A-Fa-f]{0,4}"  # percent-encoded or not
_COLUMNS = tuple(name for name in REQUEST_COLUMNS if name != "project_id")


@dataclass(frozen=True, slots=True)
class Target:
    """Where an import goes, and what it needs on the way."""

    project_id: int
    spool: Spool
    ids: IdSource
    identity: Identity
    locator: Locator
    ledger: ImportLedger
    clock: Clock
    scratch: Path  # standard input is kept here while it is imported, and claims under `imports`
    store_ip: StoreIp = "full"
    retention_days: int | None = None  # None: of any age
    facts_since: int = 0  # of any age after this instant
    block_bytes: int = BLOCK_BYTES
    wait: Callable[[float], object] = time.sleep
    zone: str = "UTC"  # of times that name none
    trusted: tuple[Network, ...] = ()  # proxies whose addresses are no client's

    def options(self) -> ReadOptions:
        """How lines are read now."""
        return ReadOptions(self.oldest, self.clock() + 5 * MINUTE, self.zone, self.trusted)

    @property
    def oldest(self) -> int:
        """Earlier lines are rejected: Unix milliseconds. It moves on while a tail runs."""
        return max(self.facts_since, oldest_accepted(self.clock(), self.retention_days))


def to_record(parsed: Parsed, target: Target) -> RequestColumns:
    """A block's accepted lines as the spool takes them: identified, located, and rid of what may not be kept."""
    return RequestColumns(target.project_id, target.clock(), parsed.frame.height, _ipc(_enriched(parsed, target)))


def _enriched(parsed: Parsed, target: Target) -> pl.DataFrame:
    """Ids in line order, visitor and place from the whole address, then only as much of it as may be kept."""
    frame = parsed.frame
    high, low = _ids(target.ids, frame.height)
    visitor = target.identity.visitors(target.project_id, frame).alias("visitor")
    frame = frame.with_columns(high, low, visitor, *target.locator.places(frame["ip_address"]))
    told = pl.when(pl.col("provider") != "").then("provider").otherwise("network")
    frame = frame.with_columns(provider=told)
    if target.store_ip != "full":
        frame = frame.with_columns(_without_address(frame, name) for name in _QUOTING)
    return frame.with_columns(_kept(frame["ip_address"], target.store_ip)).select(_COLUMNS)


def _without_address(frame: pl.DataFrame, column: str) -> pl.Series:
    """A text that quotes the client's address (a search for oneself, say) is no way around what may be kept of it."""
    text, address = pl.col(column), pl.col("ip_address")
    quoting = frame.select((address != "") & (text.str.contains(address, literal=True) | text.str.contains(_IPV6)))
    if not quoting.to_series().any():
        return frame[column]
    rows = zip(frame[column], frame["ip_address"], quoting.to_series(), strict=True)
    return pl.Series(column, [_rid(one, its) if quotes else one for one, its, quotes in rows], dtype=pl.String)


def _rid(text: str, address: str) -> str:
    """The text without the address, however an IPv6 address is spelled; `203.0.113.70` does not quote `203.0.113.7`."""
    if ":" not in address:
        return re.sub(rf"(?<![0-9]){re.escape(address)}(?![0-9])", "", text)
    own = packed(address)
    return re.sub(_IPV6, lambda found: "" if packed(_COLON.sub(":", found[0])) == own else found[0], text)


def _kept(addresses: pl.Series, mode: StoreIp) -> pl.Series:
    if mode == "full" and not addresses.str.contains(":", literal=True).any():
        return addresses  # IPv4 has one spelling
    return map_distinct(addresses, partial(truncate, mode=mode))


def _ids(source: IdSource, count: int) -> tuple[pl.Series, pl.Series]:
    high, first = split(source.take(count))
    low = np.uint64(first) + np.arange(count, dtype=np.uint64)  # wraps, and then carries into the high half
    return pl.Series("id_hi", np.uint64(high) + (low < first).astype(np.uint64)), pl.Series("id_lo", low)


def _ipc(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_ipc(out, compression="zstd", compat_level=pl.CompatLevel.oldest())
    return out.getvalue()
