"""Bodies off the wire: unpacked within a bound."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable

from footfall.errors import UserError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIB = 1 << 20


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """The body that `Content-Encoding` names, in at most `limit` bytes.

    UserError `too_large` beyond it, `unsupported_encoding` for any but gzip, deflate, zstd and identity, and for
    several at once, `bad_body` where the bytes are not of that encoding.
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
    found = b""
    while body and len(found) < most:
        stream = zlib.decompressobj(window)
        found += stream.decompress(body, most - len(found))
        if not stream.eof and len(found) < most:
            raise EOFError("it ends too early")
        body = stream.unused_data
    return found


def _deflate(body: bytes, most: int) -> bytes:
    try:
        return _zlib(body, most, zlib.MAX_WBITS)
    except zlib.error:
        return _zlib(body, most, -zlib.MAX_WBITS)  # some senders leave the zlib header out


def _zstd(body: bytes, most: int) -> bytes:
    found = b""
    while body and len(found) < most:
        stream = zstd.ZstdDecompressor()
        found += stream.decompress(body, most - len(found))
        if not stream.eof and len(found) < most:
            raise EOFError("it ends too early")
        body = stream.unused_data if stream.eof else b""
    return found


_UNPACKERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": lambda body, most: _zlib(body, most, zlib.MAX_WBITS | 16),
    "deflate": _deflate,
    "zstd": _zstd,
}
