"""Backups of an installation, taken while its server runs: store, metadata without salts, spools.

A backup is a folder with a manifest, which is written last. Of the store it holds what changed since the last full one.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import structlog

from footfall import __version__
from footfall.catalog.tables import Table
from footfall.drain.inventory import INVENTORY
from footfall.drain.journal import installation_id
from footfall.errors import TransientError
from footfall.runtime.backup_places import NAMES, Found, Manifest, Place, Work, manifests_of
from footfall.settings import Settings
from footfall.store.clickhouse import newest_migration
from footfall.store.protocol import BackupFolder, Store

COUNTED = (Table.EVENTS, Table.REQUESTS, Table.ENGAGEMENTS)
"""Tables whose number of rows no merge changes."""

_PATIENCE = 60.0
_SECRETS = ("salts", "sign_ins", "sign_in_codes", "answers", "guesses")

Quiesced = Callable[[], AbstractContextManager[bool]]


class Backups:
    """`quiesced` is the drain's, where there is one: no batch may be written in part.

    `check_store` raises where the store is the installation's no more.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        check_store: Callable[[], None],
        quiesced: Quiesced | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._check_store = check_store
        self._quiesced = quiesced or (lambda: nullcontext(enter_result=True))

    @property
    def installation(self) -> str:
        """The id of whose backups these are: others may have theirs in the same place."""
        return installation_id(self._settings.data / "drain")

    def make(self, place: Place, *, full: bool = False, scheduled: bool = False) -> Manifest:
        """UserError where another backup goes there now; TransientError where a disk refuses, or no pause is found."""
        self._check_store()
        try:
            with place.alone():
                return self._make(place, full=full, scheduled=scheduled)
        except (OSError, sqlite3.Error) as error:
            raise TransientError(f"the backup fails: {error}") from error

    def _make(self, place: Place, *, full: bool, scheduled: bool) -> Manifest:
        now = datetime.now(UTC)
        base = "" if full else _base(manifests_of(place.found(), self.installation))
        self._store.settle_updates()  # most of them now, so that the drain waits for the last ones only
        work = place.begin(f"{now:{NAMES}}")
        try:
            return self._complete(place, work, base, now, scheduled=scheduled)
        except BaseException:
            shutil.rmtree(work.folder, ignore_errors=True)  # at once: the disk may be full of it
            raise

    def _complete(self, place: Place, work: Work, base: str, now: datetime, *, scheduled: bool) -> Manifest:
        rows, wait = self._snapshot(work, place.store(base) if base else None)
        wait()
        manifest = Manifest(
            name=work.name,
            created_at=int(now.timestamp() * 1000),
            version=__version__,
            schema=newest_migration(),
            installation=self.installation,
            base=base,
            rows=rows,
            files=place.files(work),
            scheduled=scheduled,
        )
        place.complete(work, manifest)
        structlog.get_logger("backup").info("backup made", name=work.name, base=base, bytes=manifest.bytes)
        return manifest

    def _snapshot(self, work: Work, base: BackupFolder | None) -> tuple[dict[str, int], Callable[[], None]]:
        """Store, spools and metadata as of one instant, between two batches."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            with self._quiesced() as quiesced:
                if quiesced:
                    self._store.settle_updates()
                    wait = self._store.begin_backup(work.store, base)
                    rows = {table.value: _count(self._store, table) for table in COUNTED}
                    _copy_files(self._settings, work.folder)
                    return rows, wait
            time.sleep(0.05)
        raise TransientError("the drain does not come to an end of its batch, so no backup can be made")


def prune(place: Place, installation: str, keep: int) -> None:
    """Remove an installation's scheduled backups but the newest `keep`, and those that any other needs.

    UserError where the place is busy, OSError where a disk refuses.
    """
    old = _superfluous(place.found(), installation, keep)
    if old:
        with place.alone():
            for name in reversed(old):  # each before the one that it needs
                place.remove(name)


def _superfluous(found: Found, installation: str, keep: int) -> list[str]:
    """One that can't be read may need the last full one before it."""
    mine = manifests_of(found, installation)
    old = [one.name for one in mine if one.scheduled][:-keep]
    needed = {one.base for one in mine if one.name not in old}
    for unread in (name for name, one in found.items() if isinstance(one, str)):
        needed.add(max((one.name for one in mine if not one.base and one.name < unread), default=""))
    return [name for name in old if name not in needed]


def _base(mine: list[Manifest]) -> str:
    """The last full backup, while what comes on top of it is less than half of it."""
    base = next((manifest for manifest in reversed(mine) if not manifest.base), None)
    if base is None or (mine[-1].base == base.name and mine[-1].bytes > base.bytes / 2):
        return ""
    return base.name


def _count(store: Store, table: Table) -> int:
    return int(store.query(f"SELECT count() FROM {table}").scalar)  # noqa: S608 - of the list above


def _copy_files(settings: Settings, work: Path) -> None:
    """Spools first: metadata must know every project of which they have rows."""
    for folder in ("spool", "drain"):
        (work / folder).mkdir(mode=0o700)
    for path in sorted(settings.data.glob("spool/*.db")):
        _copy_database(path, work / "spool" / path.name)
    for path in sorted(settings.data.glob("spool/*.last")):
        shutil.copyfile(path, work / "spool" / path.name)
    if (settings.data / "drain" / INVENTORY).exists():
        _copy_database(settings.data / "drain" / INVENTORY, work / "drain" / INVENTORY)
    for path in sorted(settings.data.glob("drain/*")):
        if path.is_file() and not path.name.startswith(INVENTORY) and path.suffix != ".writing":
            shutil.copyfile(path, work / "drain" / path.name)
    if not settings.meta_url:
        _copy_database(settings.data / "meta.db", work / "meta.db", without=_SECRETS)


def _copy_database(source: Path, to: Path, without: tuple[str, ...] = ()) -> None:
    """A copy in one instant, whoever writes to the file meanwhile; of what is left out no trace remains."""
    to.touch(mode=0o600)
    with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(to, isolation_level=None)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")
        if without:
            new.execute("PRAGMA secure_delete = ON")
            for table in without:
                new.execute(f"DELETE FROM {table}")  # noqa: S608 - of the list above
            new.execute("VACUUM")
        (said,) = new.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise TransientError(f"the copy of {source.name} is damaged ({said})")
