"""`footfall backup` and `footfall restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import (
    Data,
    Json,
    check_installed,
    installation_settings,
    load_settings,
    opened_any,
    print_json,
)

if TYPE_CHECKING:
    from footfall.runtime.backup_places import Manifest

_Place = Annotated[
    str, typer.Argument(metavar="PLACE", help="The directory of backups, one folder each, or s3://bucket/prefix.")
]
_Full = Annotated[bool, typer.Option("--full", help="Not only what changed since the last full one.")]
_Name = Annotated[str, typer.Option("--name", help="The backup's folder.  [default: the newest]")]


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(place: _Place, *, full: _Full = False, as_json: Json = False, data: Data = None) -> None:
    """Back up store, spools and metadata without salts, also while the server runs."""
    from contextlib import closing
    from functools import partial

    from footfall.runtime.backup_places import SCRATCH, absolute, place_of
    from footfall.runtime.backup_requests import ask
    from footfall.runtime.backups import Backups
    from footfall.runtime.logs import configure_logging
    from footfall.runtime.moved import check_not_moved
    from footfall.store.clickhouse import open_store, pending_migrations
    from footfall.store.lock import holder

    settings = installation_settings(data)
    configure_logging(settings.log_level)
    check_installed(settings, store=True)
    if holder(settings.data) is not None:
        made = ask(settings.data, absolute(place), full=full)
    else:
        with opened_any(data) as meta, closing(open_store(settings)) as store:
            if pending_migrations(store) is None:
                store.migrate()  # no server has had it yet
            backups = Backups(settings, store, partial(check_not_moved, settings, meta))
            made = backups.make(place_of(place, settings.data / SCRATCH), full=full)
    _show(made, "made", as_json=as_json)


def restore(place: _Place, name: _Name = "", *, as_json: Json = False, data: Data = None) -> None:
    """Make an installation from a backup, in a data directory that has none."""
    from footfall.runtime.backup_places import SCRATCH, place_of
    from footfall.runtime.logs import configure_logging
    from footfall.runtime.restoring import restore as run

    settings = load_settings(data)
    configure_logging(settings.log_level)
    _show(run(settings, place_of(place, settings.data / SCRATCH), name), "restored", as_json=as_json)


def _show(manifest: Manifest, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": manifest.name, "base": manifest.base, "bytes": manifest.bytes, "rows": manifest.rows})
    else:
        typer.echo(f"backup {manifest.name} is {done}: {manifest.rows['events']:,} events, {manifest.bytes:,} bytes")
