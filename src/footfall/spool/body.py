"""The body of a spool's row: records as MessagePack, many events as columns, packed by Zstandard where it is long."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from footfall import zstd
from footfall.model.raw import EventColumns, EventRows, Record, coalesced

COLUMNS_FROM = 32
"""Events from which on columns take less time than rows, to write and read them."""

PACKED_FROM = 8 << 10
"""Bytes from which on to pack them takes less time than to write them."""

HEAD = 18
"""Bytes of a body that tell how long it is unpacked: the longest header of Zstandard's frames (RFC 8878, 3.1.1)."""

_MAGIC = b"\x28\xb5\x2f\xfd"  # no list of MessagePack begins like this
_LEVEL = 1
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Record]).decode


def encoded(records: Iterable[Record]) -> bytes:
    """The same rows in the same order; neighbouring events of a project become one record."""
    body = _encode([_in_columns(record) for record in coalesced(records)])
    return zstd.compress(body, _LEVEL) if len(body) >= PACKED_FROM else body


def decoded(body: bytes) -> list[Record]:
    """The records of a body, also of earlier versions; msgspec.DecodeError where it is none."""
    try:
        return whole(_decode(unpacked(body)))
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from error


def whole(records: list[Record]) -> list[Record]:
    """The records; msgspec.DecodeError where a flat column has more values than its record has rows, or fewer."""
    if not all(record.is_whole for record in records if isinstance(record, EventColumns)):
        raise msgspec.DecodeError("a column does not have one value for each row")
    return records


def unpacked(body: bytes) -> bytes:
    """MessagePack; msgspec.DecodeError where the body is damaged."""
    if not body.startswith(_MAGIC):
        return body
    try:
        return zstd.decompress(body)
    except zstd.ZstdError as error:
        raise msgspec.DecodeError(str(error)) from error


def unpacked_size(head: bytes, size: int) -> int:
    """Bytes of a body as MessagePack, by its first `HEAD` bytes and its size; `size` where they are damaged."""
    if not head.startswith(_MAGIC):
        return size
    try:
        return max(zstd.get_frame_info(head).decompressed_size or 0, size)
    except zstd.ZstdError:
        return size


def _in_columns(record: Record) -> Record:
    if isinstance(record, EventRows) and len(record.rows) >= COLUMNS_FROM:
        record = EventColumns.of(record)
    return record.flattened() if isinstance(record, EventColumns) else record
