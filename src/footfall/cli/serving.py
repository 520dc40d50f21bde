"""`footfall serve`: the server."""

from __future__ import annotations

from typing import Annotated

import typer

from footfall.cli.demo import demo
from footfall.cli.options import Data, load_settings
from footfall.errors import UserError


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("demo")(demo)


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.  [default: $FOOTFALL_HOST, else 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port.  [default: $FOOTFALL_PORT, else 8000]", min=1, max=65535)
    ] = None,
    role: Annotated[str, typer.Option(help="`all`, the only role so far.")] = "all",
    data: Data = None,
) -> None:
    """Collect, store and answer until SIGTERM."""
    if role != "all":
        raise UserError("bad_parameter", f"--role {role!r}: only 'all' is supported yet")
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(data).model_copy(update=given)
    from footfall.runtime.serving import serve as run  # once the settings are known to be good: it takes a second

    run(settings)
