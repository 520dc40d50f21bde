"""The command line. A command prints its answer on stdout and one line on stderr where it fails.

Exit codes: 0 done, 1 it could not be done, 2 the command line is wrong. Modules of commands import what is heavy when
a command runs, so that `--help` and completion are quick.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from footfall import __version__
from footfall.cli.projects import project_app
from footfall.cli.tokens import token_app
from footfall.errors import FootfallError

_SUB_APPS = (
    ("import", "footfall.cli.importing", "import_app"),
    ("tail", "footfall.cli.tailing", "tail_app"),
    ("geo", "footfall.cli.geo", "geo_app"),
)


class _Group(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except FootfallError as error:
            typer.echo(f"footfall: {error}", err=True)
            raise typer.Exit(1) from error


def build_app() -> typer.Typer:
    """All commands of this installation."""
    made = typer.Typer(
        name="footfall",
        cls=_Group,
        callback=_root,
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # they print local variables, and tokens are among them
    )
    made.add_typer(project_app, name="project")
    made.add_typer(token_app, name="token")
    for name, module, attribute in _SUB_APPS:
        if find_spec(module):
            made.add_typer(getattr(import_module(module), attribute), name=name)
    if find_spec("footfall.cli.serving"):
        import_module("footfall.cli.serving").register(made)
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
