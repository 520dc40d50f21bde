"""The tables of one server made equal to those of another store, hour by hour: what differs is copied again.

A side is described by what no merge changes: by table, partition, shard and hour, how many rows there are and the sum
of their hashes. So a copy may be interrupted anywhere, repeated, and made while the source is written to; it has come
to its end once both sides are the same and the source has not changed meanwhile.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from footfall.clock import HOUR
from footfall.errors import FatalError
from footfall.store.clickhouse.client import ClickHouse
from footfall.store.clickhouse.cluster import Cluster
from footfall.store.clickhouse.engine import insert_settings
from footfall.store.clickhouse.migrate import tables
from footfall.store.clickhouse.slots import slot_sql
from footfall.store.clickhouse.statements import bound
from footfall.store.protocol import Store

ROWS = 200_000
"""Most rows of one insert, give or take."""

_LEDGER = "schema_migrations"
_TABLES = """
    SELECT name, engine, if(partition_key = '', 'toDateTime(0)', extract(partition_key, '\\\\((\\\\w+)\\\\)'))
    FROM system.tables
    WHERE database = currentDatabase() AND name IN {names:Array(String)} ORDER BY name"""
_COLUMNS = """
    SELECT table, name, type FROM system.columns
    WHERE database = currentDatabase() AND table IN {names:Array(String)} AND default_kind IN ('', 'DEFAULT')
    ORDER BY table, position"""
_POSITIONS = """
    SELECT table, splitByChar('-', partition_id)[-1] AS partition,
      concat(toString(max(max_block_number)), ' ', toString(max(data_version)), ' ',
        toString(maxIf(max_block_number, startsWith(partition_id, 'patch-'))))
    FROM system.parts WHERE database = currentDatabase() AND active AND table IN {names:Array(String)}
    GROUP BY table, partition ORDER BY partition DESC, table"""
"""Updates lie in parts of their own, whose partition ends with that of the rows. A merge changes no number."""

_PARTITIONS = """
    SELECT DISTINCT table, partition_id FROM system.parts
    WHERE database = currentDatabase() AND active AND table IN {names:Array(String)}
      AND NOT startsWith(partition_id, 'patch-')"""


class Place(NamedTuple):
    """A partition of a table: a month, of some tables a day or a year."""

    table: str
    partition: str


class Piece(NamedTuple):
    """A partition that both sides have alike: the source's `position` when it was compared, and the number of rows."""

    position: str
    rows: int


class _Hour(NamedTuple):
    """`hour` counts from 1970."""

    shard: int
    hour: int


_Content = Mapping[_Hour, tuple[int, int]]
"""Rows and the sum of their hashes."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """A table whose rows merges may change is read as after all merges.

    `at` is the instant that partitions go by; of a table that is one partition, the same instant for all rows.
    """

    name: str
    final: bool
    at: str
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return f"{self.name} FINAL" if self.final else self.name

    @property
    def hour(self) -> str:
        return f"intDiv(toUnixTimestamp64Milli(toDateTime64({self.at}, 3, 'UTC')), {HOUR})"

    @property
    def hash(self) -> str:
        """Of a state its figure: two states of one set may be written in different ways."""
        shown = (
            f"finalizeAggregation({name})" if kind.startswith("AggregateFunction") else name
            for name, kind in self.columns.items()
        )
        return f"cityHash64({', '.join(shown)})"


class Copying:
    """From a single server to another store. `known` are the pieces that an earlier run came to, `keep` notes one.

    `stopping` is asked between two statements; where it holds, TransientError.
    """

    def __init__(
        self,
        source: Store,
        target: Store,
        known: Mapping[Place, Piece],
        keep: Callable[[Place, Piece], None],
        check_stop: Callable[[], None] = lambda: None,
        rows: int = ROWS,
    ) -> None:
        if not isinstance(source, ClickHouse):
            raise FatalError("the tables of a cluster can't be moved: fill a new one from its backup")
        self._source = source
        self._shards = _shards(target)
        self._slots = target.shard_of_slots if isinstance(target, Cluster) else ()
        self._keep = keep
        self._check_stop = check_stop
        self._rows = rows
        self._layouts = self._read_layouts()
        self._known = self._still_there(known)

    def advance(self) -> int:
        """Compare every partition that has changed since it was last alike, and copy what differs.

        Returns how many partitions may differ still.
        """
        names = {"names": [*self._layouts]}
        positions = {Place(table, part): at for table, part, at in self._ask(self._source, _POSITIONS, names)}
        there = {Place(table, part) for shard in self._shards for table, part in self._ask(shard, _PARTITIONS, names)}
        left = 0
        for place in [*positions, *sorted(there - positions.keys())]:
            position = positions.get(place, "")
            known = self._known.get(place)
            if known is None or known.position != position:
                rows = self._make_equal(place)
                left += rows is None
                if rows is not None:
                    self._known[place] = Piece(position, rows)
                    self._keep(place, self._known[place])
        return left

    def _make_equal(self, place: Place) -> int | None:
        """The number of rows, where both sides are alike at return."""
        wanted = self._content_of_source(place)
        found = self._content_of_target(place)
        for shard in range(len(self._shards)):
            hours = {at.hour: wanted[at][0] for at in wanted if at.shard == shard and wanted[at] != found.get(at)}
            gone = {at.hour for at in found if at.shard == shard and wanted.get(at) != found[at]}
            self._delete(place, shard, gone)
            for some, slices in _groups(hours, self._rows):
                for slice_ in range(slices):
                    self._copy(place, shard, some, slice_, slices)
        if wanted != found:
            found = self._content_of_target(place)
        return sum(rows for rows, _ in wanted.values()) if wanted == found else None

    def _content_of_source(self, place: Place) -> _Content:
        layout = self._layouts[place.table]
        sql = f"""
        SELECT {self._shard_of_row(layout)} AS shard, {layout.hour} AS hour, count(), sum({layout.hash})
        FROM {layout.source} WHERE _partition_id = {{partition:String}} GROUP BY shard, hour"""  # noqa: S608 - names of the schema
        params = {"partition": place.partition, "shards": self._slots}
        rows = self._ask(self._source, sql, params)
        return {_Hour(shard, hour): (count, total) for shard, hour, count, total in rows}

    def _content_of_target(self, place: Place) -> _Content:
        layout = self._layouts[place.table]
        sql = f"""
        SELECT {layout.hour} AS hour, count(), sum({layout.hash})
        FROM {layout.source} WHERE _partition_id = {{partition:String}} GROUP BY hour"""  # noqa: S608 - names of the schema
        found: dict[_Hour, tuple[int, int]] = {}
        for number, shard in enumerate(self._shards):
            for hour, count, total in self._ask(shard, sql, {"partition": place.partition}):
                found[_Hour(number, hour)] = (count, total)
        return found

    def _copy(self, place: Place, shard: int, hours: Sequence[int], part: int, parts: int) -> None:
        layout = self._layouts[place.table]
        names = ", ".join(layout.columns)
        sql = f"""
        SELECT {names} FROM {layout.source}
        WHERE _partition_id = {{partition:String}} AND {layout.hour} IN {{hours:Array(Int64)}}
          AND {layout.at} >= fromUnixTimestamp64Milli({{first:Int64}}, 'UTC')
          AND {layout.at} < fromUnixTimestamp64Milli({{last:Int64}}, 'UTC')
          AND {self._shard_of_row(layout)} = {{shard:UInt16}}
          AND {layout.hash} % {{parts:UInt32}} = {{part:UInt32}}"""  # noqa: S608 - names of the schema
        span = {"first": min(hours) * HOUR, "last": (max(hours) + 1) * HOUR}
        slice_ = {"shard": shard, "shards": self._slots, "part": part, "parts": parts}
        text, given = bound(sql, {"partition": place.partition, "hours": list(hours), **span, **slice_})
        self._check_stop()
        with self._source.copying() as client:
            rows = client.raw_query(text, parameters=given, fmt="Native")
        if rows:
            settings = insert_settings(place.table, f"copy:{secrets.token_hex(8)}")
            with self._shards[shard].copying() as client:
                client.raw_insert(place.table, [*layout.columns], insert_block=rows, fmt="Native", settings=settings)

    def _delete(self, place: Place, shard: int, hours: Iterable[int]) -> None:
        """Rows of hours that differ: they are copied again, or are gone from the source."""
        wanted = sorted(hours)
        if wanted:
            self._check_stop()
            layout = self._layouts[place.table]
            sql = f"DELETE FROM {place.table} WHERE {layout.hour} IN {{hours:Array(Int64)}}"  # noqa: S608 - as above
            self._shards[shard].command(sql, {"hours": wanted})

    def _still_there(self, known: Mapping[Place, Piece]) -> dict[Place, Piece]:
        """Those pieces of which the target has all rows still."""
        found = Counter[Place]()
        for layout in self._layouts.values():
            sql = f"SELECT _partition_id, count() FROM {layout.source} GROUP BY _partition_id"  # noqa: S608 - as above
            for shard in self._shards if known else ():
                found.update({Place(layout.name, part): rows for part, rows in self._ask(shard, sql)})
        return {place: piece for place, piece in known.items() if piece.rows == found[place]}

    def _read_layouts(self) -> dict[str, _Layout]:
        params = {"names": sorted(tables() - {_LEDGER})}
        columns: dict[str, dict[str, str]] = {}
        for table, name, kind in self._ask(self._source, _COLUMNS, params):
            columns.setdefault(table, {})[name] = kind
        return {
            name: _Layout(name, engine != "MergeTree", at, columns[name])
            for name, engine, at in self._ask(self._source, _TABLES, params)
        }

    def _shard_of_row(self, layout: _Layout) -> str:
        if not self._slots:
            return "0"
        return f"{{shards:Array(UInt16)}}[{slot_sql(layout.name, [*layout.columns])} + 1]"

    def _ask(self, store: ClickHouse, sql: str, params: Mapping[str, Any] | None = None) -> Sequence[tuple[Any, ...]]:
        self._check_stop()
        text, given = bound(sql, params)
        with store.copying() as client:
            return [tuple(row) for row in client.query(text, parameters=given).result_rows]


def _shards(store: Store) -> Sequence[ClickHouse]:
    if isinstance(store, ClickHouse | Cluster):
        return store.shards
    raise FatalError("tables can only be copied to a ClickHouse")


def _groups(hours: Mapping[int, int], most: int) -> Iterator[tuple[list[int], int]]:
    """Hours that are copied together, and in how many slices."""
    some: list[int] = []
    rows = 0
    for hour, count in sorted(hours.items()):
        if some and rows + count > most:
            yield some, -(-rows // most)
            some, rows = [], 0
        some.append(hour)
        rows += count
    if some:
        yield some, -(-rows // most)
