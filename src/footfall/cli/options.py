"""What the commands share: options, settings, and how answers are printed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footfall.errors import FatalError

if TYPE_CHECKING:
    from footfall.meta import Meta
    from footfall.settings import Settings

Data = Annotated[
    Path | None, typer.Option("--data", help="The data directory.  [default: $FOOTFALL_DATA, else ./data]")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def load_settings(data: Path | None) -> Settings:
    """The environment's settings, with the data directory that the command line names."""
    from pydantic import ValidationError

    from footfall.settings import Settings

    try:
        return Settings() if data is None else Settings(data=data)
    except ValidationError as error:
        first = error.errors()[0]
        name = "FOOTFALL_" + "_".join(str(part) for part in first["loc"][:1]).upper()
        raise FatalError(f"{name} {first['input']!r}: {first['msg']}") from error


@contextmanager
def opened(data: Path | None) -> Iterator[Meta]:
    """The metadata for the length of a command; a running server may have it open too."""
    from footfall.clock import system_clock
    from footfall.meta import open_meta
    from footfall.runtime.logs import configure_logging

    settings = load_settings(data)
    configure_logging(settings)
    meta = open_meta(settings, system_clock)
    try:
        yield meta
    finally:
        meta.close()


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
