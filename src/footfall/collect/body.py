"""Bodies off the wire: unpacked within a bound."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

from footfall import zstd
from footfall.errors import UserError

MIB = 1 << 20
MEMBERS = 16
"""Most gzip, zlib or zstd members of one body: what follows a member is copied, once for each."""


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """The body that `Content-Encoding` names, in at most `limit` bytes.

    UserError `too_large` beyond it, `unsupported_encoding` for any but gzip, deflate, zstd and identity, and for
    several at once, `bad_body` where the bytes are not of that encoding, or are of more than 16 members of it.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return body
    unpacker = _UNPACKERS.get(name)
    if unpacker is None:
        raise UserError(
            "unsupported_encoding", f"Content-Encoding {encoding[:100]!r}: gzip, deflate and zstd are known"
        )
    try:
        unpacked = unpacker(body, limit + 1)
    except (zlib.error, zstd.ZstdError, EOFError) as error:
        raise UserError("bad_body", f"the body is not valid {name}: {error}") from error
    if len(unpacked) > limit:
        raise too_large(limit)
    return unpacked


def too_large(limit: int) -> UserError:
    return UserError("too_large", f"the body is larger than {limit / MIB:g} MiB")


def _zlib(body: bytes, most: int, window: int) -> bytes:
    """One or more zlib or gzip members."""
    return _members(body, most, lambda: zlib.decompressobj(window))


def _deflate(body: bytes, most: int) -> bytes:
    try:
        return _zlib(body, most, zlib.MAX_WBITS)
    except zlib.error:
        return _zlib(body, most, -zlib.MAX_WBITS)  # some senders leave the zlib header out


def _zstd(body: bytes, most: int) -> bytes:
    return _members(body, most, zstd.ZstdDecompressor)


class _Member(Protocol):
    """What the decompressors of zlib and zstd have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _members(body: bytes, most: int, start: Callable[[], _Member]) -> bytes:
    """The members' contents one after another, cut off after `most` bytes."""
    found = b""
    for _ in range(MEMBERS):
        member = start()
        found += member.decompress(body, most - len(found))
        if len(found) >= most:
            return found
        if not member.eof:
            raise EOFError("it ends too early")
        body = member.unused_data
        if not body:
            return found
    raise UserError("bad_body", f"the body has more than {MEMBERS} packed members")


_UNPACKERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": lambda body, most: _zlib(body, most, zlib.MAX_WBITS | 16),
    "deflate": _deflate,
    "zstd": _zstd,
}
