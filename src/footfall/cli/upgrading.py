"""`footfall upgrade`: what a new version changes in an installation, before its server is started."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import Data, Json, check_installed, load_settings, print_json

if TYPE_CHECKING:
    from footfall.runtime.upgrading import Step

_Check = Annotated[bool, typer.Option("--check", help="Change nothing: say what would be done, and how long it takes.")]


def register(app: typer.Typer) -> None:
    app.command("upgrade")(upgrade)


def upgrade(*, check: _Check = False, as_json: Json = False, data: Data = None) -> None:
    """Bring metadata and store to this version while no server runs, as its next start would."""
    from footfall.runtime import upgrading
    from footfall.runtime.logs import configure_logging

    settings = load_settings(data)
    configure_logging(settings.log_level)
    check_installed(settings, store=True)
    steps = upgrading.check(settings)
    if not check:
        upgrading.upgrade(settings)
    if as_json:
        print_json([asdict(step) for step in steps])
        return
    for step in steps:
        typer.echo(_told(step, done=not check))
    if not steps:
        typer.echo("nothing is to be done")


def _told(step: Step, *, done: bool) -> str:
    took = f"about {step.seconds} s" if step.seconds < 120 else f"about {step.seconds // 60} min"
    if step.background:
        return f"{step.part}: {step.says}: {took} in the background, while the server answers"
    return f"{step.part}: {step.says}: {'done' if done else took}"
