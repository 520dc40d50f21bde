"""The log formats: one entry of `FORMATS` each, the order deciding between formats that fit equally well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from footfall.errors import UserError
from footfall.importers.fields import Fields, Parsed, Reject, Window, settle
from footfall.importers.formats.extended import EXTENDED_FORMATS
from footfall.importers.formats.jsonl import JSON_FORMATS
from footfall.importers.formats.text import TEXT_FORMATS
from footfall.importers.reader import LINE_BYTES


class Parser(Protocol):
    """Reads one file, block after block: directives of an earlier block hold for the later ones."""

    def parse(self, lines: pl.Series) -> Fields:
        """Every line in exactly one place: a row of the frame, a reject, or nowhere if it is a directive."""


class LogFormat(Protocol):
    @property
    def name(self) -> str:
        """What `--format` calls it."""

    def begin(self) -> Parser:
        """A parser for one file."""


FORMATS: tuple[LogFormat, ...] = (*TEXT_FORMATS, *JSON_FORMATS, *EXTENDED_FORMATS)


def named(name: str) -> LogFormat:
    """Raises UserError (`bad_parameter`) for a name that no format has."""
    for known in FORMATS:
        if known.name == name:
            return known
    raise UserError("bad_parameter", f"format: {name!r} is not one of {', '.join(f.name for f in FORMATS)}")


def detect(sample: Sequence[str], window: Window) -> LogFormat | None:
    """The format that accepts most lines of a file's beginning; None where none accepts any."""
    lines = pl.Series("line", sample, dtype=pl.String)
    score, _, best = max(
        (parse(known.begin(), lines, window).frame.height, -place, known) for place, known in enumerate(FORMATS)
    )
    return best if score else None


def parse(parser: Parser, lines: pl.Series, window: Window) -> Parsed:
    """A block's accepted rows and refused lines, whatever its format."""
    lengths = lines.str.len_bytes()
    odd = dict.fromkeys((lengths == 0).arg_true(), "empty line")
    long = lengths > LINE_BYTES
    if long.any():
        odd |= dict.fromkeys(long.arg_true(), f"longer than {LINE_BYTES} bytes")
        lines = lines.set(long, "")
    parsed = settle(parser.parse(lines), window)
    rejects: list[Reject] = [(line, odd.get(line, reason)) for line, reason in parsed.rejects]
    return Parsed(parsed.frame, rejects)
