"""What one event may hold, and when it may have happened: the same for every wire format."""

from __future__ import annotations

from math import isfinite
from typing import Any

import msgspec

from footfall.collect.surrogates import HALF_A_PAIR
from footfall.errors import UserError
from footfall.model.period import iso
from footfall.model.retention import newest_accepted

EVENT_NAME_CHARS = 100
"""Longest name of an event."""

NAME_CHARS = 128
"""Longest name that a client may give to a visitor or a session."""

PROPERTY_BYTES = 32 << 10
PROPERTY_KEYS = 64
PROPERTY_DEPTH = 5
TEXT_BYTES = 4 << 10

_encode = msgspec.json.Encoder().encode


class RefusedError(UserError):
    """An event that is well formed and not accepted; `field` says where. Codes are listed in docs/api/events.md."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(code, message)
        self.field = field


def check_time(timestamp: int, now: int, oldest: int) -> int:
    """The timestamp, or RefusedError `timestamp_out_of_range`; `oldest` is the first that is accepted."""
    if oldest <= timestamp <= newest_accepted(now):
        return timestamp
    which = f"before {iso(oldest)}" if timestamp < oldest else "more than 5 minutes in the future"
    raise RefusedError("timestamp_out_of_range", "timestamp", f"timestamp: {_when(timestamp)} is {which}")


def check_name(field: str, name: str) -> str:
    """The name of a visitor or a session, or RefusedError `<field>_too_long`."""
    if len(name) > NAME_CHARS:
        raise RefusedError(f"{field}_too_long", field, f"{field}: {len(name)} characters are more than {NAME_CHARS}")
    return name


def check_event_name(name: str) -> str:
    """The name of a custom event, or RefusedError `bad_name`."""
    if not 1 <= len(name) <= EVENT_NAME_CHARS:
        raise RefusedError(
            "bad_name", "name", f"name: a custom event needs 1 to {EVENT_NAME_CHARS} characters, not {len(name)}"
        )
    return name


def encode_properties(properties: dict[str, Any] | None) -> bytes:
    """Properties as JSON, or RefusedError where they are over a limit; `b""` for none."""
    if not properties:
        return b""
    try:
        encoded = _encode(properties)
    except UnicodeEncodeError as error:
        raise _refused("bad_text", HALF_A_PAIR) from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _refused("number_out_of_range", f"can't be kept as JSON ({error})") from error
    if len(encoded) > PROPERTY_BYTES:
        raise _refused("properties_too_large", f"{len(encoded)} bytes of JSON are more than {PROPERTY_BYTES}")
    # Most properties are a few plain values, to which no other limit applies.
    if len(encoded) > 4 * PROPERTY_KEYS or not _are_plain(properties):
        _check_value(properties, 1)
    return encoded


def _are_plain(properties: dict[str, Any]) -> bool:
    """Whether all values are texts, flags, nulls and numbers of 64 bits."""
    for value in properties.values():
        kind = type(value)
        if kind is str or kind is bool or value is None:
            continue
        if not (_fits_int(value) if kind is int else kind is float and isfinite(value)):
            return False
    return True


def _fits_int(value: int) -> bool:
    return -(1 << 63) <= value < 1 << 64


def _check_value(value: Any, depth: int) -> None:
    if isinstance(value, dict | list):
        if depth > PROPERTY_DEPTH:
            raise _refused("properties_too_deep", f"nested deeper than {PROPERTY_DEPTH}")
        _check_members(value, depth)
    elif isinstance(value, str) and len(value.encode()) > TEXT_BYTES:
        raise _refused("text_too_long", f"a text of {len(value.encode())} bytes is over {TEXT_BYTES}")
    elif (isinstance(value, int) and not _fits_int(value)) or (isinstance(value, float) and not isfinite(value)):
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
