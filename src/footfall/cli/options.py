"""What the commands share: options, settings, and how answers are printed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from footfall.errors import FatalError, FootfallError, UserError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from footfall.meta import Meta
    from footfall.model.project import Project
    from footfall.settings import Settings

_Body = TypeVar("_Body", bound="BaseModel")

Data = Annotated[
    Path | None, typer.Option("--data", help="The data directory.  [default: $FOOTFALL_DATA, else ./data]")
]
Host = Annotated[
    str | None, typer.Option("--host", help="Address to listen on.  [default: $FOOTFALL_HOST, else 127.0.0.1]")
]
Port = Annotated[
    int | None, typer.Option("--port", help="Port.  [default: $FOOTFALL_PORT, else 8000]", min=1, max=65535)
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def load_settings(data: Path | None) -> Settings:
    """The environment's settings, with the data directory that the command line names.

    FatalError for a value that does not hold, and for a variable that looks like a misspelt one.
    """
    from pydantic import ValidationError

    from footfall.settings import Settings, unknown_variables, variable

    for name, meant in unknown_variables().items():
        if meant:
            raise FatalError(f"{name} is not a setting: did you mean {meant}?")
    try:
        settings = Settings() if data is None else Settings(data=data)
    except ValidationError as error:
        first = error.errors()[0]
        raise FatalError(f"{variable(str(first['loc'][0]))} {first['input']!r}: {first['msg']}") from error
    _check_data(settings.data)
    return settings


def _check_data(data: Path) -> None:
    try:
        reason = "it is a file" if data.is_file() else ""
        if data.is_dir() and not os.access(data, os.R_OK | os.X_OK):
            from footfall.runtime.parts import user_name

            reason = f"it is closed to this user, and belongs to {user_name(data.stat().st_uid)}"
    except OSError as error:  # a folder above it is closed
        reason = str(error.strerror)
    if reason:
        raise FatalError(f"FOOTFALL_DATA {str(data)!r} can't be used: {reason}")


def listening_settings(data: Path | None, host: str | None, port: int | None, role: str | None = None) -> Settings:
    """The same, with what the command line says of where to listen, and of the role."""
    given = {name: value for name, value in (("host", host), ("port", port), ("role", role)) if value is not None}
    return load_settings(data).model_copy(update=given)


def installation_settings(data: Path | None) -> Settings:
    """The settings that count: what the installation records; the environment's where there is no installation yet.

    FatalError where the environment contradicts the record.
    """
    from footfall.meta import RecordedSettings, recorded_over

    settings = load_settings(data)
    if not _is_installed(settings):
        return settings
    with _meta(settings, new=False) as meta:
        return recorded_over(settings, RecordedSettings(meta.database).read())


def check_installed(settings: Settings, *, store: bool = False) -> None:
    """FatalError where there is no installation, or its restore is not complete.

    With `store`, for who opens the store: where metadata are elsewhere, they don't say that it is here.
    """
    from footfall.meta import installed_schema
    from footfall.runtime.parts import check_restored

    check_restored(settings)
    installed = _is_installed(settings)
    if store and installed and settings.meta_url:
        has_store = bool(settings.store_url) or (settings.data / "clickhouse").is_dir()
        installed = has_store and installed_schema(settings) is not None
    if not installed:
        raise FatalError(
            f"there is no installation in {str(settings.data)!r}: name its data directory with --data or FOOTFALL_DATA"
        )


@contextmanager
def opened(data: Path | None, *, new: bool = False) -> Iterator[Meta]:
    """The metadata for the length of a command; a running server may have it open too.

    FatalError where there is none, unless a `new` installation may be made, and where the environment contradicts the
    settings that the installation records.
    """
    from footfall.meta import RecordedSettings, recorded_over

    settings = load_settings(data)
    with _meta(settings, new=new) as meta:
        recorded_over(settings, RecordedSettings(meta.database).read())
        yield meta


@contextmanager
def opened_any(data: Path | None, *, new: bool = False) -> Iterator[Meta]:
    """The same whatever the environment says of the installation's settings."""
    with _meta(load_settings(data), new=new) as meta:
        yield meta


@contextmanager
def _meta(settings: Settings, *, new: bool) -> Iterator[Meta]:
    from footfall.clock import system_clock
    from footfall.meta import open_meta
    from footfall.runtime.logs import configure_logging
    from footfall.runtime.parts import check_restored

    configure_logging(settings.log_level)
    check_restored(settings) if new else check_installed(settings)
    meta = open_meta(settings, system_clock)
    try:
        yield meta
    finally:
        meta.close()


def _is_installed(settings: Settings) -> bool:
    return bool(settings.meta_url) or (settings.data / "meta.db").exists()


def named_project(meta: Meta, slug: str) -> Project:
    """By slug or id; UserError `not_found`."""
    found = meta.project(slug)
    if found is None:
        raise UserError("not_found", f"project {slug!r} does not exist")
    return found


def validated(model: type[_Body], fields: dict[str, Any]) -> _Body:
    """What the HTTP interface takes, of the command line; UserError `bad_parameter` names the field and the value."""
    from pydantic import ValidationError

    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        shown = "" if where == "password" else f" (got {str(first['input'])[:100]!r})"
        raise UserError("bad_parameter", f"{where}: {first['msg']}{shown}") from error


@contextmanager
def logged_failure() -> Iterator[None]:
    """What keeps a server from starting goes where its log goes. A person at a terminal reads it as of any command."""
    try:
        yield
    except FootfallError as error:
        if sys.stderr.isatty():
            raise
        from structlog import get_logger

        from footfall.runtime.logs import configure_logging

        configure_logging("error")
        get_logger("server").error("the server can't run", reason=str(error))
        raise typer.Exit(1) from error


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
