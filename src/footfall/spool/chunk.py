"""Chunks: parts of a spool's batches, as one machine forwards them to another that drains.

A batch is a fixed run of rows, so its chunks are the same however often they are sent. A chunk is msgpack, packed
by zstd. Its headers are signed by a secret that both sides find in their common metadata; the secret never travels.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest

import msgspec

from footfall import zstd
from footfall.errors import UserError
from footfall.model.raw import EventFields, ProxyColumns, RawEngagement, RawEvent, RawRequest, Record, halves
from footfall.spool.body import whole

PATH = "/api/internal/chunks"
SECRET = "chunks"  # noqa: S105 - the name under which the metadata keeps it
"""The name of the secret in the metadata."""

BODY_BYTES = 40 << 20
"""Most bytes of a chunk that is received, packed and unpacked."""

_CHUNK_BYTES = 8 << 20
_KINDS = (RawEvent, RawRequest, RawEngagement, ProxyColumns, EventFields)
_FLAT = 1
_FIELDS = (*(len(kind.__struct_fields__) for kind in _KINDS), _FLAT)
"""How many fields rows of each kind have, and that columns may be flat. A newer version adds fields at the end of a
kind, which decoding here would drop, or another number, for what this version could not read."""

_SENDER = re.compile(r"[a-z0-9-]{1,100}")
_NUMBERS = re.compile(r"(\d{1,19})\.(\d{1,6})")
_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(list[Record])


class Chunk(msgspec.Struct, frozen=True, order=True):
    """`part` counts from 0 within the batch `number` of the sender."""

    number: int
    part: int
    sender: str


def divided(records: Iterable[Record]) -> Iterator[bytes]:
    """The bodies of a batch's chunks, each small enough for one request where its records can be divided."""
    waiting: list[bytes] = []
    for encoded in _encoded(records):
        if waiting and sum(map(len, waiting)) + len(encoded) > _CHUNK_BYTES:
            yield _packed(waiting)
            waiting = []
        waiting.append(encoded)
    yield _packed(waiting)


def signed(chunk: Chunk, body: bytes, secret: bytes) -> dict[str, str]:
    """The headers that go with a chunk's body."""
    numbers, digest = f"{chunk.number}.{chunk.part}", hashlib.sha256(body).hexdigest()
    return {
        "Content-Type": "application/octet-stream",
        "X-Footfall-Sender": chunk.sender,
        "X-Footfall-Chunk": numbers,
        "X-Footfall-Fields": ".".join(map(str, _FIELDS)),
        "X-Footfall-Digest": digest,
        "X-Footfall-Signature": _signature(chunk.sender, numbers, digest, secret),
    }


def announced(headers: Mapping[bytes, bytes], secret: bytes) -> Chunk:
    """The chunk that the headers announce.

    UserError `unauthorized` where their signature does not hold, `conflict` where a newer version sends what this one
    does not know: the chunk stays with its sender until this server is upgraded.
    """
    sender, numbers, digest, signature = (
        headers.get(f"x-footfall-{name}".encode(), b"").decode("latin-1")
        for name in ("sender", "chunk", "digest", "signature")
    )
    if not hmac.compare_digest(signature.encode(), _signature(sender, numbers, digest, secret).encode()):
        raise UserError("unauthorized", "the signature does not hold: do both servers have the same FOOTFALL_META_URL?")
    found = _NUMBERS.fullmatch(numbers)
    if found is None or not _SENDER.fullmatch(sender):
        raise UserError("bad_parameter", "the headers of a chunk are malformed")
    fields = [int(count) for count in headers.get(b"x-footfall-fields", b"").split(b".") if count.isdigit()]
    if any(theirs > ours for theirs, ours in zip_longest(fields, _FIELDS, fillvalue=0)):
        raise UserError("conflict", "the collector has a newer version than its drain: upgrade the drain first")
    return Chunk(int(found[1]), int(found[2]), sender)


def records_of(headers: Mapping[bytes, bytes], body: bytes) -> list[Record]:
    """The records of a body, which is the announced one; UserError `bad_body` otherwise."""
    if hashlib.sha256(body).hexdigest().encode() != headers.get(b"x-footfall-digest"):
        raise UserError("bad_body", "the body is not the one that was signed")
    try:
        unpacked = zstd.ZstdDecompressor().decompress(body, BODY_BYTES + 1)
        if len(unpacked) > BODY_BYTES:
            raise UserError("too_large", f"the chunk has more than {BODY_BYTES} bytes")
        return whole(_decoder.decode(unpacked))
    except (zstd.ZstdError, msgspec.DecodeError) as error:
        raise UserError("bad_body", f"the chunk can't be read: {error}") from error


def _signature(sender: str, numbers: str, digest: str, secret: bytes) -> str:
    return hmac.new(secret, f"{sender}\n{numbers}\n{digest}".encode(), hashlib.sha256).hexdigest()


def _encoded(records: Iterable[Record]) -> Iterator[bytes]:
    for record in records:
        encoded = _encode(record)
        parts = halves(record) if len(encoded) > _CHUNK_BYTES else []
        yield from _encoded(parts) if parts else [encoded]


def _packed(encoded: list[bytes]) -> bytes:
    return zstd.compress(_encode([msgspec.Raw(one) for one in encoded]), 1)
