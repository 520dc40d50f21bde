"""`footfall exclude`: which reports of browsers a project drops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import Annotated

import typer

from footfall.cli.options import Data, Json, named_project, opened, print_json, print_table
from footfall.errors import UserError
from footfall.model.project import Exclusions

exclude_app = typer.Typer(help="List and change which reports of browsers a project drops.", no_args_is_help=True)

_Named = Annotated[str, typer.Argument(metavar="SLUG", help="The project's slug, or its id.")]
_Paths = Annotated[
    list[str] | None, typer.Option("--path", help="Path, from / or *; * is any run of characters (repeatable).")
]
_Addresses = Annotated[list[str] | None, typer.Option("--address", help="Address or network (repeatable).")]
_Countries = Annotated[list[str] | None, typer.Option("--country", help="Code of two letters (repeatable).")]


@exclude_app.command("list")
def list_(slug: _Named, *, as_json: Json = False, data: Data = None) -> None:
    """List what a project excludes."""
    with opened(data) as meta:
        _show(named_project(meta, slug).excluded, as_json=as_json)


@exclude_app.command("add")
def add(
    slug: _Named,
    path: _Paths = None,
    address: _Addresses = None,
    country: _Countries = None,
    *,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Drop such reports from now on; a running server does so within 5 seconds. What is stored stays."""
    given = _given(path, address, country)
    _change(slug, lambda old: Exclusions(*(one + more for one, more in _pairs(old, given))), data, as_json=as_json)


@exclude_app.command("remove")
def remove(
    slug: _Named,
    path: _Paths = None,
    address: _Addresses = None,
    country: _Countries = None,
    *,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Count such reports again."""
    from footfall.meta.exclusions import checked

    given = checked(_given(path, address, country))

    def without(old: Exclusions) -> Exclusions:
        for kept, gone in _pairs(old, given):
            for value in gone:
                if value not in kept:
                    raise UserError("not_found", f"{value!r} is not excluded: `footfall exclude list` shows what is")
        return Exclusions(*(tuple(one for one in kept if one not in gone) for kept, gone in _pairs(old, given)))

    _change(slug, without, data, as_json=as_json)


def _given(path: list[str] | None, address: list[str] | None, country: list[str] | None) -> Exclusions:
    if not (path or address or country):
        raise typer.BadParameter("name what: with --path, --address or --country")
    return Exclusions(tuple(path or ()), tuple(address or ()), tuple(one.upper() for one in country or ()))


def _pairs(one: Exclusions, other: Exclusions) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return list(zip(astuple(one), astuple(other), strict=True))


def _change(slug: str, change: Callable[[Exclusions], Exclusions], data: Path | None, *, as_json: bool) -> None:
    with opened(data) as meta:
        project = named_project(meta, slug)
        _show(meta.editor.exclude(project.id, change(project.excluded)).excluded, as_json=as_json)


def _show(found: Exclusions, *, as_json: bool) -> None:
    if as_json:
        print_json({"paths": found.paths, "addresses": found.addresses, "countries": found.countries})
        return
    kinds = (("path", found.paths), ("address", found.addresses), ("country", found.countries))
    print_table(("KIND", "VALUE"), [(kind, value) for kind, values in kinds for value in values])
