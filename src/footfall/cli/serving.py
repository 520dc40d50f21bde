"""`footfall serve`: the server; `footfall sign-in`: a way into its dashboard."""

from __future__ import annotations

from typing import Annotated

import typer

from footfall.cli.demo import demo
from footfall.cli.options import Data, Host, Port, listening_settings, logged_failure, opened
from footfall.errors import FatalError
from footfall.runtime.memory import tune_heaps
from footfall.settings import Role


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("demo")(demo)
    app.command("sign-in")(sign_in)


def serve(
    host: Host = None,
    port: Port = None,
    role: Annotated[
        Role | None, typer.Option(help="What the server does.  [default: $FOOTFALL_ROLE, else all]")
    ] = None,
    data: Data = None,
) -> None:
    """Run a server until SIGTERM: all of it, or one role (`--role`)."""
    with logged_failure():
        settings = listening_settings(data, host, port, role)
        if settings.drain_url and settings.role != "collect":
            raise FatalError(
                f"FOOTFALL_DRAIN_URL is set and the role is {settings.role!r}: only a collector forwards. "
                "Set FOOTFALL_ROLE=collect, or leave the URL out"
            )
        tune_heaps()
        # Once the settings are known to be good: a second, and none for a collector, which needs no engine.
        if settings.role == "collect":
            from footfall.runtime.collector import collect

            collect(settings)
        elif settings.role == "query":
            from footfall.runtime.reader import query

            query(settings)
        else:
            from footfall.runtime.serving import serve as run

            run(settings)


def sign_in(host: Host = None, port: Port = None, data: Data = None) -> None:
    """Print a link that signs one browser in, with all rights, within ten minutes."""
    settings = listening_settings(data, host, port)
    with opened(data) as meta:
        from footfall.runtime.address import address_of_server, reachable
        from footfall.runtime.greeting import sign_in_line

        url = address_of_server(settings.data)
        if url is None:
            typer.echo("footfall: no server is running here; the link works once one is", err=True)
        typer.echo(sign_in_line(url or reachable(settings), settings, meta))
