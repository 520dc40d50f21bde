"""`footfall link`: links that show a project to people without a token."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from footfall.cli.options import Data, Json, load_settings, named_project, opened, print_json, print_table, validated
from footfall.errors import UserError

link_app = typer.Typer(help="List, make and revoke links that show a project to people.", no_args_is_help=True)

_Named = Annotated[str, typer.Argument(metavar="SLUG", help="The project's slug, or its id.")]
_Filter = Annotated[str, typer.Option("--filter", help="What it shows at most, as a filter.  [default: all events]")]
_Range = Annotated[str | None, typer.Option("--range", help="What it shows at most: 7d, 30d, 12m…  [default: any]")]
_From = Annotated[str | None, typer.Option("--from", help="Beginning of a fixed range, with --to: a date or a time.")]
_To = Annotated[str | None, typer.Option("--to", help="End of a fixed range.")]
_Password = Annotated[
    bool, typer.Option("--password", help="Ask for a password; where no terminal is there, it is a line of input.")
]
_Embed = Annotated[
    list[str] | None, typer.Option("--embed", help="Origin whose pages may show it in a frame (repeatable).")
]
_Badge = Annotated[bool, typer.Option("--badge", help="Let everybody who knows its id read the live count.")]


@link_app.command("list")
def list_(slug: _Named, *, as_json: Json = False, data: Data = None) -> None:
    """List a project's links, newest first, and what each shows at most."""
    from footfall.api.sharing.links import shown

    base_path = _base_path(data)
    with opened(data) as meta:
        shapes: list[dict[str, Any]] = [shown(one, base_path) for one in meta.shares.all(named_project(meta, slug))]
    if as_json:
        print_json(shapes)
        return
    rows = [
        (one["name"], one["filter"] or "all", _range(one), "yes" if one["has_password"] else "no", one["id"])
        for one in shapes
    ]
    print_table(("NAME", "FILTER", "RANGE", "PASSWORD", "ID"), rows)


@link_app.command("add")
def add(
    slug: _Named,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    filter_: _Filter = "",
    range_: _Range = None,
    from_: _From = None,
    to: _To = None,
    embed: _Embed = None,
    *,
    password: _Password = False,
    badge: _Badge = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Make a link and print its path, secret included: this once, since only its hash is kept."""
    from footfall.api.sharing.links import new_share, path_with, shown
    from footfall.api.sharing.schema import NewLink
    from footfall.clock import system_clock
    from footfall.meta import StoredFilters

    said = {
        "name": name,
        "filter": filter_,
        "range": range_,
        "from": from_,
        "to": to,
        "embed": embed or [],
        "badge": badge,
    }
    wanted = validated(NewLink, said | {"password": _asked() if password else None})
    with opened(data) as meta:
        project = named_project(meta, slug)
        find = StoredFilters(meta.saved, system_clock).of(project).find
        secret, made = meta.shares.create(project, new_share(project, wanted, find))
    base_path = _base_path(data)
    link = path_with(made, secret, base_path)
    if as_json:
        print_json({**shown(made, base_path), "link": link})
    else:
        typer.echo(link)


@link_app.command("remove")
def remove(
    slug: _Named,
    which: Annotated[str, typer.Argument(metavar="NAME", help="Its name, whatever the case, or its id.")],
    *,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Revoke a link; every process refuses it within 5 seconds."""
    with opened(data) as meta:
        project = named_project(meta, slug)
        links = meta.shares.all(project)
        found = next((one for one in links if which == one.id or which.casefold() == one.name.casefold()), None)
        if found is None:
            raise UserError("not_found", f"link {which!r} does not exist: `footfall link list` shows those that do")
        meta.shares.revoke(project, found.id)
    if as_json:
        print_json({"id": found.id, "name": found.name})
    else:
        typer.echo(f"link {found.name!r} is revoked")


def _asked() -> str:
    """Never on the command line, which others may read."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def _range(one: dict[str, Any]) -> str:
    return one["range"] or (f"{one['from']} {one['to']}" if one["from"] else "any")


def _base_path(data: Path | None) -> str:
    """Of the server that runs; else of the environment."""
    from footfall.runtime.address import address_of_server

    settings = load_settings(data)
    server = address_of_server(settings.data)
    return settings.base_path if server is None else urlsplit(server).path
