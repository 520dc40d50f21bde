"""The settings that an installation records, so that every process of it stores data by the same ones."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from sqlalchemy import select

from footfall.errors import FatalError
from footfall.meta.database import Database
from footfall.meta.tables import SettingRow
from footfall.settings import InstallationSettings, Settings, variable


class RecordedSettings:
    """Installation settings as texts by name, from any thread and process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> dict[str, str]:
        """What is recorded; nothing before the first start. Settings that this version does not have are left out."""
        with self._database.read() as session:
            rows = {row.name: row.value for row in session.scalars(select(SettingRow))}
        return {name: rows[name] for name in InstallationSettings.model_fields if name in rows}

    def write(self, texts: Mapping[str, str]) -> None:
        with self._database.write() as session:
            for name, value in texts.items():
                session.merge(SettingRow(name=name, value=value))


def recorded_over(settings: Settings, recorded: Mapping[str, str]) -> Settings:
    """The recorded settings in place of those of the process.

    Raises FatalError where the environment of the process says something else: it names the variable.
    """
    kept = _parsed(recorded)
    for name in _given(settings) & recorded.keys():
        if getattr(settings, name) != getattr(kept, name):
            raise FatalError(_differs(name, settings.texts()[name], recorded[name]))
    return _with(settings, kept, set(recorded))


def environment_over(settings: Settings, recorded: Mapping[str, str]) -> Settings:
    """The settings that the environment of the process gives, and what is recorded for the others."""
    return _with(settings, _parsed(recorded), set(recorded) - _given(settings))


def _given(settings: Settings) -> set[str]:
    return settings.model_fields_set & InstallationSettings.model_fields.keys()


def _with(settings: Settings, kept: InstallationSettings, names: set[str]) -> Settings:
    return settings.model_copy(update={name: getattr(kept, name) for name in names})


def _parsed(recorded: Mapping[str, str]) -> InstallationSettings:
    try:
        return InstallationSettings.model_validate(recorded)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise FatalError(
            f"the recorded setting {name} {recorded[name]!r} can't be used: {first['msg']}; "
            f"correct it with `footfall config set {name} VALUE`"
        ) from error


def _differs(name: str, here: str, recorded: str) -> str:
    return (
        f"{variable(name)} is {here!r} here, but the installation records {recorded!r}: unset the variable, or change "
        f"the installation with `footfall config set {name} {here or repr('')}` and start the server again"
    )
