"""`footfall move`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
from footfall.errors import UserError

if TYPE_CHECKING:
    from footfall.runtime.comparing import Comparison
    from footfall.runtime.moving import Moved, Mover
    from footfall.settings import Settings

_To = Annotated[
    str,
    typer.Option("--to", metavar="URL", help="The new store: clickhouse://user:password@SHARDS/database?cluster=name."),
]
_Check = Annotated[bool, typer.Option("--check", help="Move nothing: compare the figures of every surface.")]
_Cancel = Annotated[bool, typer.Option("--cancel", help="Make the store that was moved the store again.")]


def register(app: typer.Typer) -> None:
    app.command("move")(move)


def move(
    to: _To = "", *, check: _Check = False, cancel: _Cancel = False, as_json: Json = False, data: Data = None
) -> None:
    """Move the store to a ClickHouse, also while the server runs; what was interrupted goes on."""
    if cancel:
        from footfall.runtime.moving import cancel as run

        with opened_any(data) as meta:
            forgotten = run(load_settings(data).data, meta)
        typer.echo("the move is cancelled: start the server again with the store that it had")
        if forgotten:
            typer.echo(f"{forgotten} visitors were forgotten since, and are in this store: forget them again", err=True)
        return
    if not to:
        raise UserError("bad_parameter", "name the new store with --to")
    settings = installation_settings(data)
    check_installed(settings, store=True)
    if check:
        _show_comparison(_checked(settings, to), as_json=as_json)
    else:
        _show_moved(_moved(settings, to), as_json=as_json)


def _moved(settings: Settings, to: str) -> Moved:
    from footfall.runtime.moving import ask_move
    from footfall.store.lock import holder

    if holder(settings.data) is not None:
        return ask_move(settings.data, to)
    with _mover(settings) as mover:
        return mover.move(to)


def _checked(settings: Settings, to: str) -> Comparison:
    from footfall.runtime.moving import ask_check
    from footfall.store.lock import holder

    if holder(settings.data) is not None:
        return ask_check(settings.data, to)
    with _mover(settings) as mover:
        return mover.check(to)


@contextmanager
def _mover(settings: Settings) -> Iterator[Mover]:
    """In this process, while no server runs."""
    from contextlib import closing

    from footfall.clock import system_clock
    from footfall.meta import open_meta
    from footfall.runtime.logs import configure_logging
    from footfall.runtime.moving import Mover, Quiet
    from footfall.store.clickhouse import open_store

    configure_logging(settings.log_level)
    with closing(open_store(settings)) as store:
        store.migrate()
        with closing(open_meta(settings, system_clock)) as meta:
            yield Mover(settings, meta, store, Quiet())


def _show_moved(moved: Moved, *, as_json: bool) -> None:
    if as_json:
        print_json({"target": moved.target, "rows": moved.rows, "paused_seconds": moved.paused})
        return
    typer.echo(
        f"the store is moved to {moved.target}: {moved.rows.get('events', 0):,} events; nothing was drained for "
        f"{moved.paused:.1f} seconds. Set FOOTFALL_STORE_URL and start the server again: until then it collects, and "
        "its figures are those of the move"
    )


def _show_comparison(found: Comparison, *, as_json: bool) -> None:
    if as_json:
        differences = [{"request": one.request, "here": one.here, "there": one.there} for one in found.differences]
        print_json({"asked": found.asked, "differences": differences})
    else:
        for one in found.differences:
            typer.echo(f"{one.request}\n  here:  {one.here}\n  there: {one.there}")
        typer.echo(f"{found.asked} requests were answered, {len(found.differences)} of them differently")
    if found.differences:
        raise typer.Exit(1)
