from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from footfall import zstd
from footfall.errors import UserError
from footfall.importers.reader import LINE_BYTES, LogFile, open_log, to_lines

Pack = Callable[[bytes], bytes]


def read(data: bytes, size: int) -> list[bytes]:
    log = LogFile("x", io.BytesIO(data))
    return list(log.blocks(log.content(), size))


@pytest.mark.parametrize(
    ("data", "size", "blocks"),
    [
        (b"", 4, []),
        (b"a\nb\n", 100, [b"a\nb\n"]),
        (b"a\nb", 100, [b"a\n", b"b"]),
        (b"aa\nbb\ncc\n", 4, [b"aa\n", b"bb\n", b"cc\n"]),
        (b"\n\n\n", 2, [b"\n\n", b"\n"]),
        (b"abcdefgh\ni\n", 3, [b"abcdefgh\n", b"i\n"]),
    ],
)
def test_blocks_are_whole_lines(data: bytes, size: int, blocks: list[bytes]) -> None:
    assert read(data, size) == blocks
    for pack in (gzip.compress, zstd.compress, bz2.compress, lzma.compress):
        assert read(pack(data), size) == blocks


def test_an_endless_line_takes_little_memory_and_stays_too_long() -> None:
    blocks = read(b"a\n" + b"x" * (10 * LINE_BYTES) + b"\nb\n", LINE_BYTES)
    assert blocks[0] == b"a\n"
    assert LINE_BYTES < blocks[1].index(b"\n") < 3 * LINE_BYTES
    assert b"".join(blocks).count(b"\n") == 3


def test_an_endless_last_line() -> None:
    assert len(read(b"x" * (10 * LINE_BYTES), LINE_BYTES)[0]) == LINE_BYTES + 1


def test_several_gzip_members_and_zstd_frames_are_one_file() -> None:
    for pack in (gzip.compress, zstd.compress, bz2.compress, lzma.compress):
        assert read(pack(b"a\n") + pack(b"b\n"), 100) == [b"a\nb\n"]


def test_what_is_appended_meanwhile_is_left_for_another_time() -> None:
    raw = io.BytesIO(b"a\nb\n")
    log = LogFile("x", raw)
    content = log.content()
    raw.seek(0, io.SEEK_END)
    raw.write(b"c\n")
    assert list(log.blocks(content, 3)) == [b"a\n", b"b\n"]


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress, bz2.compress, lzma.compress])
def test_cut_off_compressed_data_names_the_file(tmp_path: Path, pack: Pack) -> None:
    path = tmp_path / "cut.log"
    path.write_bytes(pack(b"a line\n" + os.urandom(5000).hex().encode())[:-700])
    with (
        open_log(str(path), tmp_path) as log,
        pytest.raises(UserError, match=r"cut\.log: the compressed data is damaged or cut off"),
    ):
        log.content()


@pytest.mark.parametrize("magic", [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh91AY&SY", b"\xfd7zXZ\x00"])
def test_garbage_behind_a_magic_number(magic: bytes) -> None:
    with pytest.raises(UserError, match=r"x: the compressed data is damaged"):
        LogFile("x", io.BytesIO(magic + b"garbage" * 9)).content()


@pytest.mark.parametrize(("name", "message"), [("none.log", "No such file"), (".", "Is a directory")])
def test_what_cannot_be_opened(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(UserError, match=message), open_log(str(tmp_path / name), tmp_path):
        pass


def test_a_pipe_is_copied(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    feeder = threading.Thread(target=pipe.write_bytes, args=(b"a\nb\n",))
    feeder.start()
    with open_log(str(pipe), tmp_path) as log:
        assert list(log.blocks(log.content(), 100)) == [b"a\nb\n"]
    feeder.join()


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\rb\n", ["a\rb"]),
        (b"\n", [""]),
        (b"\n\n", ["", ""]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        (b"\xff\n", ["\ufffd"]),
        ("\u2028\x85\x0b\n".encode(), ["\u2028\x85\x0b"]),
        (b"", []),
        (b"\0\0", []),
        (b"\0\0\0a\nb\n", ["a", "b"]),
        (b"half a li\0\0\0a\n\0b\0\0\n\0\n", ["a", "b", ""]),
    ],
)
def test_lines(block: bytes, lines: list[str]) -> None:
    assert to_lines(block).to_list() == lines


def test_a_torn_rotation_of_any_size_is_no_long_line() -> None:
    blocks = read(b"\0" * (10 * LINE_BYTES) + b"a\nb\n", LINE_BYTES)
    assert [line for block in blocks for line in to_lines(block)] == ["a", "b"]


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("access.log", data)
    return out.getvalue()


def tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("access.log")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


LINE = b'203.0.113.7 - - [27/Nov/2026:19:49:57 +0000] "GET /a HTTP/1.1" 200 512\n'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped(LINE), "x: is a zip archive: unpack it first"),
        (tarred(LINE), "x: is a tar archive: unpack it first"),
        (gzip.compress(tarred(LINE), mtime=0), "x: is a tar archive: unpack it first"),
        (gzip.compress(zstd.compress(LINE), mtime=0), "x: is compressed twice: unpack it first"),
        (LINE.decode().encode("utf-16"), "x: is UTF-16: convert it to UTF-8 first"),
        (LINE.decode().encode("utf-16-le"), "x: is UTF-16: convert it to UTF-8 first"),
        (LINE.decode().encode("utf-16-be"), "x: is UTF-16: convert it to UTF-8 first"),
        (b"\x7fELF\x02\x01", "x: is a program"),
        (bytes(range(256)) * 4, "x: is a binary file, not a log"),
    ],
    ids=["zip", "tar", "tar.gz", "zst.gz", "utf-16", "utf-16-le", "utf-16-be", "program", "binary"],
)
def test_what_is_no_log_is_named(data: bytes, message: str) -> None:
    with pytest.raises(UserError) as caught:
        LogFile("x", io.BytesIO(data)).content()
    assert (caught.value.code, caught.value.message) == ("bad_file", message)


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 5000 + LINE * 9,
        LINE + b"half a li" + b"\0" * 5000 + LINE,
        LINE * 9 + b"\0" * 9000 + LINE,
        b"\x1b[36mweb-1  | \x1b[0m" + LINE,
        "é\x85ü\n".encode("latin-1") * 9,
        b"BZh is how this line begins\n",
        b"",
    ],
)
def test_what_is_odd_but_a_log(data: bytes) -> None:
    assert LogFile("x", io.BytesIO(data)).content().length == len(data)
