"""Where backups lie: a directory or a bucket, in which each has a folder with a manifest, which is written last."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from footfall.errors import FatalError, UserError
from footfall.filelock import try_lock
from footfall.runtime.s3 import SCHEME, Bucket
from footfall.store.protocol import BackupFolder

MANIFEST = "manifest.json"
STORE = "store"
SCRATCH = "backup.writing"
"""The folder of a data directory for files on their way to or from a bucket."""

NAMES = "%Y%m%dT%H%M%S%fZ"
"""The format of backups' names: when they were begun."""

_WRITING = ".writing"
_LOCK = ".lock"
"""The engine's, while it writes."""

File = tuple[str, int, str]
"""Path, bytes, and SHA-256; `""` for what the engine has written to a bucket, and checks itself."""


class Manifest(msgspec.Struct, frozen=True):
    """`base` names the full backup that this one needs, `""` for a full one. `files` are its own."""

    name: str
    created_at: int
    version: str
    schema: int
    installation: str
    base: str
    rows: dict[str, int]
    files: list[File]

    @property
    def bytes(self) -> int:
        return sum(size for _, size, _ in self.files)


@dataclass(frozen=True, slots=True)
class Work:
    """A backup that is being made: `folder` takes all files but the store's."""

    name: str
    folder: Path
    store: BackupFolder


class Place(Protocol):
    """TransientError where it can't be used for now."""

    def alone(self) -> AbstractContextManager[object]:
        """For whoever makes a backup here. Removes what interrupted ones have left. UserError where it is busy."""

    def found(self) -> Mapping[str, Manifest | None]:
        """The backups that were completed here, by name, oldest first; None for one whose manifest is damaged.

        Copies under other names are none.
        """

    def begin(self, name: str) -> Work: ...

    def files(self, work: Work) -> list[File]: ...

    def complete(self, work: Work, manifest: Manifest) -> None: ...

    def remove(self, name: str) -> None: ...

    def store(self, name: str) -> BackupFolder: ...

    def fetch(self, manifest: Manifest) -> Path:
        """A folder with its files but the store's, once all are as the manifest says; FatalError where one is not."""


def absolute(address: str) -> str:
    """The address of a place as another process understands it; UserError as `place_of`."""
    return address if _is_bucket(address) else str(Path(address).resolve())


def place_of(address: str, scratch: Path) -> Place:
    """A directory, or s3://bucket/prefix, for which `scratch` is a folder on this machine's disk.

    UserError `bad_parameter` for what is neither.
    """
    return InBucket(Bucket(address), scratch) if _is_bucket(address) else InDirectory(Path(address))


def _is_bucket(address: str) -> bool:
    if address.startswith(SCHEME):
        return True
    if not address or "://" in address:
        raise UserError("bad_parameter", f"{address!r} is no place of backups: name a directory, or s3://bucket/prefix")
    return False


@dataclass(frozen=True, slots=True)
class _Directory:
    path: Path

    @property
    def address(self) -> str:
        return str(self.path)

    def is_begun(self) -> bool:
        return any(path.name != _LOCK for path in self.path.glob("*"))


@dataclass(frozen=True, slots=True)
class _Prefix:
    bucket: Bucket
    below: str

    @property
    def address(self) -> str:
        return self.bucket.url(self.below).rstrip("/")

    def is_begun(self) -> bool:
        return any(key != self.below + _LOCK for key, _ in self.bucket.listed(self.below))


class InDirectory:
    """A `Place`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()

    def alone(self) -> AbstractContextManager[object]:
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                "bad_parameter", f"no backup can be written to {self._directory}: {error.strerror}"
            ) from error
        lock = try_lock(self._directory / "lock")
        if lock is None:
            raise UserError("busy", f"another backup is being written to {self._directory}")
        for left in self._directory.glob(f"*{_WRITING}"):
            shutil.rmtree(left)
        return lock

    def found(self) -> Mapping[str, Manifest | None]:
        paths = [path for path in self._directory.glob(f"*/{MANIFEST}") if not path.parent.name.endswith(_WRITING)]
        return _own({path.parent.name: path.read_bytes() for path in paths})

    def begin(self, name: str) -> Work:
        folder = self._directory / f"{name}{_WRITING}"
        folder.mkdir(mode=0o700)
        return Work(name, folder, _Directory(folder / STORE))

    def files(self, work: Work) -> list[File]:
        return [*_hashed(work.folder)]

    def complete(self, work: Work, manifest: Manifest) -> None:
        _write(work.folder, manifest)
        os.sync()
        work.folder.rename(self._directory / work.name)

    def remove(self, name: str) -> None:
        shutil.rmtree(self._directory / name)

    def store(self, name: str) -> BackupFolder:
        return _Directory(self._directory / name / STORE)

    def fetch(self, manifest: Manifest) -> Path:
        folder = self._directory / manifest.name
        _check(f"{folder}", manifest.files, [*_hashed(folder)])
        return folder


class InBucket:
    """A `Place`. The engine writes the store's files to the bucket itself; the others go through `scratch`."""

    def __init__(self, bucket: Bucket, scratch: Path) -> None:
        self._bucket = bucket
        self._scratch = scratch

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Other installations may write beside, so what is left of an interrupted backup goes after a day."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        made = self.found()
        before = f"{datetime.now(UTC) - timedelta(days=1):{NAMES}}"
        for name in {key.partition("/")[0] for key, _ in self._bucket.listed()} - made.keys():
            if name < before:
                self.remove(name)
        try:
            yield
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def found(self) -> Mapping[str, Manifest | None]:
        keys = [key for key, _ in self._bucket.listed() if key.count("/") == 1 and key.endswith(f"/{MANIFEST}")]
        return _own({key.partition("/")[0]: self._bucket.read(key) for key in keys})

    def begin(self, name: str) -> Work:
        folder = self._scratch / name
        folder.mkdir(mode=0o700, parents=True)
        return Work(name, folder, self.store(name))

    def files(self, work: Work) -> list[File]:
        stored = [(path, size, "") for path, size in self._sizes(work.name) if path.startswith(f"{STORE}/")]
        return [*_hashed(work.folder), *stored]

    def complete(self, work: Work, manifest: Manifest) -> None:
        for path, *_ in _hashed(work.folder):
            self._bucket.put(f"{work.name}/{path}", work.folder / path)
        self._bucket.put(f"{work.name}/{MANIFEST}", _write(work.folder, manifest))

    def remove(self, name: str) -> None:
        """The manifest first: without it the rest is no backup."""
        self._bucket.remove(f"{name}/{MANIFEST}")
        for path, _ in self._sizes(name):
            self._bucket.remove(f"{name}/{path}")

    def store(self, name: str) -> BackupFolder:
        return _Prefix(self._bucket, f"{name}/{STORE}/")

    def fetch(self, manifest: Manifest) -> Path:
        folder = self._scratch / manifest.name
        shutil.rmtree(folder, ignore_errors=True)
        sizes = dict(self._sizes(manifest.name))
        stored = [(path, sizes.get(path, -1), "") for path, _, digest in manifest.files if not digest]
        for path, _, digest in manifest.files:
            if digest:
                (folder / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._bucket.get(f"{manifest.name}/{path}", folder / path)
        _check(f"{self._bucket.address}/{manifest.name}", manifest.files, [*_hashed(folder), *stored])
        return folder

    def _sizes(self, name: str) -> list[tuple[str, int]]:
        return [(key.removeprefix(f"{name}/"), size) for key, size in self._bucket.listed(f"{name}/")]


def manifests(place: Place) -> list[Manifest]:
    """Of the backups that can be read, oldest first."""
    return [manifest for manifest in place.found().values() if manifest]


def _own(found: Mapping[str, bytes]) -> Mapping[str, Manifest | None]:
    """By the name of the folder, what its manifest says."""
    read = {name: _manifest(content) for name, content in sorted(found.items())}
    return {name: manifest for name, manifest in read.items() if manifest is None or manifest.name == name}


def _manifest(content: bytes) -> Manifest | None:
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _write(folder: Path, manifest: Manifest) -> Path:
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return folder / MANIFEST


def _check(where: str, wanted: list[File], found: list[File]) -> None:
    there = {path: (size, digest) for path, size, digest in found}
    for path, size, digest in wanted:
        if there.get(path) != (size, digest):
            raise FatalError(f"the backup {where} is damaged: {path} is not what was written")


def _hashed(folder: Path) -> Iterator[File]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield path.relative_to(folder).as_posix(), path.stat().st_size, digest
