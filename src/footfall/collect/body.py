"""Request bodies, decompressed within a limit."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from footfall import zstd
from footfall.errors import UserError

MIB = 1 << 20
MAX_MEMBERS = 16
"""Most gzip, zlib or zstd members of one body: each one copies what follows it."""


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """The body that `Content-Encoding` names, in at most `limit` bytes.

    UserError `too_large` beyond it, `unsupported_encoding` for any but gzip, deflate, zstd and identity, and for
    several at once; `bad_body` where the bytes are not in that encoding, or have more than 16 members.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return body
    unpacker = _UNPACKERS.get(name)
    if unpacker is None:
        raise UserError(
            "unsupported_encoding", f"Content-Encoding {encoding[:100]!r} is not supported; use gzip, deflate or zstd"
        )
    try:
        unpacked = unpacker(body, limit + 1)
    except (zlib.error, zstd.ZstdError, EOFError) as error:
        raise UserError("bad_body", f"the body is not valid {name}: {error}") from error
    if len(unpacked) > limit:
        raise too_large(limit)
    return unpacked


def beginning(body: bytes, encoding: str, limit: int) -> bytes:
    """At most `limit` bytes of what a body unpacks to, of which only the beginning may have come; errors as above."""
    name = encoding.strip().lower()
    for start in _MEMBERS.get(name, ()):
        with suppress(zlib.error, zstd.ZstdError):
            return start().decompress(body, limit)
    return unpack(body, encoding, limit) if name not in {"", "identity"} else body[:limit]


def too_large(limit: int) -> UserError:
    return UserError("too_large", f"the body is larger than {limit / MIB:g} MiB")


def _zlib(body: bytes, limit: int, window: int) -> bytes:
    """One or more zlib or gzip members."""
    return _members(body, limit, lambda: zlib.decompressobj(window))


def _deflate(body: bytes, limit: int) -> bytes:
    try:
        return _zlib(body, limit, zlib.MAX_WBITS)
    except zlib.error:
        return _zlib(body, limit, -zlib.MAX_WBITS)  # some senders omit the zlib header


def _zstd(body: bytes, limit: int) -> bytes:
    return _members(body, limit, zstd.ZstdDecompressor)


class _Member(Protocol):
    """What the decompressors of zlib and zstd have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _members(body: bytes, limit: int, start: Callable[[], _Member]) -> bytes:
    """The members' contents one after another, cut off after `limit` bytes."""
    found = b""
    for _ in range(MAX_MEMBERS):
        member = start()
        found += member.decompress(body, limit - len(found))
        if len(found) >= limit:
            return found
        if not member.eof:
            raise EOFError("the data is cut off")
        body = member.unused_data
        if not body:
            return found
    raise UserError("bad_body", f"the body has more than {MAX_MEMBERS} compressed members")


_MEMBERS: dict[str, tuple[Callable[[], _Member], ...]] = {
    "gzip": (lambda: zlib.decompressobj(zlib.MAX_WBITS | 16),),
    "deflate": (lambda: zlib.decompressobj(zlib.MAX_WBITS), lambda: zlib.decompressobj(-zlib.MAX_WBITS)),
    "zstd": (zstd.ZstdDecompressor,),
}
"""What unpacks the first member of a body; of several, the first that takes it."""

_UNPACKERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": lambda body, limit: _zlib(body, limit, zlib.MAX_WBITS | 16),
    "deflate": _deflate,
    "zstd": _zstd,
}
