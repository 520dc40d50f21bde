"""The move of an installation's store to another one, while its server runs: `footfall move`.

Passes copy what has changed since the pass before. The last one is made while nothing is written to the store; what is
collected meanwhile waits in the spools, and is drained into the new store once the server is started with it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep

import msgspec
import structlog

from footfall.clock import Clock, system_clock
from footfall.drain.inventory import INVENTORY, Inventory
from footfall.drain.journal import Journal
from footfall.errors import FatalError, TransientError, UserError
from footfall.meta import Meta, StoreMove, drained_from
from footfall.runtime import request_files
from footfall.runtime.comparing import Comparison, compare
from footfall.runtime.moved import told
from footfall.settings import Settings
from footfall.store.clickhouse import open_store, place_of
from footfall.store.clickhouse.copying import Copying, Piece, Place
from footfall.store.lock import lock_data_directory
from footfall.store.protocol import Store

PASSES = 20
"""Most passes before the last one."""

SHORT = 5.0
"""Seconds of a pass after which the last one follows."""

_SHORTER = 0.7
_PATIENCE = 60.0
_LAST_PASSES = 3
_NAME = "move"
_STOP = "stop it, cancel, and start it with the old store"


class Moved(msgspec.Struct, frozen=True):
    """`rows` by table; `paused` are the seconds for which nothing was drained."""

    target: str
    rows: dict[str, int]
    paused: float


class Quiet:
    """How nothing is written to the store for a while, or any more. For a store that nobody else has open."""

    @contextmanager
    def pause(self) -> Iterator[bool]:
        """Whether nothing is written while the block lasts."""
        yield True

    def end(self, reason: str) -> None:
        """Nothing is written any more. Called within a pause."""


class Mover:
    """Moves the store that a process has open. `stop` ends a move under way, from any thread."""

    def __init__(self, settings: Settings, meta: Meta, store: Store, quiet: Quiet, clock: Clock = system_clock) -> None:
        self._settings = settings
        self._meta = meta
        self._store = store
        self._quiet = quiet
        self._clock = clock
        self._stopping = threading.Event()
        self._log = structlog.get_logger("move")

    def stop(self) -> None:
        self._stopping.set()

    def move(self, url: str) -> Moved:
        """FatalError where it can't be done; what an interruption or a failure leaves is gone on with by the next."""
        with self.target(url) as target:
            place = place_of(self._there(url))
            _migrate(target, place)
            self._begin(place, target)
            copying = Copying(self._store, target, self._known(), self._keep, self._check_stop)
            self._approach(copying)
            return self._finish(copying, place)

    @contextmanager
    def target(self, url: str) -> Iterator[Store]:
        """The other store, opened beside the one here."""
        scheme, given, _ = url.partition("://")
        if scheme not in {"clickhouse", "clickhouses"}:
            shown = f"the scheme {scheme!r}" if given else "no scheme"  # what stands there may be a password
            raise FatalError(f"--to has {shown}: a store is moved to clickhouse://user:password@host:8123/database")
        settings = self._there(url)
        place = place_of(settings, "--to")
        if place == place_of(self._settings):
            raise FatalError(f"{place} is the store already")
        with closing(open_store(settings, self._meta.slots.shards, alone=False)) as opened:
            yield opened

    def check(self, url: str) -> Comparison:
        """Of the figures up to the move, or up to now."""
        found = self._meta.moves.current()
        with self.target(url) as target:
            place = place_of(self._there(url))
            if found is None or found.target != place:
                raise FatalError(f"nothing has been moved to {place}: `footfall move --to` does it")
            until = found.moved_at or self._clock()
            return compare(self._settings, self._meta, self._store, target, until)

    def _there(self, url: str) -> Settings:
        return self._settings.model_copy(update={"store_url": url})

    def _begin(self, place: str, target: Store) -> None:
        found = self._meta.moves.current()
        if found and found.moved_at:
            raise FatalError(told(found))
        if len(self._store.shards) > 1 or "?cluster=" in place_of(self._settings):
            raise FatalError("the tables of a cluster can't be moved")
        if found and (found.source, found.target) == (place_of(self._settings), place):
            return
        if target.row_bytes().keys() - {"schema_migrations"}:
            raise FatalError(f"{place} has rows already: name a database that is empty")
        self._meta.moves.begin(place_of(self._settings), place)

    def _known(self) -> Mapping[Place, Piece]:
        return {Place(*place): Piece(*piece) for place, piece in self._meta.moves.pieces().items()}

    def _keep(self, place: Place, piece: Piece) -> None:
        self._meta.moves.keep(place, piece.position, piece.rows)

    def _check_stop(self) -> None:
        if self._stopping.is_set():
            raise TransientError("the server stops: run the command again, it goes on with what is left")

    def _approach(self, copying: Copying) -> None:
        """Passes until one is short, or they get no shorter: then what changes meanwhile is all that is left."""
        before = float("inf")
        for number in range(PASSES):
            started = monotonic()
            left = copying.advance()
            took = monotonic() - started
            self._log.info("tables are copied", number=number + 1, seconds=round(took, 1), partitions_that_changed=left)
            if took < SHORT or took > _SHORTER * before:
                return
            before = took

    def _finish(self, copying: Copying, place: str) -> Moved:
        """Once nothing is written: a last pass, and the other store is the store."""
        if self._store.facts.sessions_without_facts():
            raise FatalError("an upgrade still works through the sessions of this store: move it once that is done")
        end, left = monotonic() + _PATIENCE, 0
        while monotonic() < end:
            with self._quiet.pause() as quiet:
                started, left = monotonic(), 0
                for _ in range(_LAST_PASSES if quiet else 0):
                    left = copying.advance()
                    if not left:
                        break
                if quiet and not left:
                    if not self._meta.moves.complete():
                        raise FatalError("the move was cancelled: this store is the store still")
                    move = StoreMove(place_of(self._settings), place, 1)
                    self._quiet.end(told(move))
                    self._log.info("the store is moved", target=place)
                    return Moved(place, self._rows(), monotonic() - started)
            self._check_stop()
            sleep(0.05)
        if left:
            raise FatalError(
                f"{place} does not become equal: its rows differ in {left} partitions, though nothing is written to the"
                " store. Does somebody else write to one of them, or does the address name a server twice?"
            )
        raise TransientError("the drain does not come to an end of its batch: run the command again")

    def _rows(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for (table, _), (_, rows) in self._meta.moves.pieces().items():
            found[table] = found.get(table, 0) + rows
        return found


def _migrate(target: Store, place: str) -> None:
    try:
        target.migrate()
    except TransientError as error:
        raise TransientError(f"{place} can't be reached: {error}") from error
    except FatalError as error:
        raise FatalError(f"{place}: {error}") from error


def cancel(data: Path, meta: Meta, clock: Clock = system_clock) -> int:
    """Make the store that was moved the store again, without what the other one got since. UserError where none was.

    Returns how many visitors were forgotten in the other one since: the old one knows them.
    """
    found = meta.moves.current()
    if found is None:
        raise UserError("not_found", "there is no move to cancel: the store is where it was")
    if not found.moved_at:
        meta.moves.cancel()  # a server that moves it goes on with the old one
        return 0
    if place := drained_from(meta.database, clock):
        raise UserError("busy", f"a server drains into the new store, {place}: {_STOP}")
    try:
        lock = lock_data_directory(data)
    except FatalError as error:
        raise UserError("busy", f"the store has been moved, and a server runs: {_STOP}") from error
    with lock:
        _forget_batches(data / "drain")
        meta.moves.cancel()
    return meta.erasures.done_since(found.moved_at)


def _forget_batches(drain: Path) -> None:
    """Those that the other store got: the old one does not miss them, and a plan made from the other does not fit."""
    if (drain / INVENTORY).exists():
        with closing(Inventory(drain / INVENTORY)) as inventory:
            inventory.begin_anew()
        Journal(drain).lose_all()


class _Wanted(msgspec.Struct, frozen=True):
    id: str
    to: str
    check: bool


class _Made(msgspec.Struct, frozen=True):
    id: str
    moved: Moved | None = None
    compared: Comparison | None = None
    error: str = ""


def ask_move(data: Path, to: str) -> Moved:
    """Has the server of a data directory move its store. FatalError where it fails, or the server ends."""
    made = _asked(data, to, check=False)
    if made.moved is None:
        raise FatalError(made.error)
    return made.moved


def ask_check(data: Path, to: str) -> Comparison:
    """Has it compare the figures of both stores."""
    made = _asked(data, to, check=True)
    if made.compared is None:
        raise FatalError(made.error)
    return made.compared


def _asked(data: Path, to: str, *, check: bool) -> _Made:
    return request_files.ask(data, _NAME, _Wanted(secrets.token_hex(8), to, check), _Made)


class MoveWork:
    """Called once a second on a thread of the server: does what commands ask for."""

    def __init__(self, data: Path, mover: Mover) -> None:
        self._data = data
        self._mover = mover

    def __call__(self) -> None:
        request_files.attend(self._data, _NAME, _Wanted, self._made, lambda id_, error: _Made(id_, error=error))

    def _made(self, wanted: _Wanted) -> _Made:
        if wanted.check:
            return _Made(wanted.id, compared=self._mover.check(wanted.to))
        return _Made(wanted.id, moved=self._mover.move(wanted.to))
