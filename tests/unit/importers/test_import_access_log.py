from __future__ import annotations

import gzip
import io
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import polars as pl
import pytest
from import_support import NOW, HashedIdentity, Importer

from footfall import zstd
from footfall.clock import DAY
from footfall.errors import TransientError, UserError
from footfall.importers.access_log import Progress
from footfall.meta import Ledger, open_meta
from footfall.pipeline.frames import REQUEST_COLUMNS
from footfall.settings import Settings, StoreIp
from footfall.spool.memory import MemorySpool

FULL = Path(__file__).parents[2] / "fixtures" / "access-2015-05.log.gz"


def line(number: int, *, ip: str = "192.0.2.1", user: str = "-", agent: str = "a") -> str:
    return f'{ip} - {user} [10/Oct/2024:13:55:{number % 60:02d} +0000] "GET /{number} HTTP/1.1" 200 1 "-" "{agent}"'


class Killed(BaseException):
    """The process dies here."""


class DyingSpool(MemorySpool):
    """Dies at the n-th append, before or after it is safe."""

    def __init__(self, at: int, *, stored: bool) -> None:
        super().__init__(clock=lambda: NOW)
        self.left, self.stored = at, stored

    def append(self, submissions):
        self.left -= 1
        if self.left == 0 and not self.stored:
            raise Killed
        answers = super().append(submissions)
        if self.left == 0:
            raise Killed
        return answers


class FullSpool(MemorySpool):
    """Refuses twice before each append."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)
        self.calls = 0

    def append(self, submissions):
        self.calls += 1
        if self.calls % 3:
            raise TransientError("full", retry_after=4)
        return super().append(submissions)


def independent(path: Path) -> dict[str, object]:
    """The same figures by plain Python: fields counted from both ends, no regular expression."""
    methods, statuses, endpoints, addresses, size = Counter(), Counter(), Counter(), set(), 0
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for text in content.decode().splitlines():
        parts = text.split('"')
        method, target, _ = parts[1].split(" ")
        status, sent = parts[2].split()
        methods[method] += 1
        statuses[int(status)] += 1
        endpoints[target.partition("?")[0].partition("#")[0]] += 1
        size += 0 if sent == "-" else int(sent)
        addresses.add(text.split(" ")[0])
    return {"method": methods, "status": statuses, "endpoint": endpoints, "bytes": size, "ip_address": addresses}


def figures(frame: pl.DataFrame) -> dict[str, object]:
    counted = {name: Counter(frame[name].to_list()) for name in ("method", "status", "endpoint")}
    return {**counted, "bytes": frame["bytes"].sum(), "ip_address": set(frame["ip_address"].to_list())}


def test_a_real_log(importer: Importer, head: Path) -> None:
    summary = importer(head)
    assert (summary.accepted, summary.rejected, summary.skipped_as_duplicate) == (400, 0, False)
    assert figures(importer.stored()) == independent(head)


def test_the_whole_real_log(importer: Importer) -> None:
    summary = importer(FULL)
    assert (summary.accepted, summary.rejected) == (10_000, 0)
    stored = importer.stored()
    assert figures(stored) == independent(FULL)
    assert stored["ip_address"].n_unique() == 1_753
    assert Counter(stored["method"].to_list()) == {"GET": 9_952, "HEAD": 42, "POST": 5, "OPTIONS": 1}


def test_rows_are_what_the_pipeline_expects(importer: Importer, write: Callable[..., Path]) -> None:
    importer(write(line(1, ip="83.149.9.216", user="ann", agent="x"), line(2, ip="2001:db8::1"), line(3)))
    stored = importer.stored()
    assert {name: stored.schema[name] for name in REQUEST_COLUMNS} == REQUEST_COLUMNS
    assert set(stored.columns) == set(REQUEST_COLUMNS)
    assert sum(stored.null_count().row(0)) == 0
    assert stored["endpoint"].to_list() == ["/1", "/2", "/3"]
    assert stored["user_id"].to_list() == ["ann", "", ""]
    assert stored.select("country", "region", "city").rows() == [("RU", "MOW", "Moscow"), ("NL", "", ""), ("", "", "")]
    assert stored["visitor"][0] == HashedIdentity().visitor(7, stored["timestamp"][0], "83.149.9.216", "x")
    ids = [high << 64 | low for high, low in stored.select("id_hi", "id_lo").iter_rows()]
    assert [number - ids[0] for number in ids] == [0, 1, 2]
    assert ids[0] >> 80 == NOW


class EdgeIds:
    """Ids whose low half overflows on the way."""

    def take(self, count: int) -> int:
        assert count == 3
        return (5 << 64) + (1 << 64) - 2


def test_ids_carry_into_their_high_half(importer: Importer, write: Callable[..., Path]) -> None:
    importer.changed(ids=EdgeIds())(write(line(1), line(2), line(3)))
    expected = [(5, (1 << 64) - 2), (5, (1 << 64) - 1), (6, 0)]
    assert importer.stored().select("id_hi", "id_lo").rows() == expected


@pytest.mark.parametrize(
    ("mode", "kept"),
    [
        ("full", ["83.149.9.216", "2001:db8:1:2::3", ""]),
        ("truncated", ["83.149.9.0", "2001:db8:1::", ""]),
        ("none", ["", "", ""]),
    ],
)
def test_addresses_are_cut_down_after_they_were_used(
    importer: Importer, write: Callable[..., Path], mode: StoreIp, kept: list[str]
) -> None:
    addresses = ("83.149.9.216", "2001:db8:1:2::3", "")
    importer.changed(store_ip=mode)(write(*(line(1, ip=address or "-") for address in addresses)))
    stored = importer.stored()
    assert stored["ip_address"].to_list() == kept
    assert stored["country"].to_list() == ["RU", "NL", ""]
    known = HashedIdentity()
    assert stored["visitor"].to_list() == [known.visitor(7, stored["timestamp"][0], ip, "a") for ip in addresses]


def test_rejected_lines_are_reported_with_number_and_reason(importer: Importer, write: Callable[..., Path]) -> None:
    path = write(line(1), "bad\tline", line(2), "", b"\xff\xfe", line(3))
    summary = importer.changed(block_bytes=120)(path)
    assert (summary.accepted, summary.rejected) == (3, 3)
    assert importer.refused() == [
        (str(path), 2, "address: not what format combined has there", r"bad\tline"),
        (str(path), 4, "empty line", ""),
        (str(path), 5, "address: not what format combined has there", "\ufffd\ufffd"),
    ]
    assert importer.report.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("mode", "told"), [("full", True), ("truncated", False), ("none", False)])
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (line(1), "192.0.2.77 - - cut off"),
        (line(1), line(1, ip="192.0.2.77").replace("GET ", "")),
        (line(1), line(1, ip="192.0.2.77").replace("GET /1", "GET ?from=192.0.2.77")),
        (line(1), line(1).replace(' 200 1 "-"', " for 192.0.2.77")),
        (line(1), line(1, ip="192.0.2.77").replace("2024", "1999")),
        (
            '{"msec": 1728568536, "request": "GET / HTTP/1.1", "status": 200}',
            '{"msec": 1728568536, "request": "192.0.2.77", "remote_addr": "192.0.2.77", "status": 200}',
        ),
        (
            "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2024-10-10 13:55:01 192.0.2.1 GET / 200",
            "2024-10-10 13:55:01 192.0.2.77 GET",
        ),
    ],
)
def test_the_report_holds_no_address_that_may_not_be_kept(
    importer: Importer, write: Callable[..., Path], good: str, bad: str, mode: StoreIp, *, told: bool
) -> None:
    summary = importer.changed(store_ip=mode)(write(good, bad))
    assert (summary.accepted, summary.rejected) == (1, 1)
    assert importer.refused()[0][2]
    assert ("192.0.2.77" in importer.report.read_text()) == told


def test_no_report_where_nothing_is_rejected(importer: Importer, head: Path) -> None:
    importer(head)
    assert not importer.report.exists()


def test_bytes_that_are_not_utf8_are_replaced(importer: Importer, write: Callable[..., Path]) -> None:
    importer(write(line(1, agent="caf?").encode().replace(b"?", b"\xe9")))
    assert importer.stored()["user_agent"].to_list() == ["caf\ufffd"]


def test_too_old_for_the_project(importer: Importer, write: Callable[..., Path]) -> None:
    a_day_later = 1_728_568_502_000 + DAY
    aged = importer.changed(clock=lambda: a_day_later, retention_days=1)
    summary = aged(write(line(1), line(2), line(3)))
    assert (summary.accepted, summary.rejected) == (2, 1)
    assert importer.refused()[0][1:3] == (1, "time: 2024-10-10T13:55:01Z is before 2024-10-10T13:55:02Z")


def test_lines_before_the_retention_tell_the_format(importer: Importer, write: Callable[..., Path]) -> None:
    summary = importer.changed(retention_days=30)(write(*map(line, range(300))))
    assert (summary.accepted, summary.rejected) == (0, 300)


def test_old_lines_before_new_ones_tell_the_format(importer: Importer, write: Callable[..., Path]) -> None:
    old = [line(n).replace("2024", "2001") for n in range(300)]
    aged = importer.changed(clock=lambda: 1_728_568_502_000 + DAY, retention_days=2)
    summary = aged(write(*old, line(3)))
    assert (summary.accepted, summary.rejected) == (1, 300)


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress, lambda data: data], ids=["gzip", "zstd", "plain"])
def test_the_same_content_is_added_once_however_it_is_packed(
    importer: Importer, head: Path, tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    packed = tmp_path / "packed.log"
    packed.write_bytes(compress(head.read_bytes()))
    assert importer(packed).accepted == 400
    second = importer(head)
    assert (second.accepted, second.skipped_as_duplicate) == (0, True)
    assert importer.stored().height == 400
    assert figures(importer.stored()) == independent(head)


def test_another_project_is_another_matter(importer: Importer, head: Path) -> None:
    assert importer(head).accepted == 400
    assert importer.changed(project_id=8)(head).accepted == 400
    assert Counter(importer.stored()["project_id"].to_list()) == {7: 400, 8: 400}


def test_again_adds_it_again(importer: Importer, head: Path) -> None:
    importer(head)
    assert importer(head, again=True).accepted == 400
    assert importer.stored().height == 800
    assert importer(head).skipped_as_duplicate


def test_standard_input(importer: Importer, head: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        packed = io.BytesIO(gzip.compress(head.read_bytes()))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(packed))
        summary = importer("-")
    assert summary.skipped_as_duplicate
    assert summary.name == "standard input"
    assert importer.stored().height == 400
    assert [path for path in importer.target.scratch.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("stored", [False, True], ids=["before-it-is-safe", "after"])
@pytest.mark.parametrize("at", range(1, 6))
def test_killed_at_any_block_then_run_again(importer: Importer, head: Path, at: int, *, stored: bool) -> None:
    spool = DyingSpool(at, stored=stored)
    importer = replace(importer.changed(spool=spool, block_bytes=20_000), spool=spool)
    blocks = -(-head.stat().st_size // 20_000)
    assert blocks >= 5
    with pytest.raises(Killed):
        importer(head)
    summary = importer(head)
    assert (summary.accepted, summary.rejected) == (400, 0)
    assert (summary.resumed > 0) == (at > 1)
    assert figures(importer.stored()) == independent(head)
    assert importer(head).skipped_as_duplicate


@pytest.mark.parametrize("durable", [False, True])
@pytest.mark.parametrize("later", [7_000, 19_999, 1 << 20])
def test_an_import_ends_with_the_block_size_that_it_began_with(
    importer: Importer, head: Path, tmp_path: Path, later: int, *, durable: bool
) -> None:
    spool = DyingSpool(3, stored=True)
    meta = open_meta(Settings(data=tmp_path / "data"), lambda: NOW)
    for slug in "abcdefg":  # the target is project 7
        meta.create_project(slug)
    ledger = Ledger(meta.database, lambda: NOW) if durable else importer.target.ledger
    importer = replace(importer.changed(spool=spool, ledger=ledger), spool=spool)
    with pytest.raises(Killed):
        importer.changed(block_bytes=20_000)(head)
    summary = importer.changed(block_bytes=later)(head)
    assert summary.accepted == 400
    assert 0 < summary.resumed < 400
    assert figures(importer.stored()) == independent(head)
    assert importer.changed(block_bytes=5_000)(head).skipped_as_duplicate
    meta.close()


def test_a_full_spool_is_waited_for(importer: Importer, head: Path) -> None:
    spool, waits = FullSpool(), []
    importer = replace(importer.changed(spool=spool, block_bytes=50_000, wait=waits.append), spool=spool)
    assert importer(head).accepted == 400
    assert importer.stored().height == 400
    assert waits == [4] * (spool.calls // 3 * 2)
    assert importer.waits == ["full"] * len(waits)


def test_the_wrong_format_does_not_lock_a_file_out(importer: Importer, head: Path) -> None:
    summary = importer(head, fmt="common")
    assert (summary.accepted, summary.rejected) == (0, 400)
    assert importer(head).accepted == 400


def test_w3c_directives_hold_over_blocks_and_a_resumed_import(importer: Importer, write: Callable[..., Path]) -> None:
    rows = [f"2024-10-10 13:55:{n:02d} GET /{n} 200" for n in range(20)]
    path = write("#Fields: date time cs-method cs-uri-stem sc-status", *rows)
    spool = DyingSpool(3, stored=True)
    importer = replace(importer.changed(spool=spool, block_bytes=100), spool=spool)
    with pytest.raises(Killed):
        importer(path)
    assert importer(path).accepted == 20
    assert importer.stored()["endpoint"].to_list() == [f"/{n}" for n in range(20)]


def test_progress_ends_at_the_end(importer: Importer, head: Path) -> None:
    importer.changed(block_bytes=20_000)(head)
    assert importer.shown == sorted(importer.shown)
    assert importer.shown[-1] == 1.0
    assert Progress(1, 2, 3, 4).bytes_total == 4


def test_nothing_recognised(importer: Importer, write: Callable[..., Path]) -> None:
    path = write("hello", "world")
    with pytest.raises(UserError, match=r"access\.log: no known format fits") as caught:
        importer(path)
    assert caught.value.code == "bad_format"


def test_an_empty_file(importer: Importer, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    summary = importer(tmp_path / "empty")
    assert (summary.accepted, summary.rejected, summary.skipped_as_duplicate) == (0, 0, False)


@pytest.mark.parametrize("mode", ["truncated", "none"])
def test_no_other_column_holds_the_address(importer: Importer, write: Callable[..., Path], mode: StoreIp) -> None:
    quoting = (
        line(1, ip="192.0.2.77", agent="192.0.2.77")
        .replace("/1 ", "/whois/192.0.2.77/ ")
        .replace('"-"', '"https://x.example/?ip=192.0.2.77"')
    )
    importer.changed(store_ip=mode)(write(quoting, line(2)))
    [row, other] = importer.stored().to_dicts()
    assert [name for name, value in row.items() if "192.0.2.77" in str(value)] == []
    assert (row["endpoint"], row["referer"]) == ("/whois//", "https://x.example/?ip=")
    assert other["endpoint"] == "/2"


def test_a_given_format_is_unwrapped_too(importer: Importer, write: Callable[..., Path]) -> None:
    summary = importer(write(*(f"web-1  | {line(n)}" for n in range(3))), fmt="combined")
    assert (summary.accepted, summary.recognised) == (3, None)


def test_what_was_recognised_is_told(importer: Importer, write: Callable[..., Path]) -> None:
    summary = importer(write("a banner", *(f"web-1  | {line(n)}" for n in range(3))))
    assert summary.recognised is not None
    assert summary.recognised.sureness() == "combined in compose, which 3 of 4 sample lines fit"


def test_an_odd_beginning_does_not_hide_the_format(importer: Importer, write: Callable[..., Path]) -> None:
    summary = importer(write(*["a banner"] * 500, *(line(n) for n in range(600))))
    assert (summary.accepted, summary.rejected) == (600, 500)


def test_trusted_proxies_are_no_clients(importer: Importer, write: Callable[..., Path]) -> None:
    path = write(line(1, ip="203.0.113.7, 198.51.100.1"), line(2, ip="198.51.100.1"))
    importer.changed(trusted=(ip_network("198.51.100.0/24"),))(path)
    assert importer.stored()["ip_address"].to_list() == ["203.0.113.7", "198.51.100.1"]


def test_a_w3c_log_without_fields_is_named(importer: Importer, write: Callable[..., Path]) -> None:
    with pytest.raises(UserError, match="it looks like a W3C log, but has no #Fields: line"):
        importer(write("#Software: x", "2024-10-10 13:55:01 192.0.2.1 GET / 200"))
