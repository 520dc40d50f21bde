"""`footfall doctor`: what is wrong with an installation."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from footfall.cli.options import Data, Json, installation_settings, print_json
from footfall.errors import FatalError

_Repair = Annotated[bool, typer.Option("--repair", help="Do what each finding says can be done.")]


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(*, repair: _Repair = False, as_json: Json = False, data: Data = None) -> None:
    """Look at files, spools, plans, disk, clock and, while no server runs, the store. Exit status 1: not all well."""
    from footfall.clock import system_clock
    from footfall.runtime.doctor import examine
    from footfall.runtime.logs import configure_logging

    settings = installation_settings(data)
    configure_logging(settings.log_level)
    if not settings.data.is_dir():
        raise FatalError(f"there is no data directory {str(settings.data)!r}: name it with --data or FOOTFALL_DATA")
    findings = examine(settings, system_clock, repair=repair)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    for finding in [] if as_json else findings:
        done = "repaired" if finding.repaired else f"--repair: {finding.repair}" if finding.repair else "yours to do"
        typer.echo(f"{finding.check}: {finding.says} ({done})")
    if not findings and not as_json:
        typer.echo("nothing is wrong")
    if any(not finding.repaired for finding in findings):
        raise typer.Exit(1)
