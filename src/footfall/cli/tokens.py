"""`footfall token`: make, list and revoke API tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footfall.cli.options import Data, Json, opened, print_json, print_table
from footfall.clock import DAY, HOUR, system_clock
from footfall.model.period import iso_seconds
from footfall.model.project import Scope

if TYPE_CHECKING:
    from footfall.meta import TokenInfo

token_app = typer.Typer(help="Make, list and revoke API tokens.", no_args_is_help=True)

_UNITS = {"h": HOUR, "d": DAY, "w": 7 * DAY}
_LONGEST = 100 * 366 * DAY

_Projects = Annotated[
    list[str] | None,
    typer.Option("--project", help="Slug of a project it may touch (repeatable; none: all, for admin)."),
]
_Scopes = Annotated[list[Scope], typer.Option("--scope", help="What it may do (repeatable).")]
_Expires = Annotated[str | None, typer.Option("--expires", help="Lifetime: 12h, 90d, 52w.  [default: no end]")]
_Label = Annotated[str, typer.Option("--label", help="A note on what it is for.")]
_Which = Annotated[str, typer.Argument(metavar="ID", help="Its id, its last four characters, or the token itself.")]
_Project = Annotated[str | None, typer.Option("--project", help="Only tokens that may touch this project.")]


@token_app.command("create")
def create(
    scope: _Scopes,
    project: _Projects = None,
    expires: _Expires = None,
    label: _Label = "",
    *,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Make a token and print it: this once, since only its hash is kept."""
    if not project and Scope.ADMIN not in scope:
        raise typer.BadParameter("--project is missing: only a token with --scope admin may touch all projects")
    expires_at = None if expires is None else system_clock() + lifetime(expires)
    with opened(data, new=not project) as meta:
        text, _ = meta.create_token(label, scope, project or None, expires_at)
    if as_json:
        print_json({"token": text})
    else:
        typer.echo(text)


@token_app.command("list")
def list_(project: _Project = None, *, as_json: Json = False, data: Data = None) -> None:
    """List tokens, oldest first."""
    with opened(data) as meta:
        slugs = {found.number: found.slug for found in meta.projects()}
        shapes = [_shape(info, slugs) for info in meta.tokens(project)]
    if as_json:
        print_json(shapes)
    else:
        _print(shapes)


@token_app.command("revoke")
def revoke(which: _Which, *, as_json: Json = False, data: Data = None) -> None:
    """End a token; every process refuses it within 5 seconds."""
    with opened(data) as meta:
        info = meta.revoke(which)
        slugs = {found.number: found.slug for found in meta.projects()}
    if as_json:
        print_json({"id": info.id, "revoked_at": _instant(info.revoked_at)})
        return
    shape = _shape(info, slugs)
    projects = "all projects" if shape["projects"] is None else f"projects {' '.join(shape['projects'])}"
    told = [f"ends in {info.last_four}", info.label and repr(info.label), " ".join(shape["scopes"]), projects]
    typer.echo(f"token {info.id} ({', '.join(filter(None, told))}) is revoked since {shape['revoked_at']}")


def lifetime(text: str) -> int:
    """Milliseconds of `12h`, `90d` or `52w`. Raises BadParameter, a usage error, that names the text."""
    match = re.fullmatch(r"([1-9][0-9]{0,5})([hdw])", text)
    span = int(match[1]) * _UNITS[match[2]] if match else 0
    if not 0 < span <= _LONGEST:
        raise typer.BadParameter(f"--expires {text!r} is not a lifetime such as 12h, 90d or 52w, of 100 years at most")
    return span


def _shape(info: TokenInfo, slugs: dict[int, str]) -> dict[str, Any]:
    return {
        "id": info.id,
        "last_four": info.last_four,
        "label": info.label,
        "scopes": sorted(info.scopes),
        "projects": None if info.projects is None else sorted(slugs[number] for number in info.projects),
        "created_at": _instant(info.created_at),
        "expires_at": _instant(info.expires_at),
        "revoked_at": _instant(info.revoked_at),
        "last_used_at": _instant(info.last_used_at),
    }


def _instant(millis: int | None) -> str | None:
    return None if millis is None else iso_seconds(millis)


def _print(shapes: list[dict[str, Any]]) -> None:
    head = ("ID", "ENDS IN", "SCOPES", "PROJECTS", "EXPIRES", "REVOKED", "LAST USED", "LABEL")
    print_table(head, [_cells(shape) for shape in shapes])


def _cells(shape: dict[str, Any]) -> tuple[str, ...]:
    projects = "all" if shape["projects"] is None else " ".join(shape["projects"])
    times = [shape[key] or "-" for key in ("expires_at", "revoked_at", "last_used_at")]
    return (str(shape["id"]), shape["last_four"], " ".join(shape["scopes"]), projects, *times, shape["label"])
