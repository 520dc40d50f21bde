"""Keeps an installation from its old store, once that has moved."""

from __future__ import annotations

from footfall.errors import FatalError
from footfall.meta import Meta, StoreMove
from footfall.settings import Settings
from footfall.store.clickhouse import place_of


def told(move: StoreMove) -> str:
    return (
        f"the store has moved to {move.target}: set FOOTFALL_STORE_URL to it, with user and password, and start the"
        " server again (`footfall move --cancel` makes the old store the store again)"
    )


def check_not_moved(settings: Settings, meta: Meta) -> None:
    """FatalError where the store of these settings is one that was moved away from."""
    found = meta.moves.current()
    if found and found.moved_at and found.source == place_of(settings):
        raise FatalError(told(found))
