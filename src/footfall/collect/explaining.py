"""What a value that does not fit a schema is told: the field, why, and what was sent."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from footfall.collect.surrogates import decode_replacing

_MISSING = object()

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding a body raises."""


def explained(error: msgspec.ValidationError, value: Any) -> str:
    """`field: reason (got …)` for a decoded JSON value; a nested field is `revenue.currency`."""
    reason, found_at, place = str(error).rpartition(" - at `$")
    if not found_at:
        return str(error)
    field = place.rstrip("`").lstrip(".")
    found = _at(value, field)
    shown = "" if found is _MISSING else f" (got {found!r:.60})"
    return f"{field}: {reason}{shown}" if field else reason


def explained_body(error: Exception, body: bytes | msgspec.Raw) -> str:
    """The same for one of `UNREADABLE`, by a body: one that is no JSON beyond the fault tells no value."""
    if isinstance(error, msgspec.ValidationError):
        with suppress(*UNREADABLE):
            return explained(error, decode_replacing(msgspec.json.decode, body))
    return str(error)


def _at(value: Any, field: str) -> Any:
    for name in field.split(".") if field else ():
        if not isinstance(value, dict) or name not in value:
            return _MISSING
        value = value[name]
    return value if field else _MISSING
