"""How far a tail is behind, by its note and the file alone."""

from __future__ import annotations

from footfall.importers.tail.lag import behind
from footfall.importers.tail.place import Note, Place, fingerprint


def place(path, offset: int) -> Place:
    return Place(path.stat().st_ino, fingerprint(b""), offset, 0, 0)


def test_bytes_after_the_place(tmp_path):
    log = tmp_path / "access.log"
    log.write_bytes(b"x" * 100)
    for offset, lag in ((40, 60), (100, 0), (120, 0)):
        assert behind(Note(str(log), (place(log, offset),))) == lag


def test_a_log_that_was_rotated_is_unread(tmp_path):
    log = tmp_path / "access.log"
    log.write_bytes(b"x" * 100)
    note = Note(str(log), (place(log, 100),))
    log.rename(tmp_path / "access.log.1")
    assert behind(note) is None
    log.write_bytes(b"x" * 30)
    assert behind(note) == 30


def test_a_log_that_was_never_read(tmp_path):
    log = tmp_path / "access.log"
    log.write_bytes(b"x" * 7)
    assert behind(Note(str(log), whole=True)) == 7
