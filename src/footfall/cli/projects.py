"""`footfall project`: make and list projects, and put them into pages."""

from __future__ import annotations

import re
from html import escape
from typing import Annotated, Any

import typer

from footfall.cli.options import Data, Json, opened, print_json, print_table
from footfall.errors import UserError
from footfall.model.project import Project

project_app = typer.Typer(help="Make and list projects, and put them into pages.", no_args_is_help=True)

_Slug = Annotated[str, typer.Argument(help="Short unique name: [a-z0-9][a-z0-9-]{0,62}")]
_Domains = Annotated[
    list[str] | None,
    typer.Option(
        "--domain", help="Host that browser events may come from (repeatable; none: any). *.example.com works."
    ),
]
_Name = Annotated[str, typer.Option("--name", help="What people read.  [default: the slug]")]
_Named = Annotated[str, typer.Argument(metavar="SLUG", help="The project's slug, or its id.")]
_Url = Annotated[
    str, typer.Option("--url", help="Where browsers reach the server.  [default: where the running server listens]")
]


_ADDRESS = re.compile(r"(?i)https?://[^/\s]")


@project_app.command("create")
def create(slug: _Slug, domain: _Domains = None, name: _Name = "", *, as_json: Json = False, data: Data = None) -> None:
    """Make a project and print its id and its public site key."""
    from footfall.meta import DomainListedError

    with opened(data, new=True) as meta:
        try:
            project = meta.create_project(slug, domain or (), name)
        except DomainListedError as error:
            raise UserError(error.code, f"{error.message}, {error.slug!r}") from error
    if as_json:
        print_json({"id": project.id, "slug": project.slug, "site_key": project.site_key})
    else:
        _print([project])


@project_app.command("list")
def list_(*, as_json: Json = False, data: Data = None) -> None:
    """List projects in the order in which they were made."""
    with opened(data) as meta:
        projects = meta.projects()
    if as_json:
        print_json([_shape(project) for project in projects])
    else:
        _print(projects)


@project_app.command("snippet")
def snippet(slug: _Named, url: _Url = "", *, data: Data = None) -> None:
    """Print the line of HTML that a page needs for its visits to count."""
    from footfall.cli.options import load_settings
    from footfall.runtime.address import address_of_server

    if url and not _ADDRESS.match(url):
        raise UserError("bad_parameter", f"--url {url!r} is no address: it begins with https:// or http://")
    with opened(data) as meta:
        project = meta.project(slug)
    if project is None:
        raise UserError("not_found", f"project {slug!r} does not exist")
    server = url.rstrip("/") or address_of_server(load_settings(data).data)
    if server is None:
        raise UserError("bad_parameter", "--url is missing: no server is running here whose address could be printed")
    typer.echo(f'<script defer src="{escape(server)}/t.js" data-key="{project.site_key}"></script>')


def _shape(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "slug": project.slug,
        "site_key": project.site_key,
        "domains": list(project.domains),
    }


def _print(projects: list[Project]) -> None:
    rows = [(project.slug, project.id, project.site_key, " ".join(project.domains)) for project in projects]
    print_table(("SLUG", "ID", "SITE KEY", "DOMAINS"), rows)
