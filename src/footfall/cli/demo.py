"""`footfall demo`: a project with believable data, then the server."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from footfall.cli.options import Data, Host, Port, listening_settings
from footfall.runtime.memory import tune_heaps

if TYPE_CHECKING:
    from footfall.runtime.offline import Offline

SLUG = "demo"

_RECORDS_A_COMMIT = 40
_AHEAD = 8  # batches that may wait, so that making rows and draining them go on at the same time

PAGE = f"/sites/{SLUG}"


def demo(
    days: Annotated[int, typer.Option(help="UTC days of traffic, up to now; today is the last.", min=1, max=730)] = 396,
    visitors_per_day: Annotated[int, typer.Option(help="About how many visitors a day has.", min=1, max=100_000)] = 130,
    host: Host = None,
    port: Port = None,
    data: Data = None,
) -> None:
    """Make the project `demo` with made-up traffic, unless it exists, and serve."""
    tune_heaps()
    from footfall.demo.live import reports
    from footfall.runtime import trickle
    from footfall.runtime.address import reachable
    from footfall.runtime.offline import offline
    from footfall.runtime.serving import serve
    from footfall.store.lock import holder

    settings = listening_settings(data, host, port)
    running = holder(settings.data) is not None
    with offline(settings, overrides=not running) as installation:
        if installation.meta.project(SLUG) is None:
            token = fill(installation, days, visitors_per_day)
            typer.echo(_told(reachable(settings), token))
        else:
            typer.echo(f"The project {SLUG!r} exists already; `footfall token create` makes another token for it.")
        project = installation.meta.project(SLUG)
        now = installation.clock()
    if running:
        typer.echo("A server that uses this data directory is running: it shows the project.")
    else:
        if project is not None:
            trickle.begin(reachable(settings), reports(project.site_key, now))
        serve(settings, PAGE)


def fill(installation: Offline, days: int, visitors_per_day: int) -> str:
    """Make the project and wait until all of its data can be queried; returns a token for it."""
    from footfall.demo import generate, saved
    from footfall.model.raw import size
    from footfall.spool.protocol import Submission

    settings, now = installation.settings, installation.clock()
    project = installation.meta.create_project(SLUG, name="Demo shop")
    saved.save(installation.meta.saved, project, now, days)
    room = min(settings.spool_max_events // 2, _AHEAD * settings.batch_events)
    total = 0
    made = generate(project.number, now, days=days, visitors_per_day=visitors_per_day, request_ip=settings.request_ip)
    while records := list(islice(made, _RECORDS_A_COMMIT)):
        installation.spool.append([Submission(record) for record in records])
        total += sum(map(size, records))
        if installation.spool.state().waiting >= room:
            installation.wait_drained()
    typer.echo(f"{total:,} rows are made; waiting until they can be queried…", err=True)
    installation.wait_drained()
    token, _ = installation.meta.create_token("demo", ["read", "ingest"], [SLUG], None)
    return token


def _told(url: str, token: str) -> str:
    return f"""
Project:  {SLUG}
Token:    {token}    (read and ingest; it is not shown again)

  curl "{url}/api/web-events/{SLUG}/kpis?range=30d" -H "Authorization: Bearer {token}"
  curl "{url}/api/web-events/{SLUG}/top-referrers?range=7d&compare=1" -H "Authorization: Bearer {token}"
  curl "{url}/api/tracking/stats?period=week" -H "Authorization: Bearer {token}"
"""
