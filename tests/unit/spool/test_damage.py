"""Damaged files of a spool: what can be read goes on, the rest is set aside and counted, and nothing is gone unseen."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from footfall.model.raw import EventRows, RawEvent
from footfall.spool.protocol import Key, Submission
from footfall.spool.salvage import SET_ASIDE
from footfall.spool.sqlite import SqliteSpool

PAGE = 4096
NOW = 1_750_000_000_000


def opened(path: Path) -> SqliteSpool:
    return SqliteSpool(path, clock=lambda: NOW, capacity=1_000_000, keep_seconds=3600)


def event(number: int) -> Submission:
    text = random.Random(number).randbytes(number % 7 * 2000).hex().encode()  # nothing repeats, so it stays long
    properties = b'{"t": "%s"}' % text  # some rows need overflow pages
    row = RawEvent(timestamp=1, id_hi=2, id_lo=number, name=f"e{number}", properties=properties)
    return Submission(EventRows(1, 5, [row]))


def filled(path: Path, count: int, *, drained: int = 0, key: str = "") -> None:
    """A spool whose process was killed: its log is as that left it."""
    live = path.with_name("live.db")
    spool = opened(live)
    if key:
        spool.append([Submission(event(0).record, Key(1, key), b"answer")])
    for number in range(1, count + 1):
        spool.append([event(number)])
        if number == drained:
            batch = spool.take(drained)
            spool.finish(batch)
    for suffix in (".db", ".db-wal", ".mark"):
        shutil.copy(live.with_suffix(suffix), path.with_suffix(suffix))
    spool.close()


def names(spool: SqliteSpool) -> list[str]:
    """Everything that is still to be drained, drained."""
    found: list[str] = []
    while batch := spool.take(100_000):
        found += [row.name for record in spool.records(batch) for row in record.rows]
        spool.finish(batch)
    return found


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def checkpointed(path: Path) -> None:
    """Everything in the main file, as most of a large spool is."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def zeroed_page(path: Path) -> None:
    checkpointed(path)
    overwrite(path, path.stat().st_size // PAGE // 2 * PAGE, bytes(PAGE))


def garbage_page(path: Path) -> None:
    checkpointed(path)
    overwrite(path, path.stat().st_size // PAGE // 2 * PAGE, random.Random(1).randbytes(PAGE))


def zeroed_head(path: Path) -> None:
    checkpointed(path)
    overwrite(path, 0, bytes(PAGE))


def truncated(path: Path) -> None:
    checkpointed(path)
    os.truncate(path, path.stat().st_size // 2 + 100)


def emptied(path: Path) -> None:
    checkpointed(path)
    os.truncate(path, 0)


def no_database(path: Path) -> None:
    checkpointed(path)
    path.write_bytes(b"this is no database" * 1000)


def flipped_log(path: Path) -> None:
    content = bytearray(wal(path).read_bytes())
    content[len(content) // 3] ^= 0xFF
    wal(path).write_bytes(content)


def no_log(path: Path) -> None:
    wal(path).unlink()


def truncated_log(path: Path) -> None:
    os.truncate(wal(path), wal(path).stat().st_size // 2)


def no_file(path: Path) -> None:
    path.unlink()


DAMAGES: list[tuple[Callable[[Path], None], int]] = [
    (zeroed_page, 50),
    (garbage_page, 50),
    (zeroed_head, 100),  # the first page holds none of the rows
    (truncated, 10),
    (emptied, 0),
    (no_database, 0),
    (flipped_log, 95),
    (no_log, 0),
    (truncated_log, 10),
    (no_file, 0),
]


@pytest.mark.parametrize(("damage", "least"), DAMAGES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_what_can_be_read_goes_on_and_the_rest_is_counted(
    tmp_path: Path, damage: Callable[[Path], None], least: int
) -> None:
    path = tmp_path / "serve.db"
    filled(path, 100)
    damage(path)
    spool = opened(path)
    found = names(spool)
    state = spool.state()
    assert len(found) >= least
    assert (len(set(found)), len(found) + state.lost + state.damaged) == (len(found), 100)
    assert sorted(found, key=lambda name: int(name[1:])) == found
    spool.append([event(101)])
    assert names(spool) == ["e101"]
    assert spool.state().waiting == 0
    spool.close()
    again = opened(path)
    assert (names(again), again.state().lost) == ([], state.lost)
    again.close()


@pytest.mark.parametrize("damage", [damage for damage, _ in DAMAGES], ids=lambda damage: damage.__name__)
def test_what_is_drained_is_not_drained_again(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    path = tmp_path / "serve.db"
    filled(path, 100, drained=60)
    damage(path)
    spool = opened(path)
    found = names(spool)
    assert {f"e{number}" for number in range(1, 61)} & set(found) == set()
    assert len(found) + spool.state().lost + spool.state().damaged == 40
    spool.close()


def test_a_batch_under_way_comes_back_under_its_number(tmp_path: Path) -> None:
    """Its plan may be half applied: under another number its rows would be stored twice."""
    path = tmp_path / "serve.db"
    spool = opened(path)
    for number in range(1, 101):
        spool.append([event(number)])
    batch = spool.take(60)
    spool.close()
    zeroed_head(path)
    spool = opened(path)
    assert spool.take(1000) == batch
    spool.close()


def test_a_batch_that_ends_right_before_a_kill_is_not_counted_as_lost(tmp_path: Path) -> None:
    """The log that says so is gone, and the plan of the batch with its end: the mark is what is left."""
    live, path = tmp_path / "live.db", tmp_path / "spool.db"
    spool = opened(live)
    spool.append([event(number) for number in range(1, 6)])
    batch = spool.take(5)
    assert batch is not None
    marks: list[bytes] = []
    spool._drain.set_trace_callback(  # what is on the disk when the commit begins
        lambda sql: marks.append(live.with_suffix(".mark").read_bytes()) if sql == "COMMIT" else None
    )
    spool.finish(batch)
    shutil.copy(live, path)
    path.with_suffix(".mark").write_bytes(marks[-1])
    spool.close()
    again = opened(path)
    assert names(again) == []
    again.close()
    assert losses(path) == []


def losses(path: Path) -> list[tuple[int, int, int]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT first, last, events FROM lost ORDER BY first").fetchall()


@pytest.mark.parametrize("drain", [True, False])
def test_a_loss_stays_known_when_the_file_is_damaged_again(tmp_path: Path, *, drain: bool) -> None:
    path = tmp_path / "serve.db"
    filled(path, 100)
    truncated(path)
    spool = opened(path)
    if drain:
        names(spool)
    spool.close()
    (loss,) = losses(path)
    emptied(path)
    spool = opened(path)
    found = losses(path)
    assert found[-1 if not drain else 0] == loss
    assert spool.state().lost == sum(events for *_, events in found) == (loss[2] if drain else 100)
    spool.append([event(101)])
    spool.close()
    emptied(path)
    opened(path).close()
    assert losses(path) == [*found, (101, 101, 1)]


def test_rows_beside_a_loss_are_counted_when_they_go_too(tmp_path: Path) -> None:
    path = tmp_path / "serve.db"
    filled(path, 10)
    spool = opened(path)
    batch = spool.take(100)
    for gone in (5, 6, 3):
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DELETE FROM rows WHERE seq = ?", (gone,))
        assert len([*spool.records(batch)]) == len([*spool.records(batch)])
    assert [(first, last) for first, last, _ in losses(path)] == [(3, 3), (5, 5), (6, 6)]
    assert all(events for *_, events in losses(path))
    spool.close()


@pytest.mark.parametrize("damage", [zeroed_page, truncated, no_database], ids=lambda damage: damage.__name__)
def test_damaged_files_are_set_aside(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    path = tmp_path / "serve.db"
    filled(path, 100)
    damage(path)
    damaged = path.read_bytes()
    opened(path).close()
    (aside,) = (tmp_path / SET_ASIDE).glob("serve-*.db")
    assert aside.read_bytes()[:PAGE] == damaged[:PAGE]
    assert (tmp_path / SET_ASIDE).stat().st_mode & 0o077 == 0


def test_keys_and_notes_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "serve.db"
    filled(path, 100, key="k")
    checkpointed(path)
    with closing(sqlite3.connect(path)) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'rows'").fetchone()[0]
    overwrite(path, (root - 1) * PAGE, bytes(PAGE))
    spool = opened(path)
    assert spool.append([Submission(event(7).record, Key(1, "k"), b"another")]) == [b"answer"]
    spool.close()


def test_damage_under_a_running_server_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "serve.db"
    filled(path, 100)
    checkpointed(path)
    spool = opened(path)
    spool.mendable = True
    overwrite(path, path.stat().st_size // PAGE // 2 * PAGE, bytes(PAGE))
    found: list[str] = []
    for _ in range(3):
        try:
            found = names(spool)
        except Exception:  # noqa: BLE001, S112 - the drain tries again
            continue
        break
    state = spool.state()
    assert len(found) >= 50
    assert len(found) + state.lost + state.damaged == 100
    spool.append([event(101)])
    assert names(spool) == ["e101"]
    spool.close()


def test_a_healing_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "serve.db"
    filled(path, 100)
    checkpointed(path)
    shutil.copy(path, path.with_suffix(".healed"))
    path.unlink()  # killed between setting the damaged file aside and giving the new one its name
    spool = opened(path)
    assert (len(names(spool)), spool.state().lost) == (100, 0)
    spool.close()


def test_a_spool_of_before_has_no_mark_and_opens(tmp_path: Path) -> None:
    path = tmp_path / "serve.db"
    filled(path, 10)
    path.with_suffix(".mark").unlink()
    spool = opened(path)
    assert (len(names(spool)), spool.state().lost) == (10, 0)
    spool.close()


@pytest.mark.parametrize("taken", [False, True])
def test_a_mark_that_is_gone_is_written_anew(tmp_path: Path, *, taken: bool) -> None:
    """What is lost afterwards is counted as with the former: what was drained is not."""
    path = tmp_path / "serve.db"
    filled(path, 10, drained=3)
    if taken:
        spool = opened(path)
        spool.take(5)
        spool.close()
    path.with_suffix(".mark").unlink()
    opened(path).close()
    emptied(path)
    spool = opened(path)
    assert names(spool) == []
    spool.close()
    assert losses(path) == ([(4, 8, 5), (9, 10, 2)] if taken else [(4, 10, 7)])


def test_a_mark_that_is_damaged_or_old_loses_nothing(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"x" * 200, bytes(200))):
        path = tmp_path / str(number) / "serve.db"
        path.parent.mkdir()
        filled(path, 10, drained=3)
        path.with_suffix(".mark").write_bytes(content)
        spool = opened(path)
        assert (len(names(spool)), spool.state().lost) == (7, 0)
        spool.close()


@pytest.mark.parametrize(("gone", "lost"), [((4, 5), 2), ((8,), 1), ((5, 7), 2), ((4, 5, 6, 7, 8), 5)])
@pytest.mark.parametrize("drained", [0, 3])
def test_rows_that_are_gone_from_a_batch_under_way_are_counted(
    tmp_path: Path, gone: tuple[int, ...], lost: int, drained: int
) -> None:
    first = drained - 3
    path = tmp_path / "serve.db"
    filled(path, 5 + drained, drained=drained)
    spool = opened(path)
    batch = spool.take(100)
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany("DELETE FROM rows WHERE seq = ?", [(number + first,) for number in gone])
    assert len([*spool.records(batch)]) == 5 - lost
    assert spool.state().lost == lost
