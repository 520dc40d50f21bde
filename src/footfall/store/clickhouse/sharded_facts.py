"""`FactStore` of a cluster: queries go to the shards that may know, changes to those that may have the rows.

The drain plans from these answers, so they come from the shards' home replicas, never through `Distributed` tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from footfall.catalog.tables import Table
from footfall.model.changes import Change
from footfall.store.clickhouse import erasing
from footfall.store.clickhouse.slots import slots_of
from footfall.store.protocol import FactStore, Piece, SessionVersion, Store


class ShardedFacts:
    """Implements `FactStore`. `slots` gives the shard of each slot."""

    def __init__(self, shards: Sequence[Store], slots: Callable[[], Sequence[int]]) -> None:
        self._shards = shards
        self._facts: list[FactStore] = [shard.facts for shard in shards]
        self._slots = slots

    def overlapping_sessions(self, table: Table, visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        return self._of_visitors(visitors, lambda facts, part: facts.overlapping_sessions(table, part, start, end))

    def sessions(self, table: Table, keys: pl.DataFrame) -> pl.DataFrame:
        return self._of_visitors(keys, lambda facts, part: facts.sessions(table, part))

    def last_session_end(self, table: Table) -> int:
        return max(facts.last_session_end(table) for facts in self._facts)

    def read(self, table: Table, names: Sequence[str], visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        return self._of_visitors(visitors, lambda facts, part: facts.read(table, names, part, start, end))

    def apply(self, change: Change) -> None:
        """It names sessions, which one shard has: the others find no such row."""
        for facts in self._facts:
            facts.apply(change)

    def months_of_batch(self, table: Table, batch: int, projects: Sequence[int]) -> set[int]:
        return set().union(*(facts.months_of_batch(table, batch, projects) for facts in self._facts))

    def rows_of_batch(self, table: Table, batch: int) -> dict[int, int]:
        found = Counter[int]()
        for facts in self._facts:
            found.update(facts.rows_of_batch(table, batch))
        return dict(found)

    def months_of_version(self, version: int) -> set[int]:
        return set().union(*(facts.months_of_version(version) for facts in self._facts))

    def is_live(self, session: SessionVersion) -> bool:
        return any(facts.is_live(session) for facts in self._facts)

    def first_referrers(self, project: int, sessions: Sequence[int], start: int, end: int) -> dict[int, str]:
        found: dict[int, str] = {}
        for facts in self._facts:
            found |= facts.first_referrers(project, sessions, start, end)
        return found

    def rolled_up_until(self) -> tuple[dict[tuple[str, int], int], int]:
        found = [facts.rolled_up_until() for facts in self._facts]
        ends: dict[tuple[str, int], int] = {}
        for of_shard, _ in found:
            ends |= {owner: max(end, ends.get(owner, end)) for owner, end in of_shard.items()}
        return ends, max(stamp for _, stamp in found)

    def longest_sessions(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for facts in self._facts:
            found |= {project: max(days, found.get(project, 0)) for project, days in facts.longest_sessions().items()}
        return found

    def forget_cells(self, grains: Sequence[str], before: int) -> None:
        for facts in self._facts:
            facts.forget_cells(grains, before)

    def remove_cells(self, grain: str, before: int) -> None:
        for facts in self._facts:
            facts.remove_cells(grain, before)

    def sessions_without_facts(self) -> dict[int, int]:
        """None that need any: variants alone may be lacking, and such sessions are read from their events.

        A mutation runs on every replica, and would look for them in a table that one of them has.
        """
        return {}

    def fill_session_facts(self, month: int, limit: int) -> None:
        """Nothing is to be filled."""

    def sessions_without_earnings(self) -> dict[int, int]:
        """None that get theirs, for the same reason: what they earned is read from their events."""
        return {}

    def fill_session_earnings(self, month: int, limit: int) -> None:
        """Nothing is to be filled."""

    def to_erase(self, project: int, visitors: Sequence[int] | None) -> Piece | None:
        piece = _first(facts.to_erase(project, visitors) for facts in self._facts)
        if piece is None or visitors is None:
            return piece
        hours = (erasing.hours_of(shard, project, visitors, piece) for shard in self._shards)
        return piece._replace(hours=sorted(set().union(*hours)))

    def erase(self, project: int, visitors: Sequence[int] | None, piece: Piece) -> None:
        for facts in self._facts:
            facts.erase(project, visitors, piece)

    def count_before(self, project: int, before: Mapping[Table, int]) -> dict[Table, tuple[int, int]]:
        return sums([facts.count_before(project, before) for facts in self._facts])

    def to_expire(self, project: int, before: Mapping[Table, int]) -> Piece | None:
        return _first(facts.to_expire(project, before) for facts in self._facts)

    def expire(self, project: int, before: Mapping[Table, int], piece: Piece) -> None:
        for facts in self._facts:
            facts.expire(project, before, piece)

    def is_removing(self) -> bool:
        return any(facts.is_removing() for facts in self._facts)

    def months_without_sessions(self) -> set[int]:
        return set().union(*(facts.months_without_sessions() for facts in self._facts))

    def drop_sessions(self, month: int) -> None:
        for facts in self._facts:
            facts.drop_sessions(month)

    def forget_sessions_set_aside(self, month: int) -> None:
        for facts in self._facts:
            facts.forget_sessions_set_aside(month)

    def visitors_of(self, table: Table, month: int, after: tuple[int, int], limit: int) -> pl.DataFrame:
        found = pl.concat([facts.visitors_of(table, month, after, limit) for facts in self._facts])
        return found.sort("project_id", "visitor").head(limit)

    @property
    def is_tallied(self) -> bool:
        return all(facts.is_tallied for facts in self._facts)

    def tallies(self) -> dict[tuple[Table, int], int] | None:
        found: dict[tuple[Table, int], int] = {}
        for facts in self._facts:
            tallies = facts.tallies()
            if tallies is None:
                return None
            for where, tally in tallies.items():
                found[where] = _wrapped(found.get(where, 0) + tally)
        return found

    def batches_in(self, table: Table, month: int, batches: Sequence[int]) -> set[int]:
        """On every shard: of the others one may have lost its part. A replay adds only what a shard lacks."""
        return set(batches).intersection(*(facts.batches_in(table, month, batches) for facts in self._facts))

    def set_referrers(self, project: int, referrers: Mapping[int, str]) -> None:
        for facts in self._facts:
            facts.set_referrers(project, referrers)

    def _of_visitors(
        self, wanted: pl.DataFrame, ask: Callable[[FactStore, pl.DataFrame], pl.DataFrame]
    ) -> pl.DataFrame:
        """The answers about keys, each by the shard of its visitor."""
        slots = self._slots()
        owners = slots_of("", wanted).replace_strict(range(len(slots)), slots, return_dtype=pl.UInt16)
        parts = [(facts, wanted.filter(owners == shard)) for shard, facts in enumerate(self._facts)]
        found = [ask(facts, part) for facts, part in parts if len(part)]
        return pl.concat(found or [ask(self._facts[0], wanted)], how="vertical_relaxed")


def sums(counted: Sequence[Mapping[Table, tuple[int, int]]]) -> dict[Table, tuple[int, int]]:
    """By table, the sums of pairs."""
    tables = {table: None for one in counted for table in one}
    pairs = {table: [one[table] for one in counted if table in one] for table in tables}
    return {table: (sum(pair[0] for pair in found), sum(pair[1] for pair in found)) for table, found in pairs.items()}


def _wrapped(number: int) -> int:
    """As a signed integer of 64 bits."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def _first(pieces: Iterable[Piece | None]) -> Piece | None:
    return next((piece for piece in pieces if piece is not None), None)
