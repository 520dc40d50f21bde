"""`footfall import …`: what other programs wrote, brought in."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import Data, installation_settings, load_settings, opened

if TYPE_CHECKING:
    from footfall.importers.access_log import Progress, Summary
    from footfall.importers.formats import LogFormat
    from footfall.importers.report import Report
    from footfall.importers.target import Target

import_app = typer.Typer(help="Bring in what other programs wrote.", no_args_is_help=True)

_EVERY = 10.0  # seconds between two lines of progress, or on why there is none


Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="A format's name (docs/import.md lists them, formats.toml in the data directory may name more), or one "
        "that is written out: nginx:…, apache:…, goaccess:… or json:FIELD=NAME,…; left out, it is recognised.",
    ),
]
DateFormat = Annotated[str | None, typer.Option("--date-format", help="What %d of goaccess:… is; left out, %d/%b/%Y.")]
TimeFormat = Annotated[str | None, typer.Option("--time-format", help="What %t of goaccess:… is; left out, %T.")]
Timezone = Annotated[
    str, typer.Option("--timezone", help="Zone of times that name none, such as Europe/Berlin or +02:00.")
]


@import_app.callback()
def imports() -> None:
    """Bring in what other programs wrote."""


@import_app.command("access-log")
def access_log(
    files: Annotated[
        list[str], typer.Argument(help="Logs, plain or compressed (.gz, .zst, .bz2, .xz); `-` is standard input.")
    ],
    project: Annotated[
        str | None, typer.Option(help="Slug of the project that the requests belong to. Required without --explain.")
    ] = None,
    fmt: Format = None,
    date_format: DateFormat = None,
    time_format: TimeFormat = None,
    timezone: Timezone = "UTC",
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Import nothing: show the first lines, field by field, and what would be stored."
        ),
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Import contents that were imported before.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Where rejected lines are listed, with number and reason.")
    ] = None,
    data: Data = None,
) -> None:
    """Import access logs.

    Exit status 0 where at least one line of each file was accepted, now or in an earlier import; 1 where none was, 2
    where some file failed and another did not.
    """
    asked = Asked.of(fmt, date_format, time_format, timezone, data)
    if explain:
        done = [_explained(source, asked, data) for source in files]
    elif project is None:
        raise typer.BadParameter("name the project that the requests belong to", param_hint="--project")
    else:
        done = _import(files, project, asked, again=again, report=report, data=data)
    if not all(done):
        raise typer.Exit(2 if any(done) else 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """How lines are to be read; without a form, the format is recognised."""

    form: LogFormat | None
    zone: str

    @classmethod
    def of(
        cls, fmt: str | None, date_format: str | None, time_format: str | None, timezone: str, data: Path | None
    ) -> Asked:
        """Raises UserError (`bad_parameter`) for what means nothing: to open the store takes a while."""
        from footfall.errors import UserError
        from footfall.importers.formats.operator import format_of
        from footfall.importers.times import zone_named

        directory = load_settings(data).data
        form = None
        if (date_format or time_format) and not (fmt or "").startswith("goaccess:"):
            option, given = ("date-format", date_format) if date_format else ("time-format", time_format)
            raise UserError("bad_parameter", f"--{option} {given!r} goes with a --format that begins with goaccess:")
        if fmt is not None:
            form = format_of(fmt, date_format=date_format, time_format=time_format, data=directory)
        return cls(form, zone_named(timezone))


def _explained(source: str, asked: Asked, data: Path | None) -> bool:
    """Whether the file could be read."""
    from footfall.clock import MINUTE, system_clock
    from footfall.errors import UserError
    from footfall.importers.explain import explain
    from footfall.importers.fields import ReadOptions
    from footfall.model.retention import oldest_accepted

    settings = installation_settings(data)
    now = system_clock()
    oldest = oldest_accepted(now, settings.retention_days)
    options = ReadOptions(oldest, now + 5 * MINUTE, asked.zone, settings.trusted_proxies)
    try:
        for text in explain(source, Path(gettempdir()), options, asked.form, settings.request_ip):
            typer.echo(text)
    except UserError as error:
        typer.echo(error.message, err=True)
        return False
    return True


def _import(
    files: list[str], slug: str, asked: Asked, *, again: bool, report: Path | None, data: Path | None
) -> list[bool]:
    """Of each file, whether any of its lines was accepted."""
    from footfall.errors import UserError
    from footfall.importers.report import Report
    from footfall.runtime.offline import offline
    from footfall.runtime.targets import make_target

    with opened(data) as meta:
        project = meta.project(slug)
    if project is None:
        raise UserError("not_found", f"project: there is none named {slug!r}")
    if report is not None and report.is_dir():
        raise UserError("bad_parameter", f"--report {str(report)!r} is a directory: name a file")
    settings = load_settings(data)
    with offline(settings) as services:
        target = make_target(services, services.spool, project.number, asked.zone)
        rejected = Report(report or settings.data / "imports" / f"rejected-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tsv")
        accepted = [_one(source, target, rejected, asked.form, again=again) for source in files]
        if any(accepted):
            typer.echo("Waiting until everything can be queried…", err=True)
            services.wait_drained()
    return accepted


def _one(source: str, target: Target, report: Report, form: LogFormat | None, *, again: bool) -> bool:
    """Import one file and say how it went; a file that can't be read doesn't stop the others."""
    from footfall.errors import UserError
    from footfall.importers.access_log import import_access_log

    try:
        with _progress(source) as progress:
            summary = import_access_log(source, target, report=report, progress=progress, form=form, again=again)
    except UserError as error:
        typer.echo(error.message, err=True)
        return False
    typer.echo(_told(summary, report.path))
    return summary.accepted > 0 or summary.skipped_as_duplicate


def _told(summary: Summary, report: Path) -> str:
    if summary.skipped_as_duplicate:
        return f"{summary.name}: imported before, nothing added (--again imports it once more)"
    fresh = summary.accepted - summary.resumed
    rate = (summary.accepted + summary.rejected) / max(summary.seconds, 0.001)
    text = f"{summary.name}: {fresh:,} lines imported in {summary.seconds:.1f} s ({rate:,.0f} lines/s)"
    if summary.resumed:
        text += f", {summary.resumed:,} were there from an unfinished import"
    if summary.recognised:
        text += f", read as {summary.recognised.sureness()}"
    if summary.rejected:
        text += f", {summary.rejected:,} rejected, see {report}"
    return text


@contextmanager
def _progress(source: str) -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, else a line now and then, and why it waits; all on standard error."""
    if not sys.stderr.isatty():
        yield _Lines(source)
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]:,.0f} lines/s"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(source.replace("[", r"\["), total=None, rate=0.0)
        started = time.monotonic()
        seldom = _Seldom()

        def show(now: Progress) -> None:
            if now.waiting and seldom():
                bar.console.print(_why(source, now), markup=False, highlight=False, soft_wrap=True)
            bar.update(task, completed=now.bytes_done, total=now.bytes_total, rate=_rate(now, started))

        yield show


class _Lines:
    """Progress for logs and pipes."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._started = time.monotonic()
        self._seldom, self._waits = _Seldom(self._started), _Seldom()

    def __call__(self, now: Progress) -> None:
        if now.waiting:
            if self._waits():
                typer.echo(_why(self._source, now), err=True)
            return
        if not self._seldom():
            return
        share = now.bytes_done / max(now.bytes_total, 1)
        typer.echo(f"{self._source}: {share:.0%}, {_rate(now, self._started):,.0f} lines/s", err=True)


class _Seldom:
    """True at most every `_EVERY` seconds; `told` is the time of the last."""

    def __init__(self, told: float = -math.inf) -> None:
        self._told = told

    def __call__(self) -> bool:
        now = time.monotonic()
        due = now - self._told >= _EVERY
        if due:
            self._told = now
        return due


def _why(source: str, now: Progress) -> str:
    return f"{source}: waiting to go on, at {now.bytes_done / max(now.bytes_total, 1):.0%}: {now.waiting}"


def _rate(now: Progress, started: float) -> float:
    return (now.accepted + now.rejected) / max(time.monotonic() - started, 0.001)
