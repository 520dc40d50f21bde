"""ClickHouse: embedded in this process (chdb) or remote (HTTP), the same SQL on both.

`target` says where, `embedded` and `remote` open clients, `pool` lends them out, `client` is the `Store`, `reading` its
readers; `cluster` is the `Store` over several of them.
"""

from __future__ import annotations

from footfall.model.slots import even
from footfall.settings import Settings
from footfall.store.clickhouse.client import ClickHouse
from footfall.store.clickhouse.cluster import Cluster, SlotMap
from footfall.store.clickhouse.embedded import Embedded
from footfall.store.clickhouse.engine import query_limits
from footfall.store.clickhouse.files import unreadable_mutations
from footfall.store.clickhouse.migrate import (
    Pending,
    applied_migration,
    breaking_migrations,
    newest_migration,
    pending_migrations,
)
from footfall.store.clickhouse.parts import DetachedPart, detached_parts, stored_rows
from footfall.store.clickhouse.remote import Remote
from footfall.store.clickhouse.target import LocalTarget, RemoteTarget, parse
from footfall.store.lock import lock_data_directory
from footfall.store.protocol import Store

__all__ = [
    "DetachedPart",
    "Pending",
    "applied_migration",
    "breaking_migrations",
    "detached_parts",
    "is_embedded",
    "newest_migration",
    "open_store",
    "pending_migrations",
    "place_of",
    "stored_rows",
    "unreadable_mutations",
]


def is_embedded(settings: Settings) -> bool:
    """Whether the store is the engine in this process; FatalError where the URL names nothing."""
    return isinstance(parse(settings.store_url, settings.data), LocalTarget)


def place_of(settings: Settings, given_as: str = "FOOTFALL_STORE_URL") -> str:
    """Where the store is, as it may be shown: without user and password. FatalError names what it was given as."""
    return str(parse(settings.store_url, settings.data, given_as))


def open_store(settings: Settings, slots: SlotMap = even, *, alone: bool = True) -> Store:
    """The store that `settings.store_url` names; nothing is created in it before `migrate`.

    `slots` gives the map of a cluster's slots that the installation records. Unless it is to be `alone`, a remote store
    is opened beside another one of this process, which has the data directory. FatalError where the URL names nothing,
    or where the data directory is in use. A remote server that can't be reached shows at the first call, as
    TransientError.
    """
    match parse(settings.store_url, settings.data):
        case LocalTarget() as target:
            return ClickHouse(Embedded(target, settings), query_limits(settings), settings.store_threads)
        case RemoteTarget() as target:
            lock = lock_data_directory(settings.data) if alone else None
            return ClickHouse(Remote(target, settings, lock=lock), query_limits(settings), settings.store_threads)
        case target:
            return Cluster(target, settings, slots, alone=alone)
