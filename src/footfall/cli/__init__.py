"""The command line. A command prints its answer on stdout and one line on stderr where it fails.

Exit codes: 0 done, 1 it could not be done, 2 the command line is wrong. Modules of commands import what is heavy when
a command runs, so that `--help` and completion are quick.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic_core import ValidationError
from typer.core import TyperGroup

from footfall import __version__
from footfall.cli import backing_up, doctor, forgetting, moving, serving, upgrading
from footfall.cli.config import config_app
from footfall.cli.exclusions import exclude_app
from footfall.cli.geo import geo_app
from footfall.cli.goals import goal_app
from footfall.cli.importing import import_app
from footfall.cli.links import link_app
from footfall.cli.projects import project_app
from footfall.cli.tailing import tail_app
from footfall.cli.tokens import token_app
from footfall.errors import FootfallError

_SUB_APPS = {
    "project": project_app,
    "token": token_app,
    "exclude": exclude_app,
    "goal": goal_app,
    "link": link_app,
    "config": config_app,
    "import": import_app,
    "tail": tail_app,
    "geo": geo_app,
}


class _Group(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            if isinstance(error.__cause__, ValidationError):  # Typer's message may leave out what was given
                given = repr(error.__cause__.errors()[0]["input"])
                error.message = error.message if given in error.message else f"{given}: {error.message}"
            raise
        except FootfallError as error:
            typer.echo(f"footfall: {error}", err=True)
            raise typer.Exit(1) from error


def build_app() -> typer.Typer:
    """All commands, in the order of `--help`."""
    made = typer.Typer(
        name="footfall",
        cls=_Group,
        callback=_root,
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # they print local variables, and tokens are among them
    )
    for name, sub_app in _SUB_APPS.items():
        made.add_typer(sub_app, name=name)
    forgetting.register(made)
    backing_up.register(made)
    moving.register(made)
    doctor.register(made)
    upgrading.register(made)
    serving.register(made)
    return made


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Footfall: self-hosted traffic analytics."""


app = build_app()


def main() -> None:
    app()
