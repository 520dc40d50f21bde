"""An installation made again from a backup, in a data directory that has none."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from footfall.errors import FatalError
from footfall.runtime.backup_places import SCRATCH, Manifest, Place
from footfall.runtime.backups import COUNTED
from footfall.runtime.parts import RESTORING, make_data_directory
from footfall.settings import Settings
from footfall.store.clickhouse import open_store

_MADE = ("clickhouse", "spool", "drain", "meta.db")


def restore(settings: Settings, place: Place, name: str = "") -> Manifest:
    """From the backup of this name, else the newest. FatalError where it can't be used, or the directory is not free.

    A restore that was interrupted is begun anew.
    """
    if settings.store_url or settings.meta_url:
        raise FatalError("a backup is restored into a data directory: unset FOOTFALL_STORE_URL and FOOTFALL_META_URL")
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker = settings.data / RESTORING
    there = [path for part in _MADE if (path := settings.data / part).exists()]
    if there and not marker.exists():
        raise FatalError(f"there is an installation in {settings.data}: choose an empty directory with --data")
    manifest, source = _chosen(place, name)
    marker.touch(mode=0o600)
    for path in there:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    _fill(settings, place, manifest, source)
    shutil.rmtree(settings.data / SCRATCH, ignore_errors=True)
    marker.unlink()
    make_data_directory(settings)
    return manifest


def _chosen(place: Place, name: str) -> tuple[Manifest, Path]:
    """The backup and its files, once these and those of the backup that it needs are as they were written."""
    found = place.found()
    chosen = name or max(found, default="")
    if chosen not in found:
        raise FatalError(f"there is no backup {name!r} there" if name else "there is no backup there")
    manifest = _sound(found, chosen)
    if manifest.base and manifest.base not in found:
        raise FatalError(f"the backup {chosen} needs {manifest.base}, which is not there")
    if manifest.base:
        place.fetch(_sound(found, manifest.base))
    return manifest, place.fetch(manifest)


def _sound(found: Mapping[str, Manifest | None], name: str) -> Manifest:
    manifest = found[name]
    if manifest is None:
        raise FatalError(f"the backup {name} is damaged: its manifest can't be read; name another one with --name")
    return manifest


def _fill(settings: Settings, place: Place, manifest: Manifest, source: Path) -> None:
    """The metadata last: with them it is an installation."""
    with closing(open_store(settings)) as store:
        store.restore(place.store(manifest.name), place.store(manifest.base) if manifest.base else None)
        for table in COUNTED:
            rows = store.query(f"SELECT count() FROM {table}").scalar  # noqa: S608 - a constant
            if rows != manifest.rows[table.value]:
                raise FatalError(
                    f"the backup had {manifest.rows[table.value]} rows of {table}, and {rows} were restored"
                )
    for folder in ("spool", "drain"):
        shutil.copytree(source / folder, settings.data / folder, copy_function=_copy_closed)
        (settings.data / folder).chmod(0o700)
    if (source / "meta.db").exists():
        _copy_closed(source / "meta.db", settings.data / "meta.db")


def _copy_closed(source: str | Path, to: str | Path) -> None:
    """Only the owner may look, whatever the place of the backup lets others do."""
    shutil.copyfile(source, to)
    Path(to).chmod(0o600)
