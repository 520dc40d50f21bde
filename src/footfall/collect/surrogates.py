"""Half surrogate pairs: JSON may hold one, as slicing a text in JavaScript leaves it, but UTF-8 and the store can't.

Senders without a token get U+FFFD in its place; a row of a sender with a token is refused with `bad_text`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import msgspec

HALF_A_PAIR = "a text with half a surrogate pair can't be kept"

_T = TypeVar("_T")

_HALF = re.compile("[\ud800-\udfff]")


def decode_replacing(decode: Callable[[bytes | msgspec.Raw], _T], body: bytes | msgspec.Raw) -> _T:
    """What `decode` makes of a body, with U+FFFD for each half of a pair. Raises what `decode` raises."""
    try:
        return decode(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        repaired = _repaired(bytes(body))
        if repaired is None:
            raise
        return decode(repaired)


def replace_halves(value: Any) -> Any:
    """A JSON value with U+FFFD for each half of a pair, in keys as well. RecursionError where it is too deep."""
    if isinstance(value, str):
        return value if value.isascii() else _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {replace_halves(key): replace_halves(item) for key, item in value.items()}
    return [replace_halves(item) for item in value] if isinstance(value, list) else value


def find_half(value: Any) -> str | None:
    """Where half of a pair stands in a JSON value: `properties.plan`, `""` for the value itself; None for nowhere."""
    if isinstance(value, str):
        return "" if not value.isascii() and _HALF.search(value) else None
    if isinstance(value, dict):
        members: Any = value.items()
    else:
        members = enumerate(value) if isinstance(value, list) else ()
    for name, item in members:
        if find_half(name) is not None:
            return ""
        place = find_half(item)
        if place is not None:
            return f"{name}.{place}" if place else str(name)
    return None


def _repaired(body: bytes) -> bytes | None:
    """The same JSON without halves of pairs; None where it is no JSON."""
    try:
        value = replace_halves(json.loads(body, parse_constant=_refuse))
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
