"""`footfall project`: make, change, delete and list projects, and put them into pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footfall.cli.options import Data, Json, named_project, opened, print_json, print_table
from footfall.errors import UserError
from footfall.model.period import iso_seconds
from footfall.model.project import Project

if TYPE_CHECKING:
    from footfall.meta import Meta

project_app = typer.Typer(help="Make, change, delete and list projects, and put them into pages.", no_args_is_help=True)

_Slug = Annotated[str, typer.Argument(help="Short unique name: [a-z0-9][a-z0-9-]{0,62}")]
_Domains = Annotated[
    list[str] | None,
    typer.Option(
        "--domain", help="Host that browser events may come from (repeatable; none: any). *.example.com works."
    ),
]
_Name = Annotated[str, typer.Option("--name", help="What people read.  [default: the slug]")]
_Named = Annotated[str, typer.Argument(metavar="SLUG", help="The project's slug, or its id.")]
_Zone = Annotated[
    str | None, typer.Option("--timezone", help="IANA name of the zone of its days.  [default: UTC, or as it is]")
]
_NewName = Annotated[str | None, typer.Option("--name", help="What people read.  [default: as it is]")]
_Add = Annotated[list[str] | None, typer.Option("--add", help="Host to list (repeatable). *.example.com works.")]
_Remove = Annotated[list[str] | None, typer.Option("--remove", help="Host to list no more (repeatable).")]
_Overlap = Annotated[
    int,
    typer.Option("--overlap-hours", help="Hours for which the old key is still taken, 0 to 8784.", show_default=True),
]
_Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


def _check_days(days: int | None) -> int | None:
    from footfall.meta import checked_retention

    try:
        checked_retention(days or 0)
    except UserError as error:
        raise typer.BadParameter(error.message) from error
    return days


_Days = Annotated[
    int | None,
    typer.Option(
        "--retention-days",
        help="Age in days past which rows go: 31 or more; 0: none of its own.",
        callback=_check_days,
    ),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what --retention-days would remove.")]
_Url = Annotated[
    str, typer.Option("--url", help="Where browsers reach the server.  [default: where the running server listens]")
]


_ADDRESS = re.compile(r"(?i)https?://[^/\s]")


@project_app.command("create")
def create(
    slug: _Slug,
    domain: _Domains = None,
    name: _Name = "",
    timezone: _Zone = None,
    *,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Make a project and print its id and its public site key."""
    with opened(data, new=True) as meta, _naming_other():
        project = meta.create_project(slug, domain or (), name, timezone or "UTC")
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


@project_app.command("update")
def update(
    slug: _Named,
    name: _NewName = None,
    timezone: _Zone = None,
    retention_days: _Days = None,
    *,
    dry_run: _DryRun = False,
    yes: _Yes = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Change a project's name, time zone or retention."""
    with opened(data) as meta:
        if retention_days or dry_run:
            removed = _preview(meta, named_project(meta, slug), retention_days, data)
            if dry_run and as_json:
                print_json(removed)
            elif dry_run or not yes:
                _tell(removed)
            if dry_run:
                return
            if not yes:
                typer.confirm("Remove them, now and as more rows get as old?", abort=True, err=True)
        changed = meta.editor.update(slug, name=name, timezone=timezone, retention_days=retention_days)
        _show(changed, as_json=as_json)


def _preview(meta: Meta, project: Project, days: int | None, data: Path | None) -> dict[str, Any]:
    """What the retention would remove: by the running server, else by a look into the store."""
    from footfall.cli.options import load_settings
    from footfall.runtime.address import address_of_server
    from footfall.runtime.asking import ask_server
    from footfall.runtime.previewing import preview

    if not days:
        raise UserError("bad_parameter", "--dry-run tries a retention: say which with --retention-days")
    settings = load_settings(data)
    url = address_of_server(settings.data)
    if url is None:
        return preview(settings, project, days)
    found: dict[str, Any] = ask_server(meta, url, f"/api/projects/{project.id}/retention?days={days}")
    return found


def _tell(removed: dict[str, Any]) -> None:
    typer.echo(f"rows before {removed['before']} go, figures of closed days stay:", err=True)
    for table, rows in removed["rows"].items():
        typer.echo(f"  {table}: {rows['old']:,} of {rows['all']:,}", err=True)


@project_app.command("rename")
def rename(
    slug: _Named,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The slug that it gets: [a-z0-9][a-z0-9-]{0,62}")],
    *,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Give a project another slug; its id, its site key and its data stay."""
    with opened(data) as meta:
        _show(meta.editor.update(slug, slug=new), as_json=as_json)


@project_app.command("domains")
def domains(
    slug: _Named, add: _Add = None, remove: _Remove = None, *, as_json: Json = False, data: Data = None
) -> None:
    """List, add and remove the hosts that a project's browser events may come from."""
    with opened(data) as meta:
        if add or remove:
            with _naming_other():
                found = meta.editor.change_domains(slug, add or (), remove or ())
        else:
            found = named_project(meta, slug)
    hosts = list(found.domains)
    if as_json:
        print_json(hosts)
    else:
        typer.echo("\n".join(hosts) or "any host")


@project_app.command("rotate-key")
def rotate_key(slug: _Named, overlap_hours: _Overlap = 24, *, as_json: Json = False, data: Data = None) -> None:
    """Give a project a new site key; the old one is taken for a while, so that pages can be changed."""
    with opened(data) as meta:
        _show(meta.editor.rotate_key(slug, overlap_hours), as_json=as_json)


@project_app.command("delete")
def delete(slug: _Named, *, yes: _Yes = False, as_json: Json = False, data: Data = None) -> None:
    """Delete a project and its data: it is gone at once, the server removes its rows in the background."""
    with opened(data) as meta:
        found = meta.project(slug)
        if found and not yes:
            asked = f"Delete the project {found.slug!r} and everything that was collected for it?"
            typer.confirm(asked, abort=True, err=True)
        deleted = meta.editor.delete(slug)
    if as_json:
        print_json({"id": deleted.id, "slug": deleted.slug})
    else:
        typer.echo(f"project {deleted.slug!r} is deleted")


@project_app.command("snippet")
def snippet(slug: _Named, url: _Url = "", *, data: Data = None) -> None:
    """Print the line of HTML that a page needs for its visits to count."""
    from footfall.cli.options import load_settings
    from footfall.runtime.address import address_of_server

    if url and not _ADDRESS.match(url):
        raise UserError("bad_parameter", f"--url {url!r} is no address: it begins with https:// or http://")
    with opened(data) as meta:
        project = named_project(meta, slug)
    server = url.rstrip("/") or address_of_server(load_settings(data).data)
    if server is None:
        raise UserError("bad_parameter", "--url is missing: no server is running here whose address could be printed")
    typer.echo(f'<script defer src="{escape(server)}/t.js" data-key="{project.site_key}"></script>')


@contextmanager
def _naming_other() -> Iterator[None]:
    """Who can run commands may know which project lists a host."""
    from footfall.meta import DomainListedError

    try:
        yield
    except DomainListedError as error:
        raise UserError(error.code, f"{error.message}, {error.slug!r}") from error


def _show(project: Project, *, as_json: bool) -> None:
    if as_json:
        print_json(_shape(project))
    else:
        _print([project])


def _shape(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "slug": project.slug,
        "name": project.name,
        "site_key": project.site_key,
        "old_site_keys": [
            {"site_key": old.site_key, "valid_until": iso_seconds(old.valid_until)} for old in project.old_site_keys
        ],
        "domains": list(project.domains),
        "timezone": project.timezone,
        "retention_days": project.retention_days,
        "created_at": iso_seconds(project.created_at),
    }


def _print(projects: list[Project]) -> None:
    rows = [
        (
            project.slug,
            project.id,
            project.site_key,
            project.timezone,
            f"{project.retention_days} days" if project.retention_days else "-",
            " ".join(project.domains),
        )
        for project in projects
    ]
    print_table(("SLUG", "ID", "SITE KEY", "TIME ZONE", "RETENTION", "DOMAINS"), rows)
