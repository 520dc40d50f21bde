"""A rolling upgrade: processes of two versions on the same store and the same metadata."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.roles.test_roles import counted, report
from tests.support.clickhouse_node import running as clickhouse
from tests.support.collecting import Site
from tests.support.postgresql import PostgreSQL
from tests.support.server import Server, until

import footfall

_METADATA = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade():
    op.add_column("projects", sa.Column("added", sa.String, nullable=False, server_default=""))
"""
_STORE = "ALTER TABLE events ADD COLUMN IF NOT EXISTS added String;"


def next_version(folder: Path) -> Path:
    """The folder of a package like this one, with one more schema of each kind, and one more field of events."""
    ours, theirs = Path(footfall.__file__).parent, folder / "footfall"
    shutil.copytree(ours, theirs, ignore=shutil.ignore_patterns("assets"))
    (theirs / "assets").symlink_to(ours / "assets")
    database = theirs / "meta" / "database.py"
    newest = changed(database, 'SCHEMA = "', 'SCHEMA = "9999"  # ')
    revision = theirs / "meta" / "alembic" / "versions" / "v9999_added.py"
    revision.write_text(_METADATA.format(newest=newest[:4]), encoding="utf-8")
    (theirs / "store" / "clickhouse" / "migrations" / "9999_added.sql").write_text(_STORE, encoding="utf-8")
    end = "\n\n\nclass RawRequest("
    changed(theirs / "model" / "raw.py", end, f'\n    added: str = "of the next version"{end}')
    changed(theirs / "__init__.py", '__version__ = "', '__version__ = "9.9.9"  # ')
    return folder


def changed(file: Path, text: str, by: str) -> str:
    """Replace a text of a file; what follows on it."""
    before, found, after = file.read_text(encoding="utf-8").partition(text)
    assert found, (file, text)
    file.write_text(before + by + after, encoding="utf-8")
    return after


@dataclass
class Installation:
    drain: Server
    collector: Server
    reader: Server
    code: Path
    """The next version's."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgreSQL) -> Iterator[Installation]:
    """Of this version, below a path: what processes ask one another lies there, too."""
    root = tmp_path_factory.mktemp("upgrade")
    with ExitStack() as stack:
        store = stack.enter_context(clickhouse(root / "clickhouse"))
        shared = {
            "meta_url": postgresql_server.empty(),
            "store_url": f"clickhouse://127.0.0.1:{store}/footfall",
            "flush_interval": "0.2",
            "base_path": "/stats",
        }
        drain = Server(root / "drain", role="drain", **shared)
        collector = Server(root / "collector", role="collect", drain_url=drain.url, **shared)
        reader = Server(root / "reader", role="query", **shared)
        for server in (drain, collector, reader):
            stack.callback(server.close)
        # The reader first: it waits for the drain, which makes the store.
        reader.launch()
        assert until(lambda: says(reader, "waiting for the drain"))
        drain.start()
        collector.start()
        assert until(reader._ready)
        yield Installation(drain, collector, reader, next_version(root / "next"))


def says(server: Server, text: str) -> bool:
    return server.log.exists() and text in server.log.read_text(encoding="utf-8")


def test_a_rolling_upgrade_refuses_nothing_and_loses_nothing(installation):
    drain, collector, reader = installation.drain, installation.collector, installation.reader
    site = Site.of(reader, "shop")

    def send(events: int) -> None:
        assert {report(collector.url, site, f"/{n}").status_code for n in range(events)} == {202}

    send(5)
    assert counted(site, 5) == 5

    # Against the order: a newer collector keeps what its drain does not know.
    collector.stop()
    collector.code = installation.code
    collector.start()
    send(5)
    assert until(lambda: says(collector, "upgrade the drain first"))
    assert counted(site, 5) == 5

    # A newer reader waits for its drain, having migrated the metadata.
    newer = Server(reader.data.with_name("newer"), **reader.settings)
    newer.code = installation.code
    try:
        newer.launch()
        assert until(lambda: says(newer, "waiting for the drain"))

        # The drain of the next version: what waited comes in. An older reader starts again on newer store and metadata.
        drain.stop()
        drain.code = installation.code
        drain.start()
        assert counted(site, 10) == 10
        reader.stop()
        reader.start()
        assert until(newer._ready)
        bearer = {"Authorization": f"Bearer {site.access.token}"}
        path = "/api/web-events/shop/kpis?range=24h"
        answers = [one.http.get(path, headers=bearer) for one in (reader, newer)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json()["current"] == answers[1].json()["current"]
    finally:
        newer.close()

    # An older collector goes on, and starts again.
    collector.stop()
    collector.code = None
    collector.start()
    send(5)
    assert counted(site, 15) == 15


def test_an_older_drain_stops_before_a_newer_store(installation):
    drain = installation.drain
    drain.stop()
    drain.code = installation.code
    drain.start()
    drain.stop()
    drain.code = None
    drain.launch()
    assert drain.process
    assert drain.process.wait(60) == 1
    assert says(drain, "the store has schema 9999, but this version of Footfall supports")
