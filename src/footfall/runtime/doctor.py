"""What is wrong with an installation, and what can be done about it. Each check looks at one thing.

It works beside a running server, which alone may look into the store then.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, disk_usage
from tempfile import TemporaryDirectory

from footfall.catalog.tables import Table
from footfall.clock import MINUTE, Clock
from footfall.drain.inventory import INVENTORY, Difference, Inventory
from footfall.drain.journal import Journal
from footfall.errors import FatalError, FootfallError, TransientError
from footfall.filelock import try_lock
from footfall.meta import open_meta
from footfall.runtime.moved import check_not_moved
from footfall.runtime.parts import RESTORING, user_name
from footfall.settings import Settings
from footfall.spool.glance import left, newest_receipt
from footfall.spool.mark import Mark
from footfall.spool.salvage import SET_ASIDE, SUFFIXES, heal, is_sound, last_row
from footfall.store.clickhouse import (
    applied_migration,
    detached_parts,
    newest_migration,
    open_store,
    unreadable_mutations,
)
from footfall.store.lock import holder
from footfall.store.protocol import Store

LEAST_FREE = 1 << 30
"""Bytes that should be free on the disk: merges need room beside what they merge."""

_ROOT = 0
"""The number of the user, and of its group."""

_MEANING = {"rejected": "could not be processed", "damaged": "did not pass their checksum", "lost": "are gone"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`repair` is what `--repair` does about it, `""` where that is the operator's; `repaired` says that it has."""

    check: str
    says: str
    repair: str = ""
    repaired: bool = False


Check = Callable[[Settings, Clock, bool], Iterator[Finding]]


def examine(settings: Settings, clock: Clock, *, repair: bool) -> list[Finding]:
    """All findings; none where everything is sound. A store is examined only if it is the installation's, and whole."""
    elsewhere = [*_restore(settings), *_move(settings, clock)]
    checks = [check for check in CHECKS if not elsewhere or check not in OF_STORE]
    return elsewhere + [finding for check in checks for finding in check(settings, clock, repair)]


def _restore(settings: Settings) -> Iterator[Finding]:
    if (settings.data / RESTORING).exists():
        yield Finding("restore", "a restore is under way, or was interrupted: run `footfall restore` again")


def _move(settings: Settings, clock: Clock) -> Iterator[Finding]:
    if settings.meta_url or (settings.data / "meta.db").exists():
        with closing(open_meta(settings, clock)) as meta:
            try:
                check_not_moved(settings, meta)
            except FatalError as error:
                yield Finding("move", str(error))


def _permissions(settings: Settings, _: Clock, repair: bool) -> Iterator[Finding]:
    """Only the owner may look. The store's own folder is closed by the directory around it."""
    paths = [settings.data, *settings.data.glob("*"), *settings.data.glob("spool/*"), *settings.data.glob("drain/*")]
    for path in paths:
        found = path.stat()
        mode, user = stat.S_IMODE(found.st_mode), os.geteuid()
        others = mode & others_bits(found.st_uid, found.st_gid, user=user)
        if others and (path == settings.data or path.is_file()):
            says, mine = f"{path} is open to others ({mode:04o})", user in {_ROOT, found.st_uid}
            if not mine:
                yield Finding("permissions", f"{says}, and only its owner can close it")
                continue
            if repair:
                path.chmod(mode & ~others)
            yield Finding("permissions", says, "close it to others", repair)
    yield from _of_others(settings.data / "spool", repair=repair)


def _of_others(spools: Path, *, repair: bool) -> Iterator[Finding]:
    """Files that another user's command has left, which are closed to the server: it drains nothing of them."""
    if not spools.is_dir():
        return
    owner = spools.stat()
    for path in sorted(spools.glob("*")):
        try:
            found = path.lstat()
        except FileNotFoundError:  # a running server's
            continue
        user = found.st_uid
        if user == owner.st_uid or not stat.S_ISREG(found.st_mode):
            continue
        says = f"{path} belongs to {user_name(user)}, its folder to {user_name(owner.st_uid)}"
        if os.geteuid() != _ROOT:
            yield Finding("permissions", f"{says}: give it to the latter")
            continue
        if repair:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
        yield Finding("permissions", says, "give it to the latter", repair)


def others_bits(owner: int, group: int, *, user: int) -> int:
    """The bits of a mode that let others in.

    Those of the group don't where it is root's, which may look at everything anyway, and where `user` itself has access
    by the group alone. Containers run so: as any user of the group 0, or of the group of their volume.
    """
    by_group = user not in {_ROOT, owner}
    return 0o007 if by_group or group == _ROOT else 0o077


def _disk(settings: Settings, *_: object) -> Iterator[Finding]:
    free = disk_usage(settings.data).free
    if free < LEAST_FREE:
        yield Finding("disk", f"{free >> 20} MiB are free on the disk of {settings.data}: make room, or add some")


def _clock(settings: Settings, clock: Clock, _: bool) -> Iterator[Finding]:
    """Rows of the future say that the clock has gone back since."""
    for path in settings.data.glob("spool/*.db"):
        newest = newest_receipt(path)
        if newest > clock() + MINUTE:
            yield Finding(
                "clock", f"{path.stem} took rows {(newest - clock()) // 1000} s ahead of this machine's clock"
            )


def _spools(settings: Settings, clock: Clock, repair: bool) -> Iterator[Finding]:
    for path in sorted(settings.data.glob("spool/*.db")):
        lock = try_lock(path.with_suffix(".lock"))
        if lock is None:
            continue  # the process that writes to it checks it
        with lock, closing(Mark(path.with_suffix(".mark"))) as mark:
            marked = mark.read()
            sound, last = _looked_at(settings.data, path)
            behind = last < marked.seq
            if not sound or behind:
                if repair:
                    heal(path, marked, clock())
                says = "is damaged" if not sound else "has lost rows that were acknowledged"
                yield Finding("spools", f"{path} {says}", "read what can be read, count the rest", repair)


def _looked_at(data: Path, path: Path) -> tuple[bool, int]:
    """Whether a spool's file is sound, and its last row: of a copy, since SQLite changes what it opens."""
    with TemporaryDirectory(dir=data, prefix="doctor-") as folder:
        copied = Path(folder) / path.name
        for suffix in SUFFIXES[:2]:
            with suppress(FileNotFoundError):
                copyfile(path.with_name(path.name + suffix), copied.with_name(copied.name + suffix))
        sound = is_sound(copied)
        return sound, last_row(copied) if sound else 0


def _left_in_spools(settings: Settings, *_: object) -> Iterator[Finding]:
    for path in sorted(settings.data.glob("spool/*.db")):
        for table, count in left(path).items():
            if count:
                yield Finding("spools", f"{path}: {count} rows of `{table}` {_MEANING[table]}; the table keeps them")


def _plans(settings: Settings, _: Clock, repair: bool) -> Iterator[Finding]:
    """A running server reads its plans itself."""
    if holder(settings.data) is None and (settings.data / "drain").is_dir():
        journal = Journal(settings.data / "drain")
        for path in journal.unreadable():
            if repair:
                spool, number = path.stem.rsplit("-", 1)
                journal.read(spool, int(number))  # which sets it aside
            yield Finding("plans", f"{path} can't be read", "set it aside; the batch is completed without it", repair)


def _set_aside(settings: Settings, *_: object) -> Iterator[Finding]:
    for folder in ("spool", "drain"):
        files = list((settings.data / folder / SET_ASIDE).glob("*"))
        if files:
            yield Finding("set aside", f"{len(files)} files in {files[0].parent}: look at them, then remove them")


def _mutations(settings: Settings, _: Clock, repair: bool) -> Iterator[Finding]:
    """The store does not open with them, so they are looked for in its files."""
    if holder(settings.data) is None:
        for path in unreadable_mutations(settings):
            if repair:
                aside = settings.data / "clickhouse-damaged"
                aside.mkdir(mode=0o700, exist_ok=True)
                path.rename(aside / f"{path.parent.name}-{path.name}")
            yield Finding("store", f"{path} says nothing, so the store does not open", "set it aside", repair)


def _store(settings: Settings, _: Clock, repair: bool) -> Iterator[Finding]:
    if holder(settings.data) is not None or not (settings.data / "clickhouse").exists():
        return
    try:
        store = open_store(settings)
        try:
            applied = applied_migration(store)
            parts = detached_parts(store)
            missing = store.missing_tables() if applied == newest_migration() else set()
            if missing and repair:
                store.remake_tables()
            yield from _tables(missing, repaired=repair)
            yield from _missing_rows(settings, store) if not missing or repair else ()
        finally:
            store.close()
    except FootfallError as error:
        yield Finding(
            "store", f"the store can't be read ({error}): restore a backup, or move {settings.data}/clickhouse away"
        )
        return
    if applied != newest_migration():
        yield Finding(
            "migrations", f"the store has schema {applied}, this version {newest_migration()}: start the server"
        )
    for part in parts:
        yield Finding("parts", f"part {part.name} of {part.table} is set aside ({part.reason or 'by hand'})")


def _tables(missing: set[str], *, repaired: bool) -> Iterator[Finding]:
    for table in sorted(missing):
        yield Finding(
            "store",
            f"the table {table} is gone, so the server does not start",
            "make it again, with its rows if they are still there",
            repaired,
        )


def _missing_rows(settings: Settings, store: Store) -> Iterator[Finding]:
    """What the inventory says that the store should hold, and does not."""
    differences: list[Difference] = []
    with suppress(TransientError), _inventory(settings) as inventory:  # `_lost_rows` tells of one that is damaged
        found = store.facts.tallies() if inventory else None
        if inventory and found is not None:
            differences = inventory.differences(found)
    others = {one.month for one in differences if one.missing < 0 and one.table is not Table.SESSIONS}
    for one in differences:
        # More facts than were noted are somebody else's, and so are sessions beside them.
        if (one.month not in others) if one.table is Table.SESSIONS else one.missing > 0:
            yield Finding("rows", f"{_amount(one.table, one.missing)} of {one.month} are missing: start the server")


def _lost_rows(settings: Settings, _: Clock, repair: bool) -> Iterator[Finding]:
    try:
        with _inventory(settings) as inventory:
            losses = inventory.losses() if inventory else []
            if inventory and repair:
                inventory.accept_losses()
    except TransientError as error:
        yield Finding("rows", f"{error.message} The drain begins a damaged one anew, and believes its first count.")
        return
    for loss in losses:
        says = f"{_amount(loss.table, loss.amount)} of {loss.month} are lost"
        yield Finding("rows", f"{says}: restore a backup to see them", "tell of them no more", repair)


@contextmanager
def _inventory(settings: Settings) -> Iterator[Inventory | None]:
    """None where there is no file."""
    path = settings.data / "drain" / INVENTORY
    if not path.exists():
        yield None
        return
    with closing(Inventory(path, retention_days=settings.retention_days, owned=False)) as inventory:
        yield inventory


def _amount(table: str, amount: int) -> str:
    return "sessions" if table == Table.SESSIONS else f"{amount:,} rows of {table}"


CHECKS: tuple[Check, ...] = (
    _permissions,
    _disk,
    _clock,
    _spools,
    _left_in_spools,
    _plans,
    _set_aside,
    _mutations,
    _store,
    _lost_rows,
)

OF_STORE = (_plans, _mutations, _store, _lost_rows)
