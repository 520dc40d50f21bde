"""Where backups lie: a directory or a bucket, in which each has a folder with a manifest, which is written last."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from footfall.errors import FatalError, TransientError, UserError
from footfall.filelock import try_lock
from footfall.runtime.s3 import Bucket
from footfall.settings import bucket_of
from footfall.store.protocol import BackupFolder

MANIFEST = "manifest.json"
STORE = "store"
SCRATCH = "backup.writing"
"""The folder of a data directory for files on their way to or from a bucket."""

NAMES = "%Y%m%dT%H%M%S%fZ"
"""The format of backups' names: when they were begun."""

_NAME = re.compile(r"[0-9]{8}T[0-9]{12}Z")
"""What `NAMES` makes. Folders under other names are never touched."""

_WRITING = ".writing"
_LOCK = ".lock"
"""The engine's, while it writes."""

File = tuple[str, int, str]
"""Path, bytes, and SHA-256; `""` for what the engine has written to a bucket, and checks itself."""


class Manifest(msgspec.Struct, frozen=True):
    """`base` names the full backup that this one needs, `""` for a full one. `files` are its own.

    `scheduled`: made by the schedule, not by a command. Earlier versions did not note it: theirs count as made by one.
    """

    name: str
    created_at: int
    version: str
    schema: int
    installation: str
    base: str
    rows: dict[str, int]
    files: list[File]
    scheduled: bool = False

    @property
    def bytes(self) -> int:
        return sum(size for _, size, _ in self.files)


Found = Mapping[str, Manifest | str]
"""Backups by name, oldest first; for one that can't be used the reason, which continues `the backup NAME …`."""


@dataclass(frozen=True, slots=True)
class Work:
    """A backup that is being made: `folder` takes all files but the store's."""

    name: str
    folder: Path
    store: BackupFolder


class Place(Protocol):
    """TransientError where it can't be used for now."""

    def alone(self) -> AbstractContextManager[object]:
        """For whoever makes or removes backups here. UserError where it is busy.

        Removes what was left by those who were interrupted at that.
        """

    def found(self) -> Found:
        """The backups that were completed here. Copies under other names are none."""

    def begin(self, name: str) -> Work: ...

    def files(self, work: Work) -> list[File]: ...

    def complete(self, work: Work, manifest: Manifest) -> None: ...

    def remove(self, name: str) -> None:
        """The manifest first: without it the rest is no backup."""

    def store(self, name: str) -> BackupFolder: ...

    def fetch(self, manifest: Manifest) -> Path:
        """A folder with its files but the store's, once all are as the manifest says; FatalError where one is not."""


def absolute(address: str) -> str:
    """The address of a place as another process understands it; UserError as `place_of`."""
    return address if _bucket_of(address) else str(Path(address).resolve())


def place_of(address: str, scratch: Path) -> Place:
    """A directory, or s3://bucket/prefix, for which `scratch` is a folder on this machine's disk.

    UserError `bad_parameter` for what is neither, FatalError for a bucket without credentials.
    """
    bucket = _bucket_of(address)
    return InBucket(Bucket(*bucket), scratch) if bucket else InDirectory(Path(address))


def _bucket_of(address: str) -> tuple[str, str] | None:
    try:
        return bucket_of(address)
    except ValueError as error:
        raise UserError("bad_parameter", f"{address!r} is no place of backups: {error}") from error


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

    @contextmanager
    def alone(self) -> Iterator[None]:
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                "bad_parameter", f"no backup can be written to {self._directory}: {error.strerror}"
            ) from error
        lock = try_lock(self._directory / "lock")
        if lock is None:
            raise UserError("busy", f"another backup is being written to {self._directory}")
        with lock:
            for path in self._listed():
                if _is_left(path):
                    shutil.rmtree(path)
            yield

    def found(self) -> Found:
        contents = {path.name: _content(path / MANIFEST) for path in self._listed() if _NAME.fullmatch(path.name)}
        return _own({name: content for name, content in contents.items() if content is not None})

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
        (self._directory / name / MANIFEST).unlink()
        shutil.rmtree(self._directory / name)

    def store(self, name: str) -> BackupFolder:
        return _Directory(self._directory / name / STORE)

    def fetch(self, manifest: Manifest) -> Path:
        folder = self._directory / manifest.name
        _check(f"{folder}", manifest.files, [*_hashed(folder)])
        return folder

    def _listed(self) -> list[Path]:
        """What lies here; nothing where the directory is not made yet."""
        try:
            return [*self._directory.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise TransientError(f"{self._directory} can't be read: {error.strerror}") from error


class InBucket:
    """A `Place`. The engine writes the store's files to the bucket itself; the others go through `scratch`."""

    def __init__(self, bucket: Bucket, scratch: Path) -> None:
        self._bucket = bucket
        self._scratch = scratch

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Other installations may write beside, so what is left of an interrupted backup goes after a day."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        keys = [key for key, _ in self._bucket.listed()]
        before = f"{datetime.now(UTC) - timedelta(days=1):{NAMES}}"
        for name in {_named(key) for key in keys} - {_named(key) for key in keys if _is_manifest(key)}:
            if name and name < before:
                self.remove(name)
        try:
            yield
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def found(self) -> Found:
        keys = [key for key, _ in self._bucket.listed() if _is_manifest(key)]
        return _own({_named(key): self._bucket.read(key) for key in keys})

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
        self._bucket.remove(f"{name}/{MANIFEST}")
        for path, _ in self._sizes(name):
            self._bucket.remove(f"{name}/{path}")

    def store(self, name: str) -> BackupFolder:
        return _Prefix(self._bucket, f"{name}/{STORE}/")

    def fetch(self, manifest: Manifest) -> Path:
        folder = self._scratch / manifest.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
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


def manifests(found: Found) -> list[Manifest]:
    """Of the backups that can be used, oldest first."""
    return [one for one in found.values() if isinstance(one, Manifest)]


def manifests_of(found: Found, installation: str) -> list[Manifest]:
    """The same, of one installation alone: others may have theirs in the same place."""
    return [one for one in manifests(found) if one.installation == installation]


def _is_left(path: Path) -> bool:
    """Whether it is the folder of a backup that was interrupted while it was made or removed."""
    name = path.name.removesuffix(_WRITING)
    if not _NAME.fullmatch(name) or path.is_symlink() or not path.is_dir():
        return False
    return name != path.name or _content(path / MANIFEST) is None


def _content(manifest: Path) -> bytes | str | None:
    """Of a file; None where there is none, and for one that can't be read the reason."""
    try:
        return manifest.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return f"can't be read: {error.strerror}"


def _named(key: str) -> str:
    """The backup that an object belongs to, `""` for others' objects."""
    name = key.partition("/")[0]
    return name if _NAME.fullmatch(name) else ""


def _is_manifest(key: str) -> bool:
    return bool(name := _named(key)) and key == f"{name}/{MANIFEST}"


def _own(found: Mapping[str, bytes | str]) -> Found:
    """By the name of the folder, what its manifest says."""
    read = {name: one if isinstance(one, str) else _manifest(one) for name, one in sorted(found.items())}
    return {name: one for name, one in read.items() if isinstance(one, str) or one.name == name}


def _manifest(content: bytes) -> Manifest | str:
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "is damaged: its manifest can't be read"


def _write(folder: Path, manifest: Manifest) -> Path:
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return folder / MANIFEST


def _check(where: str, wanted: list[File], found: list[File]) -> None:
    there = {path: (size, digest) for path, size, digest in found}
    for path, size, digest in wanted:
        if there.get(path) != (size, digest):
            raise FatalError(f"the backup {where} is damaged: {path} is not what was written")


def _hashed(folder: Path) -> Iterator[File]:
    for path in sorted(_files(folder)):
        if path.is_file() and path.name != MANIFEST:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield path.relative_to(folder).as_posix(), path.stat().st_size, digest


def _files(folder: Path) -> Iterator[Path]:
    """All that is below it. OSError where a folder can't be read, which `rglob` passes over."""

    def refuse(error: OSError) -> None:
        raise error

    for parent, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(parent, name) for name in names)
