"""What `footfall move` refuses before it touches a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from footfall.errors import FatalError, TransientError, UserError
from footfall.meta import DrainLease, Meta, open_meta
from footfall.runtime import moving
from footfall.runtime.moving import Mover, Quiet, cancel
from footfall.settings import Settings
from footfall.store.lock import lock_data_directory
from footfall.store.protocol import Store

NEW = "clickhouse://user:secret@127.0.0.1:9/new"


class Empty:
    facts: Any = type("Facts", (), {"sessions_without_facts": lambda _: {}})()


@pytest.fixture
def meta(tmp_path: Path) -> Iterator[Meta]:
    opened = open_meta(Settings(data=tmp_path), lambda: 1)
    yield opened
    opened.close()


@pytest.fixture
def mover(tmp_path: Path, meta: Meta) -> Mover:
    return Mover(Settings(data=tmp_path), meta, cast("Store", object()), Quiet())


@pytest.mark.parametrize("url", ["u:secret@host/db", "http://u:secret@host/db", "chdb:///secret"])
def test_an_address_of_no_clickhouse_is_refused_without_being_repeated(mover: Mover, url: str) -> None:
    with pytest.raises(FatalError, match="scheme") as raised:
        mover.move(url)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["clickhouse://u:secret@h:port/db", "clickhouse://u:secret@a,b/db", "clickhouse://"])
def test_what_is_wrong_with_the_address_is_said_of_the_option(mover: Mover, url: str) -> None:
    with pytest.raises(FatalError, match=r"^--to ") as raised:
        mover.move(url)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("begun", ["", "clickhouse://127.0.0.1:9/other"])
def test_figures_are_compared_with_a_store_that_was_moved_to(mover: Mover, meta: Meta, begun: str) -> None:
    if begun:
        meta.moves.begin("here", begun)
    with pytest.raises(FatalError, match=r"nothing has been moved to .*/new"):
        mover.check(NEW)


def test_a_move_that_was_cancelled_meanwhile_does_not_end_the_drain(tmp_path: Path, meta: Meta) -> None:
    ended: list[str] = []

    class Ending(Quiet):
        def end(self, reason: str) -> None:
            ended.append(reason)

    class Copied:
        def advance(self) -> int:
            meta.moves.cancel()
            return 0

    mover = Mover(Settings(data=tmp_path), meta, cast("Store", Empty()), Ending())
    meta.moves.begin("here", "there")
    with pytest.raises(FatalError, match="cancelled"):
        mover._finish(cast("Any", Copied()), "there")
    assert ended == []


class Never(Quiet):
    @contextmanager
    def pause(self) -> Iterator[bool]:
        yield False


@pytest.mark.parametrize(
    ("quiet", "kind", "said"),
    [
        (Quiet(), FatalError, "there does not become equal: its rows differ in 3 partitions"),
        (Never(), TransientError, "the drain"),
    ],
)
def test_a_move_that_finds_no_end_says_what_keeps_it(
    tmp_path: Path, meta: Meta, monkeypatch: pytest.MonkeyPatch, quiet: Quiet, kind: type[Exception], said: str
) -> None:
    monkeypatch.setattr(moving, "_PATIENCE", 0.2)

    class Differs:
        def advance(self) -> int:
            return 3

    mover = Mover(Settings(data=tmp_path), meta, cast("Store", Empty()), quiet)
    with pytest.raises(kind, match=said):
        mover._finish(cast("Any", Differs()), "there")
    assert meta.moves.current() is None


def test_a_move_is_cancelled_while_no_server_has_the_store(tmp_path: Path, meta: Meta) -> None:
    with pytest.raises(UserError, match="there is no move"):
        cancel(tmp_path, meta)
    meta.moves.begin("here", "there")
    with lock_data_directory(tmp_path):
        cancel(tmp_path, meta)  # it has not been made: the old store is the store still
        meta.moves.begin("here", "there")
        meta.moves.complete()
        with pytest.raises(UserError, match="a server runs: stop it"):
            cancel(tmp_path, meta)
    lease = DrainLease(meta.database, lambda: 1, "1", "/data elsewhere")
    lease.take()
    with pytest.raises(UserError, match="a server drains into the new store, /data elsewhere: stop it"):
        cancel(tmp_path, meta, lambda: 2)
    lease.release()
    assert cancel(tmp_path, meta) == 0
    assert meta.moves.current() is None
    assert not (tmp_path / "drain").exists()


def test_a_cancelled_move_tells_who_was_forgotten_since(tmp_path: Path, meta: Meta) -> None:
    meta.create_project("shop")
    for name in ("ada", "eve"):
        meta.erasures.ask("shop", name)
    ada, eve = meta.erasures.open()
    meta.erasures.done(ada)
    meta.moves.begin("here", "there")
    meta.moves.complete()
    with closing(open_meta(Settings(data=tmp_path), lambda: 2)) as later:
        later.erasures.done(eve)
        assert later.erasures.done_since(2) == 1
    assert cancel(tmp_path, meta) == 2  # the first was done in the millisecond of the move
