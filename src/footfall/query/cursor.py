"""Where a listing goes on: its period, fixed by the first page, and its last row. Opaque, but no secret."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib

from footfall.errors import UserError
from footfall.model.period import Period
from footfall.query.ast import Position
from footfall.query.passes.clamp import EARLIEST, LATEST

_BODY = struct.Struct(">BqqqQQ")
_CHECK = struct.Struct(">I")
_VERSION = 1


def encode(period: Period, last: Position) -> str:
    body = _BODY.pack(_VERSION, period.start, period.end, last.timestamp, last.id_hi, last.id_lo)
    return base64.urlsafe_b64encode(body + _CHECK.pack(zlib.crc32(body))).decode().rstrip("=")


def decode(text: str) -> tuple[Period, Position]:
    """UserError(`bad_parameter`) where `text` is not what `encode` made."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body, check = raw[: -_CHECK.size], raw[-_CHECK.size :]
        version, start, end, timestamp, id_hi, id_lo = _BODY.unpack(body)
        known = version == _VERSION and check == _CHECK.pack(zlib.crc32(body))
    except (ValueError, binascii.Error, struct.error):
        known = False
    if not known or not (EARLIEST <= timestamp <= LATEST and start <= timestamp < end):
        raise UserError("bad_parameter", f"cursor: {text[:100]!r} is not the next_cursor of an answer")
    return Period(start, end), Position(timestamp, id_hi, id_lo)
