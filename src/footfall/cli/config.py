"""`footfall config`: the settings that an installation records."""

from __future__ import annotations

from typing import Annotated

import typer

from footfall.cli.options import Data, Json, load_settings, opened_any, print_json, print_table
from footfall.errors import UserError

config_app = typer.Typer(help="Read and change the settings that an installation records.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="The setting, such as retention_days.")]
_Value = Annotated[str, typer.Argument(help="Its value, as in the environment; an empty one unsets it.")]


@config_app.command("list")
def list_(*, as_json: Json = False, data: Data = None) -> None:
    """List the settings that govern the data, and whether each is recorded or still the default."""
    recorded, texts = _texts(data)
    if as_json:
        print_json(texts)
        return
    rows = [(name, text or "-", "yes" if name in recorded else "no") for name, text in texts.items()]
    print_table(("SETTING", "VALUE", "RECORDED"), rows)


@config_app.command("get")
def get(name: _Name, *, data: Data = None) -> None:
    """Print the value of a setting; an empty line where it is unset."""
    known = _known(name)
    typer.echo(_texts(data)[1][known])


@config_app.command("set", context_settings={"ignore_unknown_options": True})  # -1 is a value, if a bad one
def set_(name: _Name, value: _Value, *, data: Data = None) -> None:
    """Record a value. Commands use it at once, a server from its next start on, unless its environment overrides it."""
    from footfall.meta import RecordedSettings
    from footfall.settings import InstallationSettings
    from footfall.store.lock import holder

    known = _known(name)
    text = _checked(known, value)
    with opened_any(data, new=True) as meta:
        settings = RecordedSettings(meta.database)
        settings.write({**InstallationSettings().texts(), **settings.read(), known: text})
    if holder(load_settings(data).data) is not None:
        typer.echo("The running server uses the new value once it is started again.", err=True)


def _texts(data: Data) -> tuple[dict[str, str], dict[str, str]]:
    """What is recorded, and the text of every setting."""
    from footfall.meta import RecordedSettings
    from footfall.settings import InstallationSettings

    with opened_any(data) as meta:
        recorded = RecordedSettings(meta.database).read()
    return recorded, {**InstallationSettings().texts(), **recorded}


def _known(name: str) -> str:
    """The setting's name; its environment variable will do."""
    from footfall.settings import PREFIX, InstallationSettings, nearest

    known = name.lower().removeprefix(PREFIX.lower())
    if known in InstallationSettings.model_fields:
        return known
    meant = nearest(known, InstallationSettings.model_fields)
    hint = f"did you mean {meant}?" if meant else f"one of {', '.join(InstallationSettings.model_fields)}"
    raise UserError("bad_parameter", f"{name!r} is not a setting of the installation: {hint}")


def _checked(name: str, value: str) -> str:
    from pydantic import ValidationError

    from footfall.settings import InstallationSettings

    try:
        return InstallationSettings.model_validate({name: value}).texts()[name]
    except ValidationError as error:
        raise UserError("bad_parameter", f"{name} {value!r}: {error.errors()[0]['msg']}") from error
