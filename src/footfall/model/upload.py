"""An access log that is sent over HTTP to be imported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UploadState(StrEnum):
    """`known` is the end of a file whose content had been imported before: nothing was added."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    IMPORTING = "importing"
    FINISHED = "finished"
    KNOWN = "known"
    FAILED = "failed"


UNDER_WAY = (UploadState.RECEIVING, UploadState.WAITING, UploadState.IMPORTING)


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What its sender says of it.

    `sha256` in hex and `size` are of the file as it is sent. `format` is `""` where it is to be recognised, `timezone`
    the zone of times that name none.
    """

    name: str
    size: int
    sha256: str
    format: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Upload:
    """`project` is the project's number. Of the unpacked content, `read_bytes` of `content_bytes` are imported.

    `reason` says why it failed, or what it waits for. Times in Unix milliseconds.
    """

    id: str
    project: int
    said: NewUpload
    state: UploadState
    created_at: int
    reason: str = ""
    accepted: int = 0
    rejected: int = 0
    read_bytes: int = 0
    content_bytes: int = 0
    finished_at: int | None = None
