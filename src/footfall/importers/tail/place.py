"""What a tail notes: how far it has read which contents."""

from __future__ import annotations

import hashlib

import msgspec

HEAD_BYTES = 4096
"""A content is known by this many of its first bytes, or as many as were read."""


class Place(msgspec.Struct, frozen=True):
    """How far a content was read. Bytes count decompressed; `changed` is the file's time of change in nanoseconds."""

    inode: int
    head: str  # BLAKE2b of the first min(offset, HEAD_BYTES) bytes, in hex
    offset: int  # after the last line that is in the spool
    line: int  # lines before the offset
    changed: int
    boundary: bool = False  # never FILE as far as is known: what comes after it is read, but nothing more of it

    def known_by(self) -> int:
        """How many of its first bytes the content is known by."""
        return min(self.offset, HEAD_BYTES)

    def fits(self, beginning: bytes) -> bool:
        """Whether a content that begins so, at least as far as it is known, is this one."""
        return len(beginning) >= self.known_by() and fingerprint(beginning[: self.known_by()]) == self.head


class Note(msgspec.Struct, frozen=True):
    """The places of a tail, oldest content first: none whose offset is 0. `file` is for people.

    What was written before the first place was read, or is not for this tail; with `whole`, nothing of that is there,
    and every content that has no place is unread.
    """

    file: str
    places: tuple[Place, ...] = ()
    whole: bool = False


def encode(note: Note) -> bytes:
    return msgspec.json.encode(note)


def decode(note: bytes) -> Note | None:
    """None where nothing was ever noted: the tail has not begun."""
    return msgspec.json.decode(note, type=Note) if note else None


def fingerprint(beginning: bytes) -> str:
    return hashlib.blake2b(beginning, digest_size=16).hexdigest()
