"""The made-up rows of the benchmarks are those that collection makes of the same events."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import polars as pl
import pytest
from bench.data import bulk
from bench.data.filling import MANIFEST, UNTIL, Wanted, fill

from footfall.catalog.columns import SESSIONS, stored
from footfall.catalog.tables import Table
from footfall.settings import Settings
from footfall.store.clickhouse import open_store

EVENTS = int(os.environ.get("FOOTFALL_BENCH_EVENTS", "20000"))
"""`make test-long` compares a million."""

KEYS = ("visitor", "session")
"""Those of visitors without a name differ: both sides agree in which events have the same."""

OWN = {"id_hi", "id_lag", "id_lo", "batch", "version"}
"""What each side counts for itself."""


def settings_of(engine: Path, folder: Path, name: str) -> Settings:
    url = f"chdb://{engine}?database=bench_{name}"
    batch = max(5_000, EVENTS // 10)
    return Settings(data=folder / name, store_url=url, meta_url="", batch_events=batch, flush_interval=0.01)


@pytest.fixture(scope="module")
def both(engine, tmp_path_factory):
    """By table, the rows of the generator and those that were collected."""
    folder = tmp_path_factory.mktemp("bench")
    made, collected = (settings_of(engine, folder, name) for name in ("made", "collected"))
    fill(made, Wanted(UNTIL, events=EVENTS))
    interrupt(made.data / MANIFEST)
    fill(made, Wanted(UNTIL, events=EVENTS))
    bulk.collect(collected, EVENTS)
    yield {table: (rows(made, table), rows(collected, table)) for table in (Table.EVENTS, Table.SESSIONS)}
    for settings in (made, collected):
        drop(settings)


def interrupt(manifest):
    """As if the command had ended within the last month but one: months that are made again add no row."""
    found = json.loads(manifest.read_text())
    events = found["surfaces"]["events"]
    events |= {"complete": False, "months": events["months"][:-2]}
    manifest.write_text(json.dumps(found))


def rows(settings, table):
    """All that stand, in an order that neither keys nor ids decide."""
    names = [name for name in stored(table) if name not in OWN]
    shown = ", ".join(
        f"toString({name}) AS {name}" if name in {"event_type", "source_table"} else name for name in names
    )
    final = "FINAL WHERE sign = 1" if table is Table.SESSIONS else ""
    store = open_store(settings)
    try:
        found = pl.read_ipc(io.BytesIO(store.arrow(f"SELECT {shown} FROM {table} {final}")))  # noqa: S608 - the catalogue
    finally:
        store.close()
    texts = found.with_columns(pl.col(pl.Categorical, pl.Binary).cast(pl.String))
    return texts.sort([name for name in names if name not in KEYS])


def drop(settings):
    store = open_store(settings)
    store.command(f"DROP DATABASE {settings.store_url.partition('=')[2]}")
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("table", [Table.EVENTS, Table.SESSIONS])
def test_every_column_is_what_collection_stores(both, table):
    made, collected = both[table]
    assert len(made) == len(collected) == {Table.EVENTS: EVENTS}.get(table, len(made))
    differing = [name for name in made.columns if name not in KEYS and not made[name].equals(collected[name])]
    assert differing == []


@pytest.mark.slow
@pytest.mark.parametrize("table", [Table.EVENTS, Table.SESSIONS])
@pytest.mark.parametrize("key", KEYS)
def test_the_same_rows_share_a_visitor_and_a_session(both, table, key):
    made, collected = both[table]
    pairs = pl.DataFrame({"made": made[key], "collected": collected[key]}).unique()
    assert len(pairs) == pairs["made"].n_unique() == pairs["collected"].n_unique()


@pytest.mark.slow
def test_named_visitors_have_their_keys(both):
    made, collected = both[Table.EVENTS]
    named = made["visitor_id"] != ""
    assert named.any()
    assert made.filter(named)["visitor"].equals(collected.filter(named)["visitor"])


@pytest.mark.slow
def test_sessions_have_several_lengths_and_some_are_mixed(both):
    made, _ = both[Table.SESSIONS]
    assert 4 < made["events"].mean() < 5
    assert made["events"].max() == 30
    assert {column.name for column in SESSIONS if column.stored} == {*made.columns, *OWN & {"version"}}
    events, _ = both[Table.EVENTS]
    assert (events.group_by("session").agg(pl.col("browser").n_unique())["browser"] > 1).any()
