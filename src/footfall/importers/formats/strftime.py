"""Dates and times by a format of strftime, as far as GoAccess and Apache use it."""

from __future__ import annotations

import re

import polars as pl

from footfall.errors import UserError
from footfall.importers import times

_NUMBER2 = r"[0-9]{1,2}"
_NAME = r"[A-Za-z]+\.?"
# A code: how far it reaches, and how the engine of polars calls it.
_CODES: dict[str, tuple[str, str]] = {
    "Y": ("[0-9]{4}", "%Y"),
    "y": ("[0-9]{2}", "%y"),
    "m": (_NUMBER2, "%m"),
    "d": (_NUMBER2, "%d"),
    "e": (" ?[0-9]{1,2}", "%e"),
    "b": (_NAME, "%b"),
    "h": (_NAME, "%b"),
    "B": (_NAME, "%B"),
    "a": (_NAME, "%a"),
    "A": (_NAME, "%A"),
    "j": ("[0-9]{1,3}", "%j"),
    "H": (_NUMBER2, "%H"),
    "I": (_NUMBER2, "%I"),
    "M": (_NUMBER2, "%M"),
    "S": (r"[0-9]{1,2}(?:\.[0-9]{1,9})?", "%S%.f"),
    "p": ("[AaPp][Mm]", "%p"),
    "z": (r"(?:[+-][0-9]{2}:?[0-9]{2}|Z)", "%z"),
    "s": (r"[0-9]+(?:\.[0-9]+)?", "%s"),
    "*": ("[0-9]+", "%s"),  # GoAccess: milliseconds
    "f": ("[0-9]+", "%s"),  # GoAccess: microseconds
}
_SHORT = {"T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y", "F": "%Y-%m-%d"}
_CODE = re.compile(r"%(.)")
_UNIX = "%s"


def _expanded(form: str) -> str:
    return _CODE.sub(lambda code: _SHORT.get(code[1], code[0]), form)


def pattern_of(form: str) -> str:
    """What such times look like. Raises UserError (`bad_parameter`) for a code that is not known."""
    pieces = _CODE.split(_expanded(form))
    return "".join(_known(piece)[0] if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))


def chrono_of(form: str) -> str:
    """The format as the engine of polars knows it; `%s` alone is Unix time of any unit."""
    found = _CODE.sub(lambda code: _known(code[1])[1], _expanded(form))
    if _UNIX in found and found != _UNIX:
        raise UserError("bad_parameter", f"time-format: {form!r} has more than Unix time")
    return found


def _known(code: str) -> tuple[str, str]:
    if code == "%":
        return "%", "%%"
    if code not in _CODES:
        raise UserError("bad_parameter", f"time-format: %{code} is not one of {' '.join(f'%{c}' for c in _CODES)}")
    return _CODES[code]


def moment(text: pl.Expr, chrono: str, zone: str) -> pl.Expr:
    """Unix milliseconds."""
    if chrono == _UNIX:
        return times.unix(text)
    if "%z" in chrono:
        zoned = text.str.replace("Z$", "+0000")
        return zoned.str.to_datetime(chrono, time_unit="ms", strict=False).dt.epoch("ms")
    return times.at_zone(text.str.to_datetime(chrono, time_unit="ms", strict=False), zone)


def day(text: pl.Expr, chrono: str) -> pl.Expr:
    """`2026-11-27`."""
    if chrono == _UNIX:
        return pl.from_epoch(times.unix(text), "ms").dt.strftime("%Y-%m-%d")
    return text.str.to_date(chrono, strict=False).dt.strftime("%Y-%m-%d")


def clock(text: pl.Expr, chrono: str) -> pl.Expr:
    """`19:49:57.125`."""
    if chrono == _UNIX:
        return pl.from_epoch(times.unix(text), "ms").dt.strftime("%H:%M:%S%.3f")
    return text.str.to_time(chrono, strict=False).dt.strftime("%H:%M:%S%.3f")
