"""Files, compressed files and standard input as blocks of whole lines, in constant memory."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import polars as pl

from footfall import zstd
from footfall.errors import UserError

BLOCK_BYTES = 4 << 20
LINE_BYTES = 64 << 10
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds once decompressed: its BLAKE2b hash in hex, and its length in bytes."""

    fingerprint: str
    length: int


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def seek(self, offset: int, /) -> int: ...


class LogFile:
    """One open, seekable log. It is read twice: for its fingerprint, then for its lines."""

    def __init__(self, name: str, raw: IO[bytes]) -> None:
        self.name = name
        self._raw = raw

    def content(self) -> Content:
        """Raises UserError (`bad_file`) where the compressed data is damaged or cut off."""
        digest, length = hashlib.blake2b(digest_size=16), 0
        for chunk in self._chunks(1 << 20):
            digest.update(chunk)
            length += len(chunk)
        return Content(digest.hexdigest(), length)

    def blocks(self, content: Content, size: int = BLOCK_BYTES) -> Iterator[bytes]:
        """Whole lines, about `size` bytes at a time, of the bytes that `content` was made of and no later ones.

        The same content gives the same blocks, however it is compressed. A line over `LINE_BYTES` is cut off
        after that many bytes and one more, so that whoever parses it can see that it is too long.
        """
        left, rest = content.length, b""
        for chunk in self._chunks(size):
            data = rest + chunk[:left]
            left -= min(left, len(chunk))
            end = data.rfind(b"\n") + 1
            if end:
                yield data[:end]
            rest = _cut(data[end:])
        if rest:
            yield rest

    def _chunks(self, size: int) -> Iterator[bytes]:
        """Chunks of exactly `size` bytes, but for the last: short reads must not move a block's borders."""
        self._raw.seek(0)
        stream = decompressed(self._raw)
        try:
            while chunk := read_exactly(stream, size):
                yield chunk
        except DAMAGE as error:
            raise UserError("bad_file", f"{self.name}: the compressed data is damaged or cut off ({error})") from error


@contextmanager
def open_log(source: str, scratch: Path) -> Iterator[LogFile]:
    """Open a path, or standard input for `-`. Raises UserError (`bad_file`) where it can't be opened.

    What can't be read twice (standard input, a pipe) is copied first to a nameless file in `scratch`, which only
    this user can read and which goes when the process does.
    """
    try:
        raw = sys.stdin.buffer if source == "-" else Path(source).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UserError("bad_file", f"{source}: {error.strerror}") from error
    name = "standard input" if source == "-" else source
    try:
        if source != "-" and raw.seekable():
            yield LogFile(name, raw)
            return
        with tempfile.TemporaryFile(dir=scratch, prefix="import-") as copy:
            shutil.copyfileobj(raw, copy, 1 << 20)
            yield LogFile(name, copy)
    finally:
        if source != "-":
            raw.close()


def to_lines(block: bytes) -> pl.Series:
    """A block's lines without their ends (LF or CR LF). Bytes that aren't UTF-8 become U+FFFD."""
    text = block.decode("utf-8", "replace").removeprefix("\ufeff").removesuffix("\n")
    lines = pl.Series("line", [text]).str.split("\n").explode()
    return lines.str.strip_suffix("\r") if b"\r" in block else lines


def decompressed(raw: IO[bytes]) -> Stream:
    """The file itself where its first bytes are neither gzip's nor zstd's. Reading on may raise one of DAMAGE."""
    magic = raw.read(4)
    raw.seek(0)
    if magic.startswith(_GZIP):
        return gzip.GzipFile(fileobj=raw)
    if magic == _ZSTD:
        return zstd.ZstdFile(raw)
    return raw


def read_exactly(stream: Stream, size: int) -> bytes:
    parts, missing = [], size
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _cut(rest: bytes) -> bytes:
    return rest[: LINE_BYTES + 1]
