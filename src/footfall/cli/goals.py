"""`footfall goal`: the goals of a project."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from footfall.cli.options import Data, Json, named_project, opened, print_json, print_table, validated
from footfall.errors import UserError
from footfall.model.period import iso_seconds
from footfall.model.saved import Goal

goal_app = typer.Typer(help="List, save and delete the goals of a project.", no_args_is_help=True)

_Named = Annotated[str, typer.Argument(metavar="SLUG", help="The project's slug, or its id.")]


@goal_app.command("list")
def list_(slug: _Named, *, as_json: Json = False, data: Data = None) -> None:
    """List a project's goals by name."""
    with opened(data) as meta:
        _show(meta.saved.goals.all(named_project(meta, slug)), as_json=as_json)


@goal_app.command("add")
def add(
    slug: _Named,
    name: Annotated[str, typer.Argument(help="What people read.")],
    filter_: Annotated[
        str, typer.Argument(metavar="FILTER", help="Events that match it are conversions: path:/thanks.")
    ],
    *,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Save a goal; figures have it within 5 seconds, also of the past."""
    from footfall.api.projects.saved import check_filter
    from footfall.api.projects.saved_schema import NewGoal

    fields = check_filter(validated(NewGoal, {"name": name, "filter": filter_}).model_dump())
    with opened(data) as meta:
        made = meta.saved.goals.add(named_project(meta, slug), fields)
    if as_json:
        print_json(_shape(made))
    else:
        _show([made], as_json=False)


@goal_app.command("remove")
def remove(
    slug: _Named,
    which: Annotated[str, typer.Argument(metavar="NAME", help="Its name, whatever the case, or its id.")],
    *,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Delete a goal. Filters and funnels that name it fail from then on."""
    with opened(data) as meta:
        project = named_project(meta, slug)
        goals = meta.saved.goals.all(project)
        found = next((one for one in goals if which == one.id or which.casefold() == one.name.casefold()), None)
        if found is None:
            raise UserError("not_found", f"goal {which!r} does not exist: `footfall goal list` shows those that do")
        meta.saved.goals.remove(project, found.id)
    if as_json:
        print_json({"id": found.id, "name": found.name})
    else:
        typer.echo(f"goal {found.name!r} is deleted")


def _shape(goal: Goal) -> dict[str, Any]:
    return {"id": goal.id, "name": goal.name, "filter": goal.filter, "created_at": iso_seconds(goal.created_at)}


def _show(goals: list[Goal], *, as_json: bool) -> None:
    if as_json:
        print_json([_shape(goal) for goal in goals])
    else:
        print_table(("NAME", "FILTER", "ID"), [(goal.name, goal.filter, goal.id) for goal in goals])
