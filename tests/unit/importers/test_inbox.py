"""Files of uploads: how far they have come, and what the disk has room for."""

from __future__ import annotations

import pytest

from footfall.errors import TransientError, UserError
from footfall.importers.inbox import ROOM, Inbox
from footfall.model.upload import NewUpload, Upload, UploadState


def upload(id_: str = "upl_a", size: int = 10, state: UploadState = UploadState.RECEIVING) -> Upload:
    return Upload(id_, 1, NewUpload("access.log", size, "0" * 64, "", "UTC"), state, created_at=0)


@pytest.fixture
def inbox(tmp_path) -> Inbox:
    return Inbox(tmp_path, lambda _: ROOM + 100)


def append(inbox: Inbox, one: Upload, content: bytes) -> None:
    with inbox.arriving(one, inbox.received(one)) as file:
        file.append(content, file.here)
        file.sync()


def test_a_file_grows_at_its_end_alone(inbox):
    one = upload()
    append(inbox, one, b"abc")
    append(inbox, one, b"defg")
    assert inbox.received(one) == 7
    assert inbox.path(one.id).read_bytes() == b"abcdefg"
    with pytest.raises(UserError, match="7 bytes have come"), inbox.arriving(one, 3):
        pass
    with pytest.raises(UserError, match="10 bytes"):
        append(inbox, one, b"hijk")


def test_one_request_at_a_time(inbox):
    with (
        inbox.arriving(upload(), 0),
        pytest.raises(UserError, match="another request"),
        inbox.arriving(upload(), 0),
    ):
        pass


def test_room_counts_what_others_still_need(inbox):
    inbox.check_room(100, [])
    with pytest.raises(TransientError, match="room for 100 more bytes"):
        inbox.check_room(101, [])
    other = upload("upl_b", 60)
    append(inbox, other, b"x" * 20)
    inbox.check_room(60, [other])
    with pytest.raises(TransientError):
        inbox.check_room(61, [other])
    inbox.check_room(100, [upload("upl_c", 1_000, UploadState.WAITING)])


def test_a_disk_that_refuses_is_told_as_passing(inbox, monkeypatch):
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    with pytest.raises(TransientError):
        append(inbox, upload(), b"abc")
    assert inbox.received(upload()) == 0


def test_a_full_disk_is_known(tmp_path):
    assert Inbox(tmp_path, lambda _: ROOM - 1).is_full()
    assert not Inbox(tmp_path, lambda _: ROOM).is_full()
