"""Files, compressed files and standard input as blocks of whole lines, in constant memory."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import math
import re
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
DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError, lzma.LZMAError)
HEAD_BYTES = 64 << 10
"""What tells that a file is no log."""

_GZIP, _ZSTD, _BZIP2, _XZ = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\x00"
_REFUSED: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "a zip archive: unpack it first"),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (257, b"ustar", "a tar archive: unpack it first"),
    (0, b"\xff\xfe", "UTF-16: convert it to UTF-8 first"),
    (0, b"\xfe\xff", "UTF-16: convert it to UTF-8 first"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (0, b"Rar!", "a RAR archive: unpack it first"),
    (0, _GZIP, "compressed twice: unpack it first"),
    (0, _ZSTD, "compressed twice: unpack it first"),
    (0, _XZ, "compressed twice: unpack it first"),
    (0, b"SQLite format 3", "an SQLite database"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"\x7fELF", "a program"),
)
"""Where in the unpacked file, what stands there, and what such a file is."""

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""What servers and Compose colour a terminal with; no part of a line."""

_TORN = re.compile(rb"(?:^|\n)[^\n\0]*\0+")
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\x1b\0")


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

    def content(self, most: float = math.inf) -> Content:
        """Raises UserError (`bad_file`) where it is no text, has more than `most` bytes, or is damaged or cut off."""
        digest, length = hashlib.blake2b(digest_size=16), 0
        for chunk in self._chunks(1 << 20):
            if not length:
                refuse_binary(self.name, chunk[:HEAD_BYTES])
            digest.update(chunk)
            length += len(chunk)
            if length > most:
                raise UserError("bad_file", f"{self.name}: unpacks to more than {most:,} bytes")
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
            rest = _cut(data[end:].lstrip(b"\0"))
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
    """A block's lines without their ends (LF or CR LF). Bytes that aren't UTF-8 become U+FFFD.

    A rotation that tore leaves NUL bytes before a line, after half of another: both are dropped, as are colours.
    """
    block = block.removeprefix(b"\xef\xbb\xbf")
    if not block.strip(b"\0"):
        return pl.Series("line", [], dtype=pl.String)
    try:
        lines = pl.read_lines(block, name="line").to_series()
    except pl.exceptions.ComputeError:
        lines = pl.read_lines(block.decode("utf-8", "replace").encode(), name="line").to_series()
    if b"\x1b" in block:
        lines = lines.str.replace_all(COLOURS.pattern, "")
    return lines.str.strip_chars("\0").str.replace(r"^.*\x00", "") if b"\0" in block else lines


def refuse_binary(name: str, head: bytes) -> None:
    """Raises UserError (`bad_file`) where a file's first bytes are no text, saying what they are."""
    for at, mark, what in _REFUSED:
        if head[at:].startswith(mark):
            raise UserError("bad_file", f"{name}: is {what}")
    zeros = head[1::2].count(0), head[::2].count(0)
    if head and max(zeros) > len(head) // 5 and 4 * min(zeros) < max(zeros):
        raise UserError("bad_file", f"{name}: is UTF-16: convert it to UTF-8 first")
    text = _TORN.sub(b"", head.lstrip(b"\0"))
    if text and 50 * (len(text) - len(text.translate(None, _CONTROL + b"\0"))) > len(text):
        raise UserError("bad_file", f"{name}: is a binary file, not a log")


def decompressed(raw: IO[bytes]) -> Stream:
    """The file itself where its first bytes are those of no compression. Reading on may raise one of DAMAGE."""
    magic = raw.read(10)
    raw.seek(0)
    if magic.startswith(_GZIP):
        return gzip.GzipFile(fileobj=raw)
    if magic.startswith(_ZSTD):
        return zstd.ZstdFile(raw)
    if magic.startswith(_XZ):
        return lzma.LZMAFile(raw)
    if magic.startswith(_BZIP2) and magic[4:] in {b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"}:
        return _Bzip2(raw)
    return raw


class _Bzip2(bz2.BZ2File):
    """Damage is no error of the operating system."""

    def read(self, size: int | None = -1) -> bytes:
        try:
            return super().read(-1 if size is None else size)
        except OSError as error:
            raise EOFError(str(error)) from error


def read_exactly(stream: Stream, size: int) -> bytes:
    parts, missing = [], size
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _cut(rest: bytes) -> bytes:
    return rest[: LINE_BYTES + 1]
