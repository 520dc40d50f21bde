"""An installation made again from a backup, in a data directory that has none."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from footfall.errors import FatalError
from footfall.runtime.backups import COUNTED, STORE, Manifest, backups_in, verify
from footfall.runtime.parts import RESTORING, make_data_directory
from footfall.settings import Settings
from footfall.store.clickhouse import open_store

_MADE = ("clickhouse", "spool", "drain", "meta.db")


def restore(settings: Settings, directory: Path, name: str = "") -> Manifest:
    """From the backup of this name, else the newest. FatalError where it can't be used, or the directory is not free.

    A restore that was interrupted is begun anew.
    """
    directory = directory.resolve()
    manifest = _chosen(directory, name)
    if settings.store_url or settings.meta_url:
        raise FatalError("a backup is restored into a data directory: unset FOOTFALL_STORE_URL and FOOTFALL_META_URL")
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker = settings.data / RESTORING
    there = [path for part in _MADE if (path := settings.data / part).exists()]
    if there and not marker.exists():
        raise FatalError(f"there is an installation in {settings.data}: choose an empty directory with --data")
    marker.touch(mode=0o600)
    for path in there:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    _fill(settings, directory, manifest)
    marker.unlink()
    make_data_directory(settings)
    return manifest


def _chosen(directory: Path, name: str) -> Manifest:
    made = backups_in(directory)
    found = next((one for one in reversed(made) if name in {"", one.name}), None)
    if found is None:
        raise FatalError(
            f"there is no backup {name!r} in {directory}" if name else f"there is no backup in {directory}"
        )
    for one in made:
        if one.name in {found.name, found.base}:
            verify(directory / one.name, one)
    if found.base not in {"", *(one.name for one in made)}:
        raise FatalError(f"the backup {found.name} needs {found.base}, which is not in {directory}")
    return found


def _fill(settings: Settings, directory: Path, manifest: Manifest) -> None:
    """The metadata last: with them it is an installation."""
    source = directory / manifest.name
    with closing(open_store(settings)) as store:
        store.restore(source / STORE, directory / manifest.base / STORE if manifest.base else None)
        for table in COUNTED:
            rows = store.query(f"SELECT count() FROM {table}").scalar  # noqa: S608 - a constant
            if rows != manifest.rows[table.value]:
                raise FatalError(
                    f"the backup had {manifest.rows[table.value]} rows of {table}, and {rows} were restored"
                )
    for folder in ("spool", "drain"):
        shutil.copytree(source / folder, settings.data / folder)
        (settings.data / folder).chmod(0o700)
    if (source / "meta.db").exists():
        shutil.copyfile(source / "meta.db", settings.data / "meta.db")
        (settings.data / "meta.db").chmod(0o600)
