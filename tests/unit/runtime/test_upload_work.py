"""What happens to uploads on a thread of the server, step by step, on a clock of the test."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from footfall.clock import DAY, SECOND, system_clock
from footfall.importers.inbox import ROOM, Inbox
from footfall.meta.uploads import MAX_KEPT
from footfall.model.upload import NewUpload, UploadState
from footfall.runtime.parts import open_parts
from footfall.runtime.upload_work import KEPT, UploadWork
from footfall.settings import Settings
from footfall.spool.spools import Spools

LOG = (Path(__file__).parents[2] / "fixtures" / "access-2015-05-head.log").read_bytes()


class Place:
    """An installation without a server; `free` are the free bytes of its disk."""

    def __init__(self, parts, spools) -> None:
        self.free = ROOM
        self.parts = parts
        self.project = parts.meta.create_project("shop")
        self.inbox = Inbox(parts.settings.data, lambda _: self.free)
        self.uploads = parts.meta.uploads
        self.work = UploadWork(parts, spools, self.inbox)

    def received(self, content: bytes = LOG) -> str:
        said = NewUpload("access.log", len(content), hashlib.sha256(content).hexdigest(), "", "UTC")
        made, _ = self.uploads.begin(self.project, said)
        self.inbox.create(made.id)
        self.inbox.path(made.id).write_bytes(content)
        self.uploads.note(made.id, state=UploadState.WAITING)
        return made.id

    def state(self, id_: str) -> UploadState:
        return self.uploads.find(self.project, id_).state


@pytest.fixture
def place(tmp_path):
    settings = Settings(data=tmp_path)
    with open_parts(settings, system_clock) as parts:
        spools = Spools(settings, system_clock)
        yield Place(parts, spools)
        spools.close()


def test_an_upload_is_imported_and_its_file_goes(place):
    id_ = place.received()
    place.work()
    found = place.uploads.find(place.project, id_)
    assert (found.state, found.accepted) == (UploadState.FINISHED, LOG.count(b"\n"))
    assert not place.inbox.has(id_)


def test_a_stop_leaves_it_to_the_next_start(place):
    id_ = place.received()
    place.work.stop()
    place.work()
    assert place.state(id_) is UploadState.WAITING
    assert place.inbox.has(id_)


def test_an_import_waits_where_the_disk_is_full(place):
    id_ = place.received()
    place.free = ROOM - 1

    def waited(_: float) -> None:
        assert "disk is nearly full" in place.uploads.find(place.project, id_).reason
        place.free = ROOM

    place.work._stopping.wait = waited
    place.work()
    assert place.state(id_) is UploadState.FINISHED


def test_one_that_was_removed_meanwhile_ends(place):
    id_ = place.received()
    upload = place.uploads.find(place.project, id_)
    place.uploads.remove(place.project, id_)
    place.work._try(upload)
    assert place.uploads.all(place.project) == []


def test_a_bomb_is_refused(place, monkeypatch):
    monkeypatch.setattr("footfall.runtime.upload_work.UNPACKED_LIMITS", (100, 0))
    id_ = place.received()
    place.work()
    found = place.uploads.find(place.project, id_)
    assert (found.state, found.reason) == (UploadState.FAILED, "unpacks to more than 100 bytes")


def test_what_nobody_goes_on_with_is_removed(place):
    left, fresh = place.received(b"left"), place.received(b"fresh")
    for id_ in (left, fresh):
        place.uploads.note(id_, state=UploadState.RECEIVING)
    old = (system_clock() - KEPT - DAY) / SECOND
    os.utime(place.inbox.path(left), (old, old))
    (place.inbox.directory / "upl_unknown.rejected.tsv").write_text("")
    place.work()
    assert [one.id for one in place.uploads.all(place.project)] == [fresh]
    assert [path.name for path in place.inbox.directory.iterdir()] == [fresh]


def test_a_deleted_project_leaves_no_file(place):
    place.received()
    place.parts.meta.editor.delete("shop")
    place.work()
    assert list(place.inbox.directory.iterdir()) == []


def test_bytes_that_are_gone_are_told(place):
    """As after a restore: backups have no uploads."""
    id_ = place.received()
    place.inbox.path(id_).unlink()
    place.work()
    assert place.uploads.find(place.project, id_).reason == "its bytes are gone: upload it again"
    assert place.received() != id_


def test_the_oldest_notes_go(place):
    for number in range(MAX_KEPT + 2):
        said = NewUpload("a", 1, f"{number:064x}", "", "UTC")
        made, _ = place.uploads.begin(place.project, said)
        place.uploads.end(made.id, UploadState.FINISHED)
    assert len(place.uploads.all(place.project)) == MAX_KEPT
