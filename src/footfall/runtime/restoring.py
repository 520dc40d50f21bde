"""An installation made again from a backup, in a data directory that has none."""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from pathlib import Path

from footfall.errors import FatalError
from footfall.runtime.backup_places import SCRATCH, Found, Manifest, Place, manifests
from footfall.runtime.backups import COUNTED
from footfall.runtime.parts import RESTORING, make_data_directory, make_directory
from footfall.settings import Settings
from footfall.store.clickhouse import open_store

_MADE = ("clickhouse", "spool", "drain", "meta.db")


def restore(settings: Settings, place: Place, name: str = "") -> Manifest:
    """From the backup of this name, else the newest, if all are of one installation.

    A restore that was interrupted is begun anew. FatalError where the backup can't be used, the directory is not free,
    or a disk refuses; errors of the place and of the store as they are.
    """
    if settings.store_url or settings.meta_url:
        raise FatalError("a backup is restored into a data directory: unset FOOTFALL_STORE_URL and FOOTFALL_META_URL")
    is_new = not settings.data.exists()
    make_directory(settings)
    try:
        return _restored(settings, place, name)
    except FatalError:
        if is_new:
            with suppress(OSError):  # something is in it by now
                settings.data.rmdir()
        raise
    except OSError as error:
        raise FatalError(f"the restore fails: {error}") from error


def _restored(settings: Settings, place: Place, name: str) -> Manifest:
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
    chosen = name or _newest(found)
    if chosen not in found:
        raise FatalError(f"there is no backup {name!r} there")
    manifest = _sound(found, chosen)
    if manifest.base and manifest.base not in found:
        raise FatalError(f"the backup {chosen} needs {manifest.base}, which is not there")
    if manifest.base:
        place.fetch(_sound(found, manifest.base))
    return manifest, place.fetch(manifest)


def _newest(found: Found) -> str:
    """FatalError where there is none, or several installations have backups there."""
    if not found:
        raise FatalError("there is no backup there")
    newest = {one.installation: one.name for one in manifests(found)}
    if len(newest) > 1:
        named = ", ".join(f"{name} (installation {installation})" for installation, name in newest.items())
        raise FatalError(f"several installations have backups there, the newest {named}: name one with --name")
    return max(found)


def _sound(found: Found, name: str) -> Manifest:
    one = found[name]
    if isinstance(one, str):
        raise FatalError(f"the backup {name} {one}; name another one with --name")
    return one


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
        (settings.data / folder).mkdir(mode=0o700)
        for path in sorted((source / folder).glob("*")):
            _copy_closed(path, settings.data / folder / path.name)
    if (source / "meta.db").exists():
        _copy_closed(source / "meta.db", settings.data / "meta.db")


def _copy_closed(source: Path, to: Path) -> None:
    """Only the owner may look, whatever the place of the backup lets others do."""
    to.touch(mode=0o600)
    shutil.copyfile(source, to)
