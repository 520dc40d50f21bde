"""`footfall serve`: the server."""

from __future__ import annotations

from typing import Annotated

import typer

from footfall.cli.demo import demo
from footfall.cli.options import Data, Host, Port, listening_settings, logged_failure
from footfall.errors import UserError


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("demo")(demo)


def serve(
    host: Host = None,
    port: Port = None,
    role: Annotated[str, typer.Option(help="`all`, the only role so far.")] = "all",
    data: Data = None,
) -> None:
    """Collect, store and answer until SIGTERM."""
    if role != "all":
        raise UserError("bad_parameter", f"--role {role!r}: only 'all' is supported yet")
    with logged_failure():
        settings = listening_settings(data, host, port)
        from footfall.runtime.serving import serve as run  # once the settings are known to be good: it takes a second

        run(settings)
