"""`footfall forget`: remove everything of a visitor."""

from __future__ import annotations

from typing import Annotated

import typer

from footfall.cli.options import Data, Json, opened, print_json
from footfall.model.period import iso_seconds

_Project = Annotated[str, typer.Option("--project", help="The project's slug, or its id.")]
_Visitor = Annotated[str, typer.Option("--visitor", help="The visitor as listings show it: a name, or a hash.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


def register(app: typer.Typer) -> None:
    app.command("forget")(forget)


def forget(
    *, project: _Project, visitor: _Visitor, yes: _Yes = False, as_json: Json = False, data: Data = None
) -> None:
    """Remove everything of a visitor: the running server does it within the hour, or the next one to start."""
    if not yes:
        typer.confirm(f"Remove everything of the visitor {visitor!r}?", abort=True, err=True)
    with opened(data) as meta:
        asked = meta.erasures.ask(project, visitor)
    if as_json:
        print_json({"id": asked.id, "asked_at": iso_seconds(asked.asked_at)})
    else:
        typer.echo(f"erasure {asked.id} is under way; the log says `visitor erased` when it is done")
