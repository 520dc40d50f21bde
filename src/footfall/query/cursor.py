"""Where a listing continues: its period, fixed by the first page, its last row, and a hash of what else was asked.

Opaque, but not secret.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from footfall.errors import UserError
from footfall.model.period import Period
from footfall.query.ast import Position, Query, SessionPosition
from footfall.query.passes.clamp import EARLIEST, LATEST

_CHECK_BYTES = 4

_Bound = Annotated[int, Meta(ge=-LATEST, le=1 << 48)]
_Instant = Annotated[int, Meta(ge=EARLIEST, le=LATEST)]
_Natural = Annotated[int, Meta(ge=0)]


class _Rows(msgspec.Struct, array_like=True, forbid_unknown_fields=True, tag="rows"):
    start: _Bound
    end: _Bound
    timestamp: _Instant
    id_hi: _Natural
    id_lo: _Natural
    asked: _Natural = 0  # cursors of earlier versions lack it


class _Sessions(msgspec.Struct, array_like=True, forbid_unknown_fields=True, tag="visits"):
    """The tag is part of cursors that clients hold."""

    start: _Bound
    end: _Bound
    at: _Instant
    session_id: str
    until: _Natural
    asked: _Natural = 0


_Place = TypeVar("_Place", _Rows, _Sessions)


def encode_rows(base: Query, last: Position) -> str:
    period = base.period
    return _encode(_Rows(period.start, period.end, last.timestamp, last.id_hi, last.id_lo, _asked(base)))


def decode_rows(text: str, base: Query) -> tuple[Period, Position]:
    """UserError(`bad_parameter`) if `text` is not the result of `encode_rows` for what `base` asks, over any period."""
    found = _decode(text, _Rows, base)
    if not found.start <= found.timestamp < found.end:
        raise _refusal(text)
    return Period(found.start, found.end), Position(found.timestamp, found.id_hi, found.id_lo)


def encode_sessions(base: Query, last: SessionPosition, until: int) -> str:
    period = base.period
    return _encode(_Sessions(period.start, period.end, last.start, last.session_id, until, _asked(base)))


def decode_sessions(text: str, base: Query) -> tuple[Period, SessionPosition, int]:
    """UserError(`bad_parameter`), as `decode_rows`."""
    found = _decode(text, _Sessions, base)
    if found.start >= found.end:
        raise _refusal(text)
    return Period(found.start, found.end), SessionPosition(found.at, found.session_id), found.until


def _asked(base: Query) -> int:
    """What tells queries apart whose rows a cursor must not continue; never 0. The order of filters is none."""
    asked = (base.project, base.bots, sorted(map(repr, base.filters)))
    return zlib.crc32(repr(asked).encode()) or 1


def _encode(place: _Rows | _Sessions) -> str:
    body = msgspec.msgpack.encode(place)
    return base64.urlsafe_b64encode(body + _check(body)).decode().rstrip("=")


def _decode(text: str, kind: type[_Place], base: Query) -> _Place:
    found = _read(text, kind)
    if found.asked not in {0, _asked(base)}:
        raise UserError(
            "bad_parameter",
            f"cursor: {text[:100]!r} is of another listing: project, visitor, filter and `bots` stay the same",
        )
    return found


def _read(text: str, kind: type[_Place]) -> _Place:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
        if check == _check(body):
            return msgspec.msgpack.decode(body, type=kind)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        pass
    raise _refusal(text)


def _check(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(_CHECK_BYTES)


def _refusal(text: str) -> UserError:
    return UserError("bad_parameter", f"cursor: {text[:100]!r} is not the next_cursor of an answer")
