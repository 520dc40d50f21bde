from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from footfall.clock import DAY, HOUR, MINUTE
from footfall.meta import Salts, open_meta

TODAY = 20_600
NOON = TODAY * DAY + 12 * HOUR


@pytest.fixture
def salts(meta):
    return Salts(meta.database)


def kinds(meta) -> dict[int, str]:
    with meta.database.read() as session:
        return dict(session.connection().exec_driver_sql("SELECT day, kind FROM salts").all())


def on_disk(settings) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(settings.data.glob("meta.db*")))


def test_a_day_has_one_salt_and_days_differ(salts):
    found = {day: salts.of(day, NOON) for day in (TODAY, TODAY - 1, TODAY - 2, TODAY - 900)}
    assert {len(salt) for salt in found.values()} == {16}
    assert len(set(found.values())) == 4
    assert {day: salts.of(day, NOON + HOUR) for day in found} == found


@pytest.mark.parametrize(
    ("day", "now", "kind"),
    [
        (TODAY, NOON, "live"),
        (TODAY - 1, NOON, "live"),
        (TODAY + 1, (TODAY + 1) * DAY - 5 * MINUTE, "live"),
        (TODAY - 2, NOON, "import"),
        (TODAY - 3000, NOON, "import"),
    ],
)
def test_kind_goes_by_the_age_of_the_day(salts, meta, day, now, kind):
    salts.of(day, now)
    assert kinds(meta) == {day: kind}


def test_late_events_get_the_live_salt_while_there_is_one(salts):
    live = salts.of(TODAY, NOON)
    assert salts.of(TODAY, (TODAY + 3) * DAY - 1) == live
    assert salts.of(TODAY, (TODAY + 3) * DAY) != live


def test_two_processes_agree_at_once(meta, settings, clock):
    others = [open_meta(settings, clock) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        for day in (TODAY, TODAY - 10):
            found = set(pool.map(lambda opened, day=day: Salts(opened.database).of(day, NOON), others * 4))
            assert len(found) == 1
    for opened in others:
        opened.close()


def test_live_salt_ends_48_hours_after_its_day_even_if_used(salts, meta):
    end = (TODAY + 1) * DAY + 48 * HOUR
    salts.of(TODAY, NOON)
    salts.of(TODAY, end - 1)
    assert salts.sweep(end - 1) == 0
    assert salts.sweep(end) == 1
    assert kinds(meta) == {}


def test_import_salt_ends_48_hours_after_its_last_use(salts, meta):
    first = salts.of(5, NOON)
    assert salts.of(5, NOON + 40 * HOUR) == first
    assert salts.sweep(NOON + 48 * HOUR) == 0
    assert salts.of(5, NOON + 50 * HOUR) == first
    assert salts.sweep(NOON + 97 * HOUR) == 0
    assert salts.sweep(NOON + 98 * HOUR) == 1
    assert salts.of(5, NOON + 98 * HOUR) != first


def test_salt_swept_by_another_process_is_not_remembered(salts, meta):
    first = salts.of(5, NOON)
    Salts(meta.database).sweep(NOON + 49 * HOUR)
    assert salts.of(5, NOON + 49 * HOUR) != first


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_swept_salts_are_nowhere_in_the_files(salts, meta, settings):
    old = [salts.of(day, NOON) for day in range(1000)]
    live = salts.of(TODAY, NOON)
    for day in range(0, 1000, 3):
        salts.of(day, NOON + 2 * HOUR)  # rewrites rows, so that pages have been rearranged
    before = on_disk(settings)
    assert all(salt in before for salt in old)
    assert salts.sweep(NOON + 50 * HOUR) == 1000
    after = on_disk(settings)
    assert [salt for salt in old if salt in after] == []
    assert live in after


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_sweep_beside_a_reader_is_finished_by_the_next_one(salts, settings):
    salt = salts.of(5, NOON)
    reader = sqlite3.connect(settings.data / "meta.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM salts").fetchall()
    with salts._database._reader.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    assert salts.sweep(NOON + 49 * HOUR) == 1
    assert salt in on_disk(settings)
    reader.close()
    assert salts.sweep(NOON + 50 * HOUR) == 0
    assert salt not in on_disk(settings)


def test_salts_of_the_present_are_made_ahead(salts, meta):
    salts.prepare(NOON)
    assert kinds(meta) == {TODAY - 1: "live", TODAY: "live", TODAY + 1: "live"}
    made = {day: salts.of(day, NOON) for day in (TODAY, TODAY + 1)}
    salts.maintain(NOON + DAY)
    assert {day: salts.of(day, NOON + DAY) for day in made} == made
    assert kinds(meta) == dict.fromkeys(range(TODAY - 1, TODAY + 3), "live")


def test_salts_made_ahead_are_those_of_other_processes(salts, meta, settings, clock):
    salts.prepare(NOON)
    other = open_meta(settings, clock)
    assert Salts(other.database).of(TODAY + 1, NOON + DAY) == salts.of(TODAY + 1, NOON + DAY)
    other.close()


def test_a_live_salt_is_read_once(salts, meta):
    first = salts.of(TODAY, NOON)
    with meta.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM salts")
    assert salts.of(TODAY, (TODAY + 1) * DAY + 48 * HOUR - 1) == first
    assert salts.of(TODAY, (TODAY + 1) * DAY + 48 * HOUR) != first
