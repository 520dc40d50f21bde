"""What is written out, the spooled structs and the store's tables, agrees with the declaration of the columns."""

from __future__ import annotations

import itertools
import typing
from collections.abc import Iterator

import msgspec
import pytest

from footfall.catalog.columns import COLUMNS, TEXT_CAPS, Column, Kind
from footfall.catalog.tables import TABLES, Table
from footfall.model.raw import EventType, ProxyColumns, RawEngagement, RawEvent, RawRequest
from footfall.settings import Settings
from footfall.store.clickhouse import open_store
from footfall.store.protocol import Store

pytestmark = pytest.mark.embedded

STRUCTS = {
    Table.EVENTS: RawEvent,
    Table.REQUESTS: RawRequest,
    Table.ENGAGEMENTS: RawEngagement,
    Table.PROXY_LOGS: ProxyColumns,
}
SPOOLED = {
    **dict.fromkeys((Kind.LABEL, Kind.TEXT, Kind.MONEY), str),
    Kind.CHOICE: EventType,
    Kind.JSON: bytes,
    Kind.FLAG: bool,
    **dict.fromkeys((Kind.INSTANT, Kind.SECOND, Kind.INT8, Kind.UINT16, Kind.UINT32, Kind.UINT64), int),
    Kind.FLOAT: float | None,
}
STORED = {
    Kind.LABEL: "LowCardinality(String)",
    Kind.LABELS: "Array(LowCardinality(String))",
    Kind.TEXT: "String",
    Kind.JSON: "String",
    Kind.MONEY: "Decimal(18, 4)",
    Kind.FLAG: "UInt8",
    Kind.INSTANT: "DateTime64(3, 'UTC')",
    Kind.SECOND: "DateTime('UTC')",
    Kind.INT8: "Int8",
    Kind.UINT8: "UInt8",
    Kind.UINT16: "UInt16",
    Kind.UINT32: "UInt32",
    Kind.UINT64: "UInt64",
    Kind.FLOAT: "Float32",
}
# Spools outlive upgrades: what a version has written, every later one reads by these positions.
POSITIONS = {
    RawEvent: (
        "timestamp id_hi id_lo own_id event_type name category priority visitor visitor_id session_id url path hostname"
        " title referrer user_agent language screen country region city revenue currency properties latitude longitude"
    ),
    RawRequest: (
        "timestamp id_hi id_lo visitor user_id method endpoint host status bytes duration_us protocol ip_address"
        " user_agent referer country region city provider"
    ),
    RawEngagement: (
        "timestamp id_hi id_lo visitor visitor_id hostname path url user_agent country engaged_ms scroll lcp inp cls"
        " fcp ttfb"
    ),
    ProxyColumns: (
        "timestamp user_id order_id port protocol ip_out ip_from peer_id worker domain error count bytes_sent"
        " bytes_received error_count duration_ms max_concurrency"
    ),
}


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    opened.migrate()
    yield opened
    opened.close()


def stored_type(column: Column) -> str:
    if column.kind is Kind.CHOICE:
        members = (f"'{choice}' = {number}" for number, choice in enumerate(column.choices, 1))
        return f"Enum8({', '.join(members)})"
    plain = STORED[column.kind]
    return f"SimpleAggregateFunction({column.merged}, {plain})" if column.merged else plain


@pytest.mark.parametrize("table", STRUCTS)
def test_what_is_spooled_has_the_declared_fields(table: Table) -> None:
    hints = typing.get_type_hints(STRUCTS[table])
    spooled = [column for column in COLUMNS[table] if column.spooled and column.name != "project_id"]
    declared = {column.name: SPOOLED[column.kind] for column in spooled}
    if table is Table.PROXY_LOGS:
        declared = {name: list[kind] for name, kind in declared.items()}
    assert hints == declared


@pytest.mark.parametrize("struct", POSITIONS)
def test_fields_are_only_added_at_the_end_with_a_default(struct: type[msgspec.Struct]) -> None:
    first = POSITIONS[struct].split()
    fields = msgspec.structs.fields(struct)
    assert [field.name for field in fields][: len(first)] == first
    assert all(not field.required for field in fields[len(first) :])


def test_the_migrated_tables_have_the_declared_columns_and_partitions(store: Store) -> None:
    columns = """
        SELECT name, type FROM system.columns
        WHERE database = currentDatabase() AND table = {table:String} AND default_kind != 'ALIAS'"""
    partition = "SELECT partition_key FROM system.tables WHERE database = currentDatabase() AND name = {table:String}"
    for table, declared in COLUMNS.items():
        found = dict(store.query(columns, {"table": table.value}).rows)
        assert found == {column.name: stored_type(column) for column in declared if column.stored}, table
        assert store.query(partition, {"table": table.value}).scalar == f"toYYYYMM({TABLES[table].partition})"
        instants = {column.name for column in declared if column.kind in {Kind.INSTANT, Kind.SECOND}}
        assert {TABLES[table].partition, TABLES[table].age} <= instants, table


def test_a_name_means_the_same_in_every_table() -> None:
    columns = sorted(itertools.chain.from_iterable(COLUMNS.values()), key=lambda column: column.name)
    for name, same in itertools.groupby(columns, key=lambda column: column.name):
        alike = list(same)
        assert {column.cap for column in alike if column.cap} <= {TEXT_CAPS.get(name)}, name
        assert len({column.dimension for column in alike if column.dimension}) <= 1, name
