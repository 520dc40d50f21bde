"""`footfall upgrade --check` says what a start changes, and changes nothing."""

from __future__ import annotations

from contextlib import closing

import pytest
from tests.contract.test_drain import event, request, submit
from tests.support.draining import Watcher, drain_all

from footfall.drain.drain import Drain
from footfall.drain.journal import Journal
from footfall.errors import FatalError
from footfall.meta import newest_schema, open_meta
from footfall.runtime import upgrading
from footfall.settings import Settings
from footfall.spool.memory import MemorySpool
from footfall.store.clickhouse import migrate, newest_migration, open_store, place_of
from footfall.store.clickhouse.migrate import migrations

pytestmark = pytest.mark.embedded


def test_what_a_start_would_do_is_told_and_then_done(settings: Settings) -> None:
    assert upgrading.check(settings) == []  # there is no installation
    open_meta(settings, lambda: 0).close()
    store = open_store(settings)
    store.migrate()
    spool = MemorySpool()
    submit(spool, event(0), event(1), request(2))
    drain_all(Drain(lambda: [("serve", spool)], store, Journal(settings.data / "drain"), Watcher()), spool)
    store.command("DELETE FROM schema_migrations WHERE number IN (2, 20)")
    store.command("ALTER TABLE sessions UPDATE varies = 65535 WHERE 1 SETTINGS mutations_sync = 2")
    store.close()

    for _ in range(2):
        referrers, earned, sessions, rolled_up = upgrading.check(settings)
        assert (referrers.part, referrers.says) == ("store", "migration 2, session referrer, goes through 4 rows")
        assert (earned.says, earned.background) == ("migration 20, earned", False)
        assert (sessions.part, sessions.says) == ("sessions", "facts of up to 2 sessions are filled in")
        assert sessions.background
        assert rolled_up.says == "those of up to 3 events, requests and logs are made again"

    upgrading.upgrade(settings)
    assert {step.part for step in upgrading.check(settings)} <= {"sessions"}
    again = open_store(settings)
    assert again.query("SELECT max(number), countIf(number = 20) FROM schema_migrations").rows == [
        (newest_migration(), 1)
    ]
    again.close()


def test_a_store_of_every_version_is_looked_at(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    open_meta(settings, lambda: 0).close()
    known = migrations()
    for count in range(1, len(known)):
        with monkeypatch.context() as earlier, closing(open_store(settings)) as store:
            earlier.setattr(migrate, "migrations", lambda count=count: known[:count])
            store.migrate()
            if count == 1:
                store.command("INSERT INTO sessions (project_id, session) VALUES (1, 1)")
        steps = upgrading.check(settings)
        assert sum(step.part == "store" for step in steps) == len(known) - count
    upgrading.upgrade(settings)
    assert [step.part for step in upgrading.check(settings)] == ["sessions"]  # which the next server fills in


def test_a_store_that_has_moved_is_not_upgraded(settings: Settings) -> None:
    meta = open_meta(settings, lambda: 1)
    meta.moves.begin(place_of(settings), "clickhouse://there/footfall")
    assert meta.moves.complete()
    meta.close()
    for look in (upgrading.check, upgrading.upgrade):
        with pytest.raises(FatalError, match="the store has moved"):
            look(settings)


def test_metadata_of_an_earlier_version(settings: Settings) -> None:
    meta = open_meta(settings, lambda: 0)
    with meta.database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0016'")
    meta.close()
    (step,) = upgrading.check(settings)
    assert (step.part, step.says) == ("metadata", f"schema 0016 becomes {newest_schema()}")


def test_metadata_of_a_later_version_that_this_one_works_with_stay(settings: Settings) -> None:
    with closing(open_meta(settings, lambda: 0)) as meta, meta.database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert upgrading.check(settings) == []
