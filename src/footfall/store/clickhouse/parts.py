"""Parts that the engine set aside because they were damaged, as after a power cut."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.store.protocol import Store


@dataclass(frozen=True, slots=True)
class DetachedPart:
    """`partition` is the partition's id: yyyymm, as in `2026` and `06`. `reason` is the engine's word, `""` by hand."""

    table: str
    partition: str
    name: str
    reason: str


def detached_parts(store: Store) -> list[DetachedPart]:
    """What the tables of the store's database miss, by table and name. Rows in these parts are not queried."""
    found = store.query(
        "SELECT table, ifNull(partition_id, ''), name, ifNull(reason, '') FROM system.detached_parts"
        " WHERE database = currentDatabase() ORDER BY table, name"
    )
    return [DetachedPart(*row) for row in found.rows]
