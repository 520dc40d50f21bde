"""`footfall geo`: install geography databases and list those in use."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from footfall.cli.options import Data, Json, load_settings, print_json, print_table

geo_app = typer.Typer(help="Install geography databases and see which are in use.", no_args_is_help=True)

_Source = Annotated[str, typer.Argument(metavar="FILE-or-URL", help="A .mmdb or .mmdb.gz: a path or an https URL.")]
_Kind = Annotated[str, typer.Option("--kind", help="country, city or asn.  [default: what the file says]")]


@geo_app.command("install")
def install(source: _Source, kind: _Kind = "", *, data: Data = None) -> None:
    """Check a database and put it in place; a running server uses it within a second or two."""
    from footfall.collect import geo_install

    typer.echo(geo_install.install(source, load_settings(data).data, kind))


@geo_app.command("status")
def status(*, as_json: Json = False, data: Data = None) -> None:
    """List the databases in use: kind, file, build date, bytes, attribution."""
    from footfall.collect.geo import GeoLocator

    found = GeoLocator(load_settings(data).data).status()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    head = ("KIND", "BUILT", "BYTES", "PATH", "ATTRIBUTION", "PROBLEM")
    print_table(head, [(d.kind, d.built, str(d.size), d.path, d.attribution, d.problem) for d in found])
