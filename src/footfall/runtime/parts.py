"""What the server and the offline tools share."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from footfall.clock import Clock, system_clock
from footfall.collect.geo import GeoLocator
from footfall.collect.identity import SaltedIdentity
from footfall.errors import FatalError
from footfall.ids import IdSource
from footfall.meta import Ledger, Meta, RecordedSettings, Salts, open_meta, recorded_over
from footfall.settings import Settings


@dataclass(frozen=True)
class Parts:
    """Metadata, identity and places of one process. `settings` are those that count for its installation."""

    settings: Settings
    recorded: RecordedSettings
    clock: Clock
    meta: Meta
    salts: Salts
    ledger: Ledger
    identity: SaltedIdentity
    locator: GeoLocator
    ids: IdSource


@contextmanager
def open_parts(
    settings: Settings,
    clock: Clock = system_clock,
    combine: Callable[[Settings, Mapping[str, str]], Settings] = recorded_over,
) -> Iterator[Parts]:
    """The parts, in a data directory that exists. `combine` makes one of these settings and the recorded ones."""
    meta = open_meta(settings, clock)
    try:
        salts = Salts(meta.database)
        recorded = RecordedSettings(meta.database)
        yield Parts(
            settings=combine(settings, recorded.read()),
            recorded=recorded,
            clock=clock,
            meta=meta,
            salts=salts,
            ledger=Ledger(meta.database, clock),
            identity=SaltedIdentity(salts, clock),
            locator=GeoLocator(settings.data),
            ids=IdSource(clock),
        )
    finally:
        meta.close()


RESTORING = "restoring"
"""A file of a data directory that is being restored, or whose restore was interrupted."""


def check_restored(settings: Settings) -> None:
    """FatalError where the restore of the data directory is not complete: what is in it will be made anew."""
    if (settings.data / RESTORING).exists():
        raise FatalError(f"{settings.data} is being restored, or that was interrupted: run `footfall restore` again")


def make_data_directory(settings: Settings) -> None:
    """Closed to others where it is new; FatalError where it can't be made, or its restore is not complete."""
    check_restored(settings)
    make_directory(settings)


def check_user(settings: Settings) -> None:
    """FatalError for another user than the server's, which could not read what this process leaves in the spools."""
    spools = settings.data / "spool"
    there = spools if spools.exists() else settings.data
    owner = there.stat().st_uid
    if owner != os.geteuid() and (there == spools or os.geteuid() == 0):
        raise FatalError(f"{there} belongs to {user_name(owner)}: run this as that user, as the server is")


def user_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def make_directory(settings: Settings) -> None:
    """The same, whatever is in it."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FatalError(f"FOOTFALL_DATA {str(settings.data)!r} can't be used: {error.strerror}") from error
