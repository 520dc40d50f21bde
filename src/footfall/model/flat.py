"""Flat columns: all values of a field in one run of bytes, so that nobody makes an object of each to pass them on.

A column of a record is a list with a value for each row, the one value that all rows have, or `Flat`.
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

Flat = Ext
"""The values as bytes, of which `code` says the layout."""

TEXTS = 1
"""UTF-8, with a NUL between two values."""
BLOBS = 2
"""The same, of values that are bytes already."""
NUMBERS = 3
"""64 bits each, unsigned, the highest byte first, as MessagePack has them: an erasure looks for a visitor's key."""
FLAGS = 4
"""A byte each, 0 or 1."""
FLOATS = 5
"""64 bits each, the highest byte first; NaN stands for None."""

SEPARATED = frozenset({TEXTS, BLOBS})
"""Layouts whose values may have any length."""

_NUL = b"\0"
_SIZES = {NUMBERS: 8, FLAGS: 1, FLOATS: 8}


def flattened(column: Any) -> Any:
    """A list as a flat column; the column itself where it is none, or has a value that could not be told from it."""
    if not isinstance(column, list) or not column:
        return column
    code = _CODES[type(column[0])]
    data = _BYTES[code](column)
    return column if data is None else Flat(code, data)


def listed(column: Any, count: int) -> list[Any]:
    """The values of a column of so many rows."""
    if isinstance(column, Flat):
        return _LISTS[column.code](bytes(column.data))
    return column if isinstance(column, list) else [column] * count


def one_by_one(column: Any, count: int) -> Iterable[Any]:
    """The same, without a list of what all rows share."""
    return listed(column, count) if isinstance(column, list | Flat) else repeat(column, count)


def is_whole(column: Any, count: int) -> bool:
    """Whether a flat column has a known layout and so many values; of others, True."""
    if not isinstance(column, Flat):
        return True
    if column.code in SEPARATED:
        return bytes(column.data).count(_NUL) + 1 == count
    return len(bytes(column.data)) == count * _SIZES.get(column.code, -1)


def joined(columns: Sequence[Any], counts: Sequence[int]) -> Any:
    """A field's column of several records with so many rows each: flat where one is and all can be, or a list."""
    first = columns[0]
    if not isinstance(first, list | Flat) and columns.count(first) == len(columns):
        return first
    code = next((column.code for column in columns if isinstance(column, Flat)), 0)
    if code:
        parts = [_flat(code, column, count) for column, count in zip(columns, counts, strict=True) if count]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            return Flat(code, (_NUL if code in SEPARATED else b"").join(known))
    return [*chain.from_iterable(map(one_by_one, columns, counts))]


def _flat(code: int, column: Any, count: int) -> bytes | None:
    """The bytes of a column of at least one row in this layout; None where it can't have it."""
    if isinstance(column, Flat):
        return bytes(column.data) if column.code == code else None
    values = column if isinstance(column, list) else [column]
    if _CODES[type(values[0])] != code:
        return None
    data = _BYTES[code](values)
    if data is None or isinstance(column, list):
        return data
    return _NUL.join(repeat(data, count)) if code in SEPARATED else data * count


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


_CODES: Mapping[type, int] = {str: TEXTS, bytes: BLOBS, int: NUMBERS, bool: FLAGS, float: FLOATS, NoneType: FLOATS}
"""By the type of a column's values."""

_BYTES: Mapping[int, Callable[[Any], bytes | None]] = {
    TEXTS: _texts,
    BLOBS: _blobs,
    NUMBERS: _numbers,
    FLAGS: bytes,
    FLOATS: _floats,
}

_LISTS: Mapping[int, Callable[[bytes], list[Any]]] = {
    TEXTS: lambda data: data.decode().split("\0"),
    BLOBS: lambda data: data.split(_NUL),
    NUMBERS: lambda data: [*struct.unpack(f">{len(data) // 8}Q", data)],
    FLAGS: lambda data: [*map(bool, data)],
    FLOATS: lambda data: [None if isnan(value) else value for value in struct.unpack(f">{len(data) // 8}d", data)],
}
