"""What one event may hold, and when it may have happened: the same for every way in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import msgspec

from footfall.clock import DAY, MINUTE
from footfall.errors import UserError
from footfall.model.period import iso, to_millis

YEAR_2000 = 946_684_800_000
FUTURE = 5 * MINUTE

PROPERTY_BYTES = 32 << 10
PROPERTY_KEYS = 64
PROPERTY_DEPTH = 5
TEXT_BYTES = 4 << 10
NAME_CHARS = 128
"""Longest name that a client may give to a visitor or a session."""

_MILLISECONDS_FROM = 100_000_000_000  # as seconds, this is the year 5138
_LONG_NUMBER = re.compile(rb"\d{16}")
_encode = msgspec.json.Encoder().encode


class RefusedError(UserError):
    """An event that is well formed and not accepted; `field` says where. Codes are listed in docs/api/events.md."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(code, message)
        self.field = field


def parse_time(value: str | float) -> int:
    """Unix milliseconds of ISO 8601 text (no offset means UTC), or of Unix seconds or milliseconds. ValueError."""
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) > 8:
            return parse_time(int(value))
        instant = datetime.fromisoformat(value)
        return to_millis(instant if instant.tzinfo else instant.replace(tzinfo=UTC))
    return int(value * 1000 if abs(value) < _MILLISECONDS_FROM else value)


def check_time(timestamp: int, now: int, retention_days: int | None) -> int:
    """The timestamp, or RefusedError `timestamp_out_of_range`."""
    oldest = YEAR_2000 if retention_days is None else max(YEAR_2000, now - retention_days * DAY)
    if oldest <= timestamp <= now + FUTURE:
        return timestamp
    which = f"before {iso(oldest)}" if timestamp < oldest else "more than 5 minutes in the future"
    raise RefusedError("timestamp_out_of_range", "timestamp", f"timestamp: {_when(timestamp)} is {which}")


def encode_properties(properties: dict[str, Any] | None) -> bytes:
    """Properties as JSON, or RefusedError where they are over a limit; `b""` for none."""
    if not properties:
        return b""
    try:
        encoded = _encode(properties)
    except UnicodeEncodeError as error:
        raise _refused("bad_text", "a text with half a surrogate pair can't be kept") from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _refused("number_out_of_range", f"can't be kept as JSON ({error})") from error
    if len(encoded) > PROPERTY_BYTES:
        raise _refused("properties_too_large", f"{len(encoded)} bytes of JSON are more than {PROPERTY_BYTES}")
    # A short text with few brackets and no long number can't break any other limit: no need to look inside.
    # The encoder writes infinity, which is what 1e999 is read as, as null.
    openers = encoded.count(b"{") + encoded.count(b"[")
    hidden = b"null" in encoded or _LONG_NUMBER.search(encoded)
    if hidden or len(encoded) > 4 * PROPERTY_KEYS or openers > PROPERTY_DEPTH:
        _check_value(properties, 1)
    return encoded


def _check_value(value: Any, depth: int) -> None:
    if isinstance(value, dict | list):
        if depth > PROPERTY_DEPTH:
            raise _refused("properties_too_deep", f"nested deeper than {PROPERTY_DEPTH}")
        _check_members(value, depth)
    elif isinstance(value, str) and len(value.encode()) > TEXT_BYTES:
        raise _refused("text_too_long", f"a text of {len(value.encode())} bytes is over {TEXT_BYTES}")
    elif (isinstance(value, int) and not -(1 << 63) <= value < 1 << 64) or (
        isinstance(value, float) and not isfinite(value)
    ):
        raise _refused("number_out_of_range", f"{str(value)[:40]} does not fit 64 bits")


def _check_members(value: dict[str, Any] | list[Any], depth: int) -> None:
    if isinstance(value, list):
        for item in value:
            _check_value(item, depth + 1)
        return
    if len(value) > PROPERTY_KEYS:
        raise _refused("too_many_properties", f"{len(value)} keys are more than {PROPERTY_KEYS}")
    for key, item in value.items():
        _check_value(key, depth + 1)
        _check_value(item, depth + 1)


def _refused(code: str, reason: str) -> RefusedError:
    return RefusedError(code, "properties", f"properties: {reason}")


def _when(timestamp: int) -> str:
    try:
        return iso(timestamp)
    except OverflowError:
        return str(timestamp)
