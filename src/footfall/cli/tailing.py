"""`footfall tail …`: what other programs are writing, followed."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footfall.cli.importing import Asked, DateFormat, Format, TimeFormat, Timezone
from footfall.cli.options import Data, load_settings, opened

if TYPE_CHECKING:
    from footfall.importers.target import Target
    from footfall.settings import Settings

REPORT_BYTES = 16 << 20
"""Whoever sends noise to a web server writes the list of refused lines, and a tail runs for ever."""

tail_app = typer.Typer(help="Follow what other programs are writing.", no_args_is_help=True)


@tail_app.callback()
def tails() -> None:
    """Follow what other programs are writing."""


@tail_app.command("access-log")
def access_log(
    file: Annotated[Path, typer.Argument(help="The log that the web server is writing.")],
    project: Annotated[str, typer.Option(help="Slug of the project that the requests belong to.")],
    fmt: Format = None,
    date_format: DateFormat = None,
    time_format: TimeFormat = None,
    timezone: Timezone = "UTC",
    from_end: Annotated[
        bool,
        typer.Option(
            "--from-end/--from-start",
            help="Begin at the log's end the first time, or at its start; later runs go on where the last one ended.",
        ),
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="Bring in what is there, wait until it can be queried, and end.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Where rejected lines are listed, with number and reason.")
    ] = None,
    data: Data = None,
) -> None:
    """Follow an access log through rotation and restarts, each line once, until SIGTERM or SIGINT (exit status 0)."""
    from footfall.errors import UserError

    stop = _told_to_stop()
    from footfall.runtime.targets import make_target

    asked = Asked.of(fmt, date_format, time_format, timezone, data)
    with opened(data) as meta:
        found = meta.project(project)
    if found is None:
        raise UserError("not_found", f"project: there is none named {project!r}")
    path = Path(os.path.realpath(file.parent)) / file.name
    settings = load_settings(data)
    with ExitStack() as stack:
        try:
            services = stack.enter_context(_services(settings, path, found.number, once=once))
        except UserError as error:
            raise UserError(error.code, f"{path}: is being followed by another process ({error.message})") from error
        target = make_target(services, services.spool, found.number, asked.zone, wait=stop.wait)
        options = {"form": asked.form, "from_end": from_end, "once": once, "stop": stop.is_set}
        _follow(services, path, target, options, report)


def _services(settings: Settings, path: Path, number: int, *, once: bool) -> Any:
    """A spool for this file and project alone. Without `once`, draining is left to the server."""
    from footfall.runtime.offline import offline

    digest = blake2b(f"{number}:{path}".encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    return offline(settings, only=f"tail-{digest}", drains=once)


def _follow(services: Any, path: Path, target: Target, options: dict[str, Any], report: Path | None) -> None:
    from footfall.errors import UserError
    from footfall.importers.report import Report
    from footfall.importers.tail.follow import Tail

    rejected = Report(report or services.settings.data / "imports" / f"rejected-{path.name}.tsv", REPORT_BYTES)
    tail = Tail(path, target, rejected, **options)
    counts = tail.follow()
    ended = tail.once and not tail.stop()
    if ended:
        services.wait_drained()
    typer.echo(f"{path}: {counts.accepted:,} lines brought in, {counts.rejected:,} rejected")
    if ended and tail.unknown:
        raise UserError("bad_format", f"{tail.unknown}: no known format fits the lines that wait there; name one")


def _told_to_stop() -> Event:
    """Set by the first SIGTERM or SIGINT."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
