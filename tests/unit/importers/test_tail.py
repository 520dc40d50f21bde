"""Following a log: whatever happens to it and to the process, each line is in the spool once."""

from __future__ import annotations

import gzip
import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from import_support import NOW, Importer

from footfall import zstd
from footfall.errors import TransientError, UserError
from footfall.importers.formats.operator import format_of
from footfall.importers.report import Report
from footfall.importers.tail.follow import Tail
from footfall.importers.target import Target
from footfall.spool.memory import MemorySpool

LATER = 10**9  # seconds: nothing is settled
AT_ONCE = 0


def line(name: object) -> str:
    return f'192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] "GET /{name} HTTP/1.1" 200 1 "-" "agent"'


def text(*names: object) -> str:
    return "".join(line(name) + "\n" for name in names)


@dataclass
class Log:
    """A log in a directory of its own, and processes that follow it one after the other."""

    path: Path
    target: Target
    report: Path
    settle: float = AT_ONCE
    tail: Tail | None = field(default=None)

    def sibling(self, name: str) -> Path:
        return self.path.with_name(name)

    def write(self, *names: object, to: str = "access.log") -> None:
        with self.sibling(to).open("a") as file:
            file.write(text(*names))

    def rename(self, *names: str) -> None:
        """`a, b, c`: a becomes b, and before that b becomes c."""
        for old, new in reversed(list(pairwise(names))):
            if self.sibling(old).exists():
                self.sibling(old).rename(self.sibling(new))

    def pack(self, name: str) -> None:
        raw = self.sibling(name)
        self.sibling(f"{name}.gz").write_bytes(gzip.compress(raw.read_bytes()))
        raw.unlink()

    def copytruncate(self, to: str) -> None:
        shutil.copyfile(self.path, self.sibling(to))
        os.truncate(self.path, 0)

    def run(self, **options: object) -> Tail:
        """All that is there, by the process that runs or a new one."""
        if self.tail is None:
            options = {"settle": self.settle, **options}
            self.tail = Tail(self.path, self.target, Report(self.report), **options)  # type: ignore[arg-type]
        while self.tail.step():
            pass
        return self.tail

    def kill(self) -> None:
        if self.tail is not None and self.tail._files is not None:
            for source in self.tail._files.sources():
                source.close()
        self.tail = None

    def stored(self) -> list[str]:
        """Endpoints in the spool, in order, without their slash."""
        spool = self.target.spool
        assert isinstance(spool, MemorySpool)
        records = [record for row in spool._rows for record in row.records]
        frames = [pl.read_ipc(io.BytesIO(record.ipc)) for record in records]  # type: ignore[union-attr]
        return [endpoint[1:] for frame in frames for endpoint in frame["endpoint"]]


@pytest.fixture
def log(importer: Importer, tmp_path: Path) -> Iterator[Log]:
    directory = tmp_path / "logs"
    directory.mkdir()
    made = Log(directory / "access.log", importer.target, tmp_path / "rejected.tsv")
    yield made
    made.kill()


Happening = Callable[[Log], None]


def older(log: Log, suffix: str = "") -> None:
    log.rename(*(f"access.log.{number}{suffix}" for number in range(1, 12)))


def renamed(log: Log) -> None:
    older(log)
    log.rename("access.log", "access.log.1")


def dated(log: Log) -> None:
    log.rename("access.log", f"access.log-202501{len(list(log.path.parent.iterdir())):02d}")


def dated_before_the_suffix(log: Log) -> None:
    log.rename("access.log", f"access-2025-01-{len(list(log.path.parent.iterdir())):02d}.log")


def renamed_and_packed(log: Log) -> None:
    older(log, ".gz")
    log.rename("access.log", "access.log.1")
    log.pack("access.log.1")


def renamed_and_packed_one_later(log: Log) -> None:
    older(log, ".gz")
    renamed(log)
    if log.sibling("access.log.2").exists():
        log.pack("access.log.2")


def copied_and_truncated(log: Log) -> None:
    older(log)
    log.copytruncate("access.log.1")


def copied_truncated_and_packed(log: Log) -> None:
    older(log, ".gz")
    log.copytruncate("access.log.1")
    log.pack("access.log.1")


ROTATIONS = [
    renamed,
    dated,
    dated_before_the_suffix,
    renamed_and_packed,
    renamed_and_packed_one_later,
    copied_and_truncated,
    copied_truncated_and_packed,
]


def test_lines_come_as_they_are_written(log: Log) -> None:
    log.write(1, 2)
    log.run()
    assert log.stored() == ["1", "2"]
    log.write(3)
    log.run()
    log.run()
    assert log.stored() == ["1", "2", "3"]


@pytest.mark.parametrize("rotate", ROTATIONS)
@pytest.mark.parametrize("killed", [False, True])
def test_the_rest_of_a_rotated_file_comes_first(log: Log, rotate: Happening, *, killed: bool) -> None:
    log.write(1, 2)
    log.run()
    if killed:
        log.kill()
    log.write(3)
    rotate(log)
    log.write(4)
    log.run()
    log.write(5)
    log.run()
    assert log.stored() == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("rotate", ROTATIONS)
@pytest.mark.parametrize("empty", [False, True])
def test_several_rotations_while_no_one_follows(log: Log, rotate: Happening, *, empty: bool) -> None:
    """Also where nothing of the newest file had been read."""
    log.write(0)
    log.run()
    if empty:
        rotate(log)
        log.path.touch()
        log.run()
    log.kill()
    for number in range(1, 6, 2):
        log.write(number, number + 1)
        rotate(log)
    log.write(7)
    log.run()
    assert log.stored() == list("01234567")
    log.kill()
    log.run()
    assert log.stored() == list("01234567")


def test_a_half_line_waits_for_its_end(log: Log) -> None:
    whole = text(1, 2)
    log.path.write_text(whole[:100])
    log.run()
    assert log.stored() == ["1"]
    log.kill()
    with log.path.open("a") as file:
        file.write(whole[100:])
    log.run()
    assert log.stored() == ["1", "2"]


@pytest.mark.parametrize("killed", [False, True])
def test_a_rotated_file_is_written_to_for_a_while(log: Log, *, killed: bool) -> None:
    """Its last line may be half, then lack its end; meanwhile the new file is read."""
    log.settle = LATER
    with log.path.open("a") as server:
        server.write(text(1) + line(2)[:20])
        server.flush()
        log.run()
        log.rename("access.log", "access.log.1")
        log.write(4)
        tail = log.run()
        assert log.stored() == ["1", "4"]
        if killed:
            log.kill()
        server.write(line(2)[20:] + "\n" + line(3))
        server.flush()
        tail = log.run()
        assert log.stored() == ["1", "4", "2"]
    tail.settle = AT_ONCE
    log.run()
    assert log.stored() == ["1", "4", "2", "3"]
    log.kill()
    log.run()
    assert log.stored() == ["1", "4", "2", "3"]


def test_the_file_may_be_away(log: Log) -> None:
    log.run()
    log.write(1)
    log.run()
    log.path.rename(log.sibling("elsewhere"))
    log.run()
    log.write(2, to="elsewhere")
    log.run()
    log.sibling("elsewhere").rename(log.path)
    log.write(3)
    log.run()
    log.path.unlink()
    log.write(4)
    log.run()
    assert log.stored() == ["1", "2", "3", "4"]


def test_rotated_again_before_anything_was_read_of_it(log: Log) -> None:
    log.write(1)
    log.run()
    renamed(log)
    log.write(2)
    renamed(log)
    log.run()
    assert log.stored() == ["1", "2"]


def test_the_oldest_may_not_have_been_begun(log: Log) -> None:
    """Half a line of it, or none, is there while the new file is read."""
    log.settle = LATER
    log.run()
    for number, name in enumerate(("access.log.2", "access.log.1")):
        log.path.write_text(line(number)[: number * 20])
        log.run()
        log.path.rename(log.sibling(name))
    log.write(2)
    log.run()
    log.kill()
    for number, name in enumerate(("access.log.2", "access.log.1")):
        log.sibling(name).write_text(text(number))
    log.run()
    assert sorted(log.stored()) == ["0", "1", "2"]


def test_a_file_that_begins_anew(log: Log) -> None:
    log.write(1, 2)
    log.run()
    log.path.write_text(text(3, 4))  # as long as before
    log.run()
    log.path.write_text("")
    log.run()
    log.write(5)
    log.run()
    assert log.stored() == ["1", "2", "3", "4", "5"]


def test_line_ends_of_windows(log: Log) -> None:
    log.path.write_bytes(text(1, 2).replace("\n", "\r\n").encode())
    log.run()
    log.path.rename(log.sibling("access.log.1"))
    log.path.write_bytes(line(3).encode() + b"\r")
    log.run()
    with log.path.open("ab") as file:
        file.write(b"\n")
    log.run()
    assert log.stored() == ["1", "2", "3"]
    assert log.tail is not None
    assert log.tail.counts.rejected == 0


@pytest.mark.parametrize(
    ("from_end", "expected"), [(False, ["3", "4", "5", "6"]), (True, ["5", "6"])], ids=["start", "end"]
)
@pytest.mark.parametrize("rotate", ROTATIONS)
def test_where_it_begins(log: Log, rotate: Happening, expected: list[str], *, from_end: bool) -> None:
    """What was rotated before is not read; a half line at the end is."""
    log.write(1)
    rotate(log)
    log.write(2)
    rotate(log)
    log.path.write_text(text(3, 4) + line(5)[:50])
    log.run(from_end=from_end)
    with log.path.open("a") as file:
        file.write(line(5)[50:] + "\n")
    log.kill()
    rotate(log)
    log.write(6)
    log.run(from_end=from_end)
    assert log.stored() == expected


@pytest.mark.parametrize("rotate", ROTATIONS)
def test_it_begins_at_an_empty_file(log: Log, rotate: Happening) -> None:
    log.write(1)
    rotate(log)
    log.path.touch()
    log.run()
    log.kill()
    log.write(2)
    rotate(log)
    log.write(3)
    log.run()
    assert log.stored() == ["2", "3"]


SIBLINGS = ["access-8080.log", "access-1.log", "access.1.log", "access.log.1", "access-20250101.log"]


@pytest.mark.parametrize("sibling", SIBLINGS)
@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("killed", [False, True])
def test_what_was_there_at_the_start_is_never_read(log: Log, sibling: str, *, begun: bool, killed: bool) -> None:
    """It may be a log of its own, and live."""
    log.write("foreign", to=sibling)
    log.write(*[1] * begun, to="access.log")
    for _ in range(2):
        log.run()
        if killed:
            log.kill()
        log.write("more", to=sibling)
    log.write(2)
    log.run()
    log.write("more", to=sibling)
    log.rename("access.log", "access-20250202.log")
    log.write(3)
    log.run()
    assert log.stored() == ["1", "2", "3"][not begun :]


@pytest.mark.parametrize("other", ["access-1.log", "access.1.log", "access-01.log.gz"])
def test_no_name_hides_the_rotated_file(log: Log, other: str) -> None:
    log.write(1)
    log.run()
    log.kill()
    log.write(2)
    renamed(log)
    log.write(3)
    log.write("foreign", to=other)
    log.run()
    assert log.stored() == ["1", "2", "3"]


def test_a_rotated_file_that_becomes_the_log_again(log: Log) -> None:
    """At the start, it was what others had read."""
    log.write(1, to="access.log.1")
    log.run()
    log.write(2, to="access.log.1")
    log.run()
    assert log.stored() == []
    log.sibling("access.log.1").rename(log.path)
    log.write(3)
    log.run()
    assert log.stored() == ["2", "3"]


def test_old_siblings_are_not_read_where_the_last_file_is_gone(log: Log) -> None:
    log.write("old", to="access.log.1")
    log.write(1)
    os.utime(log.sibling("access.log.1"), (1_700_000_000, 1_700_000_000))
    log.run()
    log.kill()
    log.path.unlink()
    log.write(2)
    log.run()
    assert log.stored() == ["1", "2"]


def test_a_copy_beside_it_is_not_new(log: Log) -> None:
    log.write(1)
    log.run()
    shutil.copyfile(log.path, log.sibling("access.log.20250101"))
    renamed(log)
    log.write(2)
    log.run()
    assert log.stored() == ["1", "2"]


@pytest.mark.parametrize("magic", ["gz", "zst"])
def test_what_is_compressed_may_span_many_blocks(log: Log, magic: str) -> None:
    log.target = replace(log.target, block_bytes=1000)
    log.write(0)
    log.run()
    log.kill()
    log.write(*range(1, 100))
    packed = {"gz": gzip.compress, "zst": zstd.compress}[magic](log.path.read_bytes())
    log.sibling(f"access.log.1.{magic}").write_bytes(packed)
    log.path.unlink()
    log.write(100)
    log.run()
    assert log.stored() == [str(number) for number in range(101)]


def test_a_file_that_is_still_being_compressed(log: Log) -> None:
    log.settle = LATER
    log.write(1)
    log.run()
    log.kill()
    log.write(2)
    packed = gzip.compress(log.path.read_bytes())
    log.path.unlink()
    log.sibling("access.log.1.gz").write_bytes(packed[:-12])
    log.write(3)
    log.run()
    assert log.stored() == ["1"]
    log.sibling("access.log.1.gz").write_bytes(packed)
    log.run()
    assert log.stored() == ["1", "2", "3"]


def test_a_damaged_file_does_not_stop_the_others(log: Log) -> None:
    log.write(1)
    log.run()
    log.kill()
    log.write(2)
    log.sibling("access.log.1.gz").write_bytes(gzip.compress(log.path.read_bytes())[:-12])
    log.path.unlink()
    log.write(3)
    log.run()
    assert log.stored() == ["1", "3"]


def test_rejected_lines_are_counted_and_listed(log: Log, importer: Importer) -> None:
    log.write(1)
    log.run()
    with log.path.open("a") as file:
        file.write("bad\n" + text(2) + "\n")
    tail = log.run()
    assert (tail.counts.accepted, tail.counts.rejected) == (2, 2)
    path = str(log.path)
    assert importer.refused() == [
        (path, 2, "address: not what format combined has there", "bad"),
        (path, 4, "empty line", ""),
    ]


def test_the_list_of_rejected_lines_has_an_end(log: Log) -> None:
    log.run()
    tail = log.run()
    tail.report, tail.form = Report(log.report, limit=10), format_of("combined")
    for number in range(3):
        with log.path.open("a") as file:
            file.write(f"bad {number}\n")
        log.run()
    assert (tail.counts.rejected, len(log.report.read_text().splitlines())) == (3, 1)


def test_a_line_longer_than_a_block(log: Log) -> None:
    log.target = replace(log.target, block_bytes=200_000)
    log.write(1)
    with log.path.open("a") as file:
        file.write("x" * 3_000_000)
    log.run()
    assert log.stored() == ["1"]
    with log.path.open("a") as file:
        file.write("x\n" + text(2))
    tail = log.run()
    assert (log.stored(), tail.counts.rejected) == (["1", "2"], 1)
    assert "longer than 65536 bytes" in log.report.read_text()


def test_the_format_is_told_by_the_file(log: Log) -> None:
    """A first line that fits none waits; another file may have another."""
    log.path.write_text("noise\n")
    assert log.run().unknown == log.path
    assert log.stored() == []
    log.write(1)
    tail = log.run()
    assert tail.unknown is None
    assert (log.stored(), tail.counts.rejected) == (["1"], 1)
    log.rename("access.log", "access.log.1")
    json = '{"time_iso8601": "2024-10-10T13:55:36Z", "request": "GET /2 HTTP/1.1", "status": 200}\n'
    log.path.write_text(json)
    log.run()
    assert log.stored() == ["1", "2"]


def test_no_format_for_many_lines(log: Log) -> None:
    log.path.write_text("noise\n" * 200)
    with pytest.raises(UserError, match=r"access\.log: no known format fits its first 200 lines") as caught:
        log.run()
    assert caught.value.code == "bad_format"
    log.kill()
    log.run(form=format_of("combined"))
    assert log.tail is not None
    assert log.tail.counts.rejected == 200


def test_columns_named_before_the_place_hold_after_it(log: Log) -> None:
    log.path.write_text("#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2024-10-10 13:55:01 ::1 GET /1 200\n")
    log.run()
    log.kill()
    with log.path.open("a") as file:
        file.write("#Fields: date time c-ip sc-status cs-method cs-uri-stem\n2024-10-10 13:55:01 ::1 200 GET /2\n")
    log.run()
    log.kill()
    with log.path.open("a") as file:
        file.write("2024-10-10 13:55:01 ::1 200 GET /3\n")
    log.run()
    assert log.stored() == ["1", "2", "3"]


class FullSpool(MemorySpool):
    """Full until it was asked so many times."""

    def __init__(self, left: int) -> None:
        super().__init__(clock=lambda: NOW)
        self.left = left

    def append(self, submissions, note=b""):
        self.left -= 1
        if self.left >= 0:
            raise TransientError("full", retry_after=4)
        return super().append(submissions, note)


def test_a_full_spool_is_waited_for_while_the_log_rotates(log: Log) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        renamed(log)
        log.write(len(waits) + 1)

    log.write(1)
    log.target = replace(log.target, spool=FullSpool(3), wait=wait)
    log.run()
    assert waits == [4, 4, 4]
    assert log.stored() == ["1", "2", "3", "4"]
    log.target.spool.left = 2  # type: ignore[attr-defined]
    log.write("more")
    log.run()
    assert waits == [4] * 5
    assert log.stored() == ["1", "2", "3", "4", "more", "5", "6"]


def test_it_stops_between_blocks_and_while_it_waits(log: Log) -> None:
    asked = iter([False, False, True, True, True, True])
    log.write(1)
    log.target = replace(log.target, spool=FullSpool(99), wait=lambda _: None)
    tail = Tail(log.path, log.target, Report(log.report), stop=lambda: next(asked))
    assert tail.follow().accepted == 0
    assert log.target.spool.note() == b""


def test_once_ends(log: Log) -> None:
    with pytest.raises(UserError, match=r"access\.log: No such file"):
        Tail(log.path, log.target, Report(log.report), once=True).follow()
    log.write(1, 2)
    assert Tail(log.path, log.target, Report(log.report), once=True).follow().accepted == 2
    log.path.unlink()
    assert Tail(log.path, log.target, Report(log.report), once=True).follow().accepted == 0
    assert log.stored() == ["1", "2"]


def test_what_cannot_be_read_is_waited_for(log: Log) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            log.path.unlink()
            log.write(1)

    log.path.symlink_to(log.path)  # leads to itself
    with pytest.raises(UserError, match=r"access\.log: Too many levels"):
        Tail(log.path, log.target, Report(log.report), once=True).follow()
    log.target = replace(log.target, wait=wait)
    Tail(log.path, log.target, Report(log.report), stop=lambda: len(waits) > 3).follow()
    assert log.stored() == ["1"]
    assert waits == [0.5, 1.0, 1.0, 0.25]


WRAPPED = [
    ("web-1  | {}", None),
    ("Oct 10 13:55:36 web1 nginx: {}", None),
    ("2024-10-10T13:55:36.5Z stdout F {}", "combined"),
    ("{}", 'apache:%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i"'),
]


@pytest.mark.parametrize(("around", "form"), WRAPPED)
def test_wrappers_and_formats_of_the_operator(log: Log, around: str, form: str | None) -> None:
    log.path.write_text("".join(around.replace("{}", line(name)) + "\n" for name in "ab"))
    log.run(form=None if form is None else format_of(form))
    with log.path.open("a") as file:
        file.write(around.replace("{}", line("c")) + "\n")
    log.run()
    assert log.stored() == ["a", "b", "c"]


@pytest.mark.parametrize("zeros", [1, 5000, 9 << 20])
def test_what_a_torn_rotation_leaves(log: Log, zeros: int) -> None:
    log.write("a", "b")
    log.run()
    os.truncate(log.path, 0)
    os.truncate(log.path, zeros)  # the server goes on where it was
    log.write("c", "d")
    log.run()
    assert log.stored() == ["a", "b", "c", "d"]


def test_an_archive_is_refused(log: Log) -> None:
    log.path.write_bytes(b"PK\x03\x04" + bytes(100) + b"\n")
    with pytest.raises(UserError, match="is a zip archive"):
        log.run()
