"""Packed bodies: every encoding, its limits and its refusals."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from footfall import zstd
from footfall.collect.body import unpack
from footfall.errors import UserError

LIMIT = 1 << 20
TEXT = b'{"event_name": "a"}'
PACKED = {
    "gzip": gzip.compress(TEXT, mtime=0),  # a test's name has it in
    "deflate": zlib.compress(TEXT),
    "zstd": zstd.compress(TEXT),
}


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        *PACKED.items(),
        ("GZip", PACKED["gzip"]),
        (" gzip ", PACKED["gzip"]),
        ("deflate", raw_deflate(TEXT)),
        ("gzip", gzip.compress(TEXT[:7], mtime=0) + gzip.compress(TEXT[7:], mtime=0)),
        ("zstd", zstd.compress(TEXT[:7]) + zstd.compress(TEXT[7:])),
        ("identity", TEXT),
        ("", TEXT),
    ],
)
def test_unpacked(encoding, body):
    assert unpack(body, encoding, LIMIT) == TEXT


@pytest.mark.parametrize(
    "encoding", ["br", "compress", "x-gzip", "gzip, gzip", "gzip, deflate", "zstd,gzip", "gzip;q=1"]
)
def test_unknown_and_nested_encodings_are_refused(encoding):
    with pytest.raises(UserError, match="Content-Encoding") as caught:
        unpack(PACKED["gzip"], encoding, LIMIT)
    assert caught.value.code == "unsupported_encoding"


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("spoil", [lambda body: body[:-3], lambda body: body[:5], lambda _: b"no", lambda _: TEXT])
def test_what_is_not_of_its_encoding_is_refused(encoding, spoil):
    with pytest.raises(UserError) as caught:
        unpack(spoil(PACKED[encoding]), encoding, LIMIT)
    assert caught.value.code == "bad_body"


@pytest.mark.parametrize("encoding", PACKED)
def test_bytes_after_the_end_are_refused(encoding):
    with pytest.raises(UserError) as caught:
        unpack(PACKED[encoding] + b"more", encoding, LIMIT)
    assert caught.value.code == "bad_body"


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstd.compress)]
)
def test_the_limit_holds_for_what_comes_out(encoding, pack):
    exact = b"a" * LIMIT
    assert unpack(pack(exact), encoding, LIMIT) == exact
    with pytest.raises(UserError) as caught:
        unpack(pack(exact + b"a"), encoding, LIMIT)
    assert caught.value.code == "too_large"
    assert "1 MiB" in caught.value.message


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", raw_deflate), ("zstd", zstd.compress)]
)
def test_a_bomb_is_refused_in_the_memory_of_its_limit(encoding, pack):
    bomb = pack(bytes(200 * LIMIT))
    tracemalloc.start()
    try:
        with pytest.raises(UserError) as caught:
            unpack(bomb, encoding, LIMIT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.code == "too_large"
    assert peak < 4 * LIMIT


def test_several_members_don_t_pass_the_limit():
    member = gzip.compress(b"a" * (LIMIT // 8))
    assert len(unpack(member * 8, "gzip", LIMIT)) == LIMIT
    with pytest.raises(UserError) as caught:
        unpack(member * 9, "gzip", LIMIT)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstd.compress)]
)
def test_the_number_of_members_is_bounded(encoding, pack):
    assert unpack(pack(b"a") * 16, encoding, LIMIT) == b"a" * 16
    for member in (pack(b"a"), pack(b"")):
        for count in (17, LIMIT // len(member)):
            with pytest.raises(UserError, match="more than 16 compressed members") as caught:
                unpack(member * count, encoding, LIMIT)
            assert caught.value.code == "bad_body"
