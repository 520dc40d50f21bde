"""Parts that the engine detached because they were damaged, as after a power cut."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from footfall.store.protocol import Store


@dataclass(frozen=True, slots=True)
class DetachedPart:
    """`partition` is the month as yyyymm. `reason` is the engine's, `""` where an operator detached the part."""

    table: str
    partition: str
    name: str
    reason: str


def stored_rows(store: Store) -> dict[str, int]:
    """Rows by table, without those that have none."""
    sql = (
        "SELECT table, sum(rows) FROM system.parts WHERE database = currentDatabase() AND active"
        " GROUP BY table HAVING sum(rows) > 0"
    )
    found: Counter[str] = Counter()
    for shard in store.shards:
        found.update(dict(shard.query(sql).rows))
    return dict(found)


def detached_parts(store: Store) -> list[DetachedPart]:
    """Detached parts of the tables in the store's database, by table and name. Queries don't see their rows.

    Without those that a kill interrupted the dropping of: nobody wants them, and the engine drops them no more.
    """
    sql = (
        "SELECT table, ifNull(partition_id, ''), name, ifNull(reason, '') FROM system.detached_parts"
        " WHERE database = currentDatabase() AND NOT startsWith(name, 'deleting_') ORDER BY table, name"
    )
    return [DetachedPart(*row) for shard in store.shards for row in shard.query(sql).rows]
