"""Which slot, and so which shard, a row belongs to."""

from __future__ import annotations

import io
from collections.abc import Sequence

import polars as pl

from footfall.catalog.tables import Table
from footfall.model.slots import SLOTS

_BY_VISITOR = ("visitor",)
_KEYS = {
    Table.PROXY_LOGS.value: ("project_id", "timestamp"),  # rows that merges sum up agree in these
    Table.ROLLUPS.value: ("project_id", "bucket"),
    Table.RECENT_ROLLUPS.value: ("project_id", "bucket"),
    "rolled_up": ("project_id",),
    "touched": ("project_id",),
    "longest_sessions": ("project_id",),
}
_INSTANTS = {"timestamp", "bucket"}
_SPREAD = 1_000_003


def slots_of(table: str, frame: pl.DataFrame) -> pl.Series:
    """By row the slot. All rows of a visitor have the same one, in every table, so its sessions lie on one shard."""
    keys = [frame[name] for name in _KEYS.get(table, _BY_VISITOR) if name in frame.columns]
    found = pl.Series([0], dtype=pl.UInt64).new_from_index(0, len(frame))
    for key in keys:
        seconds = key.dt.epoch("s") if key.dtype.is_temporal() else key
        found = (found * (_SPREAD % SLOTS) + seconds.cast(pl.UInt64) % SLOTS) % SLOTS
    return found


def slot_sql(table: str, columns: Sequence[str]) -> str:
    """The same of a row, in SQL."""
    found = "toUInt64(0)"
    for name in _KEYS.get(table, _BY_VISITOR):
        if name in columns:
            key = f"toUnixTimestamp({name})" if name in _INSTANTS else name
            found = f"({found} * {_SPREAD % SLOTS} + {key} % {SLOTS}) % {SLOTS}"
    return found


def split(table: str, arrow: bytes, shards: Sequence[int]) -> list[tuple[int, bytes]]:
    """The rows by shard, in the order of the shards that have any; `shards` are those of the slots."""
    frame = pl.read_ipc(io.BytesIO(arrow))
    if len(set(shards)) == 1:
        return [(shards[0], arrow)]
    owners = slots_of(table, frame).replace_strict(range(len(shards)), shards, return_dtype=pl.UInt16)
    return [(shard, _ipc(frame.filter(owners == shard))) for shard in sorted(owners.unique())]


def _ipc(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_ipc(out, compression="lz4", compat_level=pl.CompatLevel.oldest())
    return out.getvalue()
