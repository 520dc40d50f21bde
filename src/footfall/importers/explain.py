"""The first lines of a log, field by field, and what would be stored: how a wrong format is seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from footfall.collect.address import truncate
from footfall.errors import UserError
from footfall.importers.fields import Lines, ReadOptions
from footfall.importers.formats import LogFormat, format_in
from footfall.importers.reader import BLOCK_BYTES, open_log, to_lines
from footfall.settings import StoreIp

SHOWN_LINES = 5
_WIDTH = 160


def explain(
    source: str, scratch: Path, options: ReadOptions, form: LogFormat | None, store_ip: StoreIp
) -> Iterator[str]:
    """Lines of text, one after the other.

    Raises UserError: `bad_file` where nothing can be read, `bad_format` where no format fits or none of the lines.
    """
    with open_log(source, scratch) as log:
        block = next(log.blocks(log.content(), BLOCK_BYTES), b"")
    lines = to_lines(block)
    read_as = format_in(log.name, lines, options, form)
    yield f"{log.name}: {read_as.sureness()}"
    parser = read_as.begin()
    for number, line in enumerate(lines.head(SHOWN_LINES + _directives(lines)), start=1):
        yield f"\nline {number}: {_shown(line)}"
        for label, text in parser.explain(line, options):
            yield f"  {label:<24} {_shown(text)}"
        parsed = parser.parse(Lines(lines.slice(number - 1, 1)), options)
        for row in parsed.frame.to_dicts():
            yield f"  would be stored: {_row(row, store_ip)}"
        for _, reason in parsed.rejects:
            yield f"  rejected: {reason}"
    if not read_as.fitting:
        raise UserError("bad_format", f"{log.name}: no line fits the format")


def _directives(lines: pl.Series) -> int:
    """How many stand at the beginning."""
    return next((at for at, line in enumerate(lines) if not line.startswith("#")), lines.len())


def _row(row: dict[str, Any], store_ip: StoreIp) -> str:
    at = datetime.fromtimestamp(row["timestamp"] / 1000, UTC)
    shown = {**row, "timestamp": f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:23] + "Z"}
    shown["ip_address"] = truncate(row["ip_address"], store_ip)
    del shown["line"]
    return ", ".join(f"{name} {_shown(str(value))}" for name, value in shown.items() if value not in {"", 0})


def _shown(text: str) -> str:
    plain = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return plain if len(plain) <= _WIDTH else f"{plain[:_WIDTH]}…"
