"""Columns in bytes: all values of a field after one another, so that nobody makes an object for each to pass them on.

A column of a record is a list with a value for each row, the one value that all rows have, or `Packed`.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, repeat
from math import isnan, nan
from types import NoneType
from typing import Any

from msgspec.msgpack import Ext

Packed = Ext
"""One of the codes below and the bytes that it tells the form of."""

TEXTS = 1
"""UTF-8, with a NUL between two values."""
BLOBS = 2
"""The same, of what is bytes already."""
NUMBERS = 3
"""64 bits each, unsigned, the highest byte first, as MessagePack has them: an erasure looks for a visitor's key."""
FLAGS = 4
"""A byte each, 0 or 1."""
FLOATS = 5
"""64 bits each, the highest byte first; NaN stands for None."""

_NUL = b"\0"


def packed(column: Any) -> Any:
    """A list in bytes; the column itself where it is none, or has a value that its bytes could not tell."""
    if not isinstance(column, list):
        return column
    code, pack = _PACKS[type(column[0])]
    data = pack(column)
    return column if data is None else Packed(code, data)


def listed(column: Any, count: int) -> list[Any]:
    """The values of a column of so many rows."""
    if isinstance(column, Packed):
        return _LISTS[column.code](bytes(column.data))
    return column if isinstance(column, list) else [column] * count


def one_by_one(column: Any, count: int) -> Iterable[Any]:
    """The same, without a list of what all rows share."""
    return listed(column, count) if isinstance(column, list | Packed) else repeat(column, count)


def joined(columns: Sequence[Any], counts: Sequence[int]) -> Any:
    """A field's column of several records with so many rows each: in bytes where one was, if all can be."""
    first = columns[0]
    if not isinstance(first, list | Packed) and columns.count(first) == len(columns):
        return first
    code = next((column.code for column in columns if isinstance(column, Packed)), 0)
    if code and not any(isinstance(column, list) for column in columns):
        parts = [
            part
            for one, count in zip(columns, counts, strict=True)
            if (part := _repeated(code, one, count)) is not None
        ]
        if len(parts) == len(columns):
            return Packed(code, (_NUL if code in {TEXTS, BLOBS} else b"").join(parts))
    return [*chain.from_iterable(map(one_by_one, columns, counts))]


def _repeated(code: int, column: Any, count: int) -> bytes | None:
    """A column without a list in bytes of this form."""
    if isinstance(column, Packed):
        return bytes(column.data)
    _, pack = _PACKS[type(column)]
    one = pack([column])
    if one is None:
        return None
    return _NUL.join(repeat(one, count)) if code in {TEXTS, BLOBS} else one * count


def _texts(values: Sequence[str]) -> bytes | None:
    together = "\0".join(values)
    return together.encode() if together.count("\0") == len(values) - 1 else None


def _blobs(values: Sequence[bytes]) -> bytes | None:
    together = _NUL.join(values)
    return together if together.count(_NUL) == len(values) - 1 else None


def _numbers(values: Sequence[int]) -> bytes | None:
    try:
        return _highest_first(array("Q", values)).tobytes()
    except OverflowError:  # one is negative
        return None


def _floats(values: Sequence[float | None]) -> bytes:
    return _highest_first(array("d", [nan if value is None else value for value in values])).tobytes()


def _highest_first(values: array[Any]) -> array[Any]:
    if sys.byteorder == "little":
        values.byteswap()
    return values


_PACKS: Mapping[type, tuple[int, Callable[[Any], bytes | None]]] = {
    str: (TEXTS, _texts),
    bytes: (BLOBS, _blobs),
    int: (NUMBERS, _numbers),
    bool: (FLAGS, bytes),
    float: (FLOATS, _floats),
    NoneType: (FLOATS, _floats),
}
"""By the type of a column's values."""

_LISTS: Mapping[int, Callable[[bytes], list[Any]]] = {
    TEXTS: lambda data: data.decode().split("\0"),
    BLOBS: lambda data: data.split(_NUL),
    NUMBERS: lambda data: [*struct.unpack(f">{len(data) // 8}Q", data)],
    FLAGS: lambda data: [*map(bool, data)],
    FLOATS: lambda data: [None if isnan(value) else value for value in struct.unpack(f">{len(data) // 8}d", data)],
}
