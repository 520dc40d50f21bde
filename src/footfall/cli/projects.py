"""`footfall project`: make and list projects."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from footfall.cli.options import Data, Json, opened, print_json, print_table
from footfall.model.project import Project

project_app = typer.Typer(help="Make and list projects.", no_args_is_help=True)

_Slug = Annotated[str, typer.Argument(help="Short unique name: [a-z0-9][a-z0-9-]{0,62}")]
_Domains = Annotated[
    list[str] | None,
    typer.Option(
        "--domain", help="Host that browser events may come from (repeatable; none: any). *.example.com works."
    ),
]
_Name = Annotated[str, typer.Option("--name", help="What people read.  [default: the slug]")]


@project_app.command("create")
def create(slug: _Slug, domain: _Domains = None, name: _Name = "", *, as_json: Json = False, data: Data = None) -> None:
    """Make a project and print its id and its public site key."""
    with opened(data) as meta:
        project = meta.create_project(slug, domain or (), name)
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
