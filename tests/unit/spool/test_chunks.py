"""Chunks: what leaves one spool arrives in another once, whatever is sent again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from footfall.errors import UserError
from footfall.model.raw import EventRows, RawEvent
from footfall.settings import Settings
from footfall.spool import chunk as chunks
from footfall.spool.chunk import Chunk, announced, divided, records_of, signed
from footfall.spool.receiving import Receiving
from footfall.spool.spools import Spools

SECRET = b"s" * 32
NOW = 1_780_000_000_000


def rows(*names: str, size: int = 0) -> EventRows:
    return EventRows(1, NOW, [RawEvent(NOW, 1, 2, name=name, properties=b"x" * size) for name in names])


def lowered(headers: dict[str, str]) -> dict[bytes, bytes]:
    return {name.lower().encode(): value.encode() for name, value in headers.items()}


@pytest.fixture
def spools(tmp_path) -> Iterator[Spools]:
    opened = Spools(Settings(data=tmp_path), lambda: NOW)
    yield opened
    opened.close()


def names(spools: Spools) -> list[str]:
    """What the sender's spool holds, in order."""
    spool = dict(spools)["from-a"]
    found = []
    while (batch := spool.take(1000)) is not None:
        found += [event.name for record in spool.records(batch) for event in record.rows]
        spool.finish(batch)
    return found


def test_a_signed_chunk_is_read_as_it_was_sent():
    sent = Chunk(17, 0, "ab-serve")
    (body,) = divided([rows("one", "two")])
    headers = lowered(signed(sent, body, SECRET))
    assert announced(headers, SECRET) == sent
    assert records_of(headers, body) == [rows("one", "two")]


@pytest.mark.parametrize("name", ["sender", "chunk", "digest", "signature"])
def test_no_header_can_be_changed(name):
    headers = lowered(signed(Chunk(17, 0, "ab"), b"body", SECRET))
    with pytest.raises(UserError, match="signature does not hold"):
        announced(headers | {f"x-footfall-{name}".encode(): b"other"}, SECRET)


def test_rows_of_a_newer_version_stay_with_their_sender():
    """Decoding would drop the fields at their end."""
    headers = lowered(signed(Chunk(17, 0, "ab"), b"body", SECRET))
    fields = headers.pop(b"x-footfall-fields").split(b".")
    assert announced(headers, SECRET)  # of a version that does not say
    for theirs in ([b"1"], [*fields[:-1], b"1"], fields):
        assert announced(headers | {b"x-footfall-fields": b".".join(theirs)}, SECRET)
    for theirs in ([b"%d" % (int(fields[0]) + 1), *fields[1:]], [*fields, b"1"]):
        with pytest.raises(UserError, match="upgrade the drain first"):
            announced(headers | {b"x-footfall-fields": b".".join(theirs)}, SECRET)


def test_a_drain_that_does_not_know_flat_columns_takes_none(monkeypatch):
    headers = lowered(signed(Chunk(17, 0, "ab"), b"body", SECRET))
    monkeypatch.setattr(chunks, "_FIELDS", tuple(len(kind.__struct_fields__) for kind in chunks._KINDS))
    with pytest.raises(UserError, match="upgrade the drain first"):
        announced(headers, SECRET)


def test_another_secret_and_another_body_are_refused():
    headers = lowered(signed(Chunk(17, 0, "ab"), b"body", SECRET))
    with pytest.raises(UserError, match="signature does not hold"):
        announced(headers, b"t" * 32)
    with pytest.raises(UserError, match="not the one that was signed"):
        records_of(headers, b"another")


@pytest.mark.parametrize("body", [b"", b"no zstd"])
def test_a_body_that_can_not_be_read_is_refused(body):
    with pytest.raises(UserError) as refused:
        records_of(lowered(signed(Chunk(17, 0, "ab"), body, SECRET)), body)
    assert refused.value.code == "bad_body"


def test_a_large_batch_is_divided_alike_each_time(monkeypatch):
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 5_000)
    records = [rows(*"abcdefgh", size=2_000), rows("i"), rows("j", size=4_000)]
    bodies = list(divided(records))
    assert len(bodies) > 3
    assert bodies == list(divided(records))
    found = [record for body in bodies for record in records_of(lowered(signed(Chunk(1, 0, "a"), body, SECRET)), body)]
    assert [event.name for record in found for event in record.rows] == list("abcdefghij")


def test_a_batch_without_records_is_sent_too():
    """All of its rows may be damaged: the other side need not know, but its number goes on."""
    (body,) = divided([])
    assert records_of(lowered(signed(Chunk(1, 0, "a"), body, SECRET)), body) == []


def test_what_is_sent_again_is_stored_once(spools, tmp_path):
    receiving = Receiving(spools, SECRET)
    for _ in range(2):
        receiving.store(Chunk(5, 0, "a"), [rows("one")])
    receiving.store(Chunk(5, 1, "a"), [rows("two")])
    receiving.store(Chunk(5, 0, "a"), [rows("one")])
    receiving.store(Chunk(9, 0, "a"), [rows("three")])
    spools.close()
    again = Spools(Settings(data=tmp_path), lambda: NOW)
    Receiving(again, SECRET).store(Chunk(9, 0, "a"), [rows("three")])
    assert names(again) == ["one", "two", "three"]
    again.sweep()
    assert "from-a" in dict(again)  # it knows what came last
    again.close()


@pytest.mark.parametrize("which", [Chunk(4, 0, "a"), Chunk(5, 2, "a"), Chunk(6, 1, "a")])
def test_what_does_not_follow_is_refused(spools, which):
    receiving = Receiving(spools, SECRET)
    receiving.store(Chunk(5, 0, "a"), [rows("one")])
    with pytest.raises(UserError, match=r"does not follow on 5\.0") as refused:
        receiving.store(which, [rows("two")])
    assert refused.value.code == "conflict"
    assert names(spools) == ["one"]


def drained(spools):
    for _, spool in spools:
        while batch := spool.take(100):
            spool.finish(batch)


def test_the_spool_of_a_sender_that_moved_on_goes_and_what_came_last_stays_known(tmp_path):
    now, ticks = [NOW], [0.0]
    spools = Spools(Settings(data=tmp_path), lambda: now[0])
    receiving = Receiving(spools, SECRET, lambda: ticks[0])
    receiving.store(Chunk(5, 0, "a"), [rows("one")])
    drained(spools)
    receiving.release_quiet()
    spools.sweep()
    assert "from-a" in dict(spools)
    now[0], ticks[0] = NOW + 86_400_000, 86_400.0
    spools.sweep()
    assert "from-a" in dict(spools)  # it may still write
    receiving.release_quiet()
    spools.sweep()
    assert dict(spools) == {}
    assert {path.name for path in spools.directory.glob("from-a.*")} == {"from-a.lock", "from-a.last"}
    receiving.store(Chunk(5, 0, "a"), [rows("one")])
    receiving.store(Chunk(5, 1, "a"), [rows("two")])
    with pytest.raises(UserError):
        receiving.store(Chunk(4, 0, "a"), [rows("zero")])
    assert names(spools) == ["two"]
    spools.close()


def test_a_spool_of_another_machine_stays_while_its_rows_may_be_needed(tmp_path):
    now = [NOW]
    spools = Spools(Settings(data=tmp_path), lambda: now[0])
    Receiving(spools, SECRET).store(Chunk(5, 0, "a"), [rows("one")])
    spools.release("from-a")
    spools.sweep()
    assert "from-a" in dict(spools)  # it waits
    drained(spools)
    spools.sweep()
    assert "from-a" in dict(spools)  # a lost part of a table comes back from it
    now[0] += 86_400_000
    spools.sweep()
    assert dict(spools) == {}
    spools.close()
