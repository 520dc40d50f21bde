from __future__ import annotations

import sqlite3
import stat
from contextlib import closing

import pytest

from footfall.clock import DAY
from footfall.errors import UserError
from footfall.filelock import try_lock
from footfall.model.raw import EventRows, RawEvent
from footfall.settings import Settings
from footfall.spool import spools as module
from footfall.spool.protocol import Key, Submission
from footfall.spool.spools import SERVER, Spools

NOW = 1_780_000_000_000


class FakeClock:
    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def make(tmp_path, clock):
    """Each call is a process of its own on the same directory."""
    made = []

    def process() -> Spools:
        made.append(Spools(Settings(data=tmp_path / "data", spool_max_events=100), clock))
        return made[-1]

    yield process
    for spools in made:
        spools.close()


def submit(spool, count: int = 1, key: str = "") -> None:
    rows = [RawEvent(NOW, 1, number) for number in range(count)]
    spool.append([Submission(EventRows(1, NOW, rows), Key(1, key) if key else None)])


def drain(spools: Spools) -> None:
    for _, spool in spools:
        while batch := spool.take(1000):
            spool.finish(batch)


def names(spools: Spools) -> list[str]:
    return [name for name, _ in spools]


def test_the_server_s_spool_comes_first(make):
    spools = make()
    for name in ("import", SERVER, "aaa"):
        spools.own(name)
    assert names(spools) == [SERVER, "aaa", "import"]


def test_a_name_in_use_gets_a_number(make):
    one, two = make(), make()
    assert one.own("import").path.stem == "import"
    assert two.own("import").path.stem == "import-2"
    one.close()
    assert make().own("import").path.stem == "import"


def test_a_spool_that_is_shared_with_none(make):
    one, two = make(), make()
    one.only("tail-a").append([], b"place")
    with pytest.raises(UserError, match=r"another process writes to .*tail-a\.db") as caught:
        two.only("tail-a")
    assert caught.value.code == "busy"
    one.close()
    assert two.only("tail-a").note() == b"place"


def test_a_spool_with_a_note_stays(make, clock):
    server, tail = make(), make()
    tail.only("tail-a").append([], b"place")
    tail.close()
    clock.now += 365 * DAY
    server.sweep()
    assert names(server) == ["tail-a"]


def test_another_process_s_spool_appears(make):
    server, importing = make(), make()
    server.own(SERVER)
    submit(importing.own("import"), 3)
    assert names(server) == [SERVER, "import"]
    assert (server.state().waiting, server.state().capacity) == (3, 100)


@pytest.mark.parametrize("taking", ["own", "only"])
def test_a_spool_goes_on_where_another_process_left_it(make, taking):
    """The server, which drains the spool of imports, imports an upload into it after others have imported."""
    server = make()
    for count in (5, 7, 11):
        importing = make()
        submit(importing.own("import"), count)
        drain(server)
        importing.close()
    spool = getattr(server, taking)("import")
    for _ in range(2):
        submit(spool, 13)
    assert spool.counted == (26, 23)
    assert server.state().waiting == 26
    batches = []
    while batch := spool.take(1000):
        batches.append(sum(len(record.rows) for record in spool.records(batch)))
        spool.finish(batch)
    assert batches == [26]
    assert spool.counted == (0, 49)


def test_a_file_that_another_process_mended_is_opened_anew(make, tmp_path):
    server = make()
    importing = make()
    submit(importing.own("import"))
    importing.close()
    drain(server)
    file = tmp_path / "data" / "spool" / "import.db"
    content = bytearray(file.read_bytes())
    content[4096:8192] = bytes(4096)
    file.write_bytes(content)
    importing = make()
    submit(importing.own("import"), 7)
    server.refresh()
    assert server.state().waiting in {7, 8}  # the row that was drained may have lost its note of it
    drain(server)
    server.refresh()
    assert server.state().waiting == 0


def test_a_batch_goes_on_while_its_spool_is_taken_over(make):
    """As when the machine that it comes from sends again, after a restart here."""
    sender = make()
    submit(sender.only("from-a"), 3)
    sender.close()
    server = make()
    ((_, draining),) = server
    batch = draining.take(100)
    submit(server.only("from-a"), 2)
    assert [len(record.rows) for record in draining.records(batch)] == [3]
    draining.finish(batch)
    assert server.state().waiting == 2
    drain(server)
    server.refresh()
    assert (server.state().waiting, server.state().drained) == (0, 5)


def test_a_batch_goes_on_while_another_process_mends_the_file(make, tmp_path):
    importing, server = make(), make()
    submit(importing.own("import"), 3)
    importing.close()
    ((_, draining),) = server
    batch = draining.take(100)
    file = tmp_path / "data" / "spool" / "import.db"
    content = file.read_bytes()
    file.rename(file.with_suffix(".aside"))
    file.write_bytes(content)  # another file, as after it was mended
    server.refresh()
    draining.finish(batch)
    server.refresh()
    assert (server.state().waiting, server.state().drained) == (0, 3)


def test_a_spool_of_one_s_own_stays_the_same_object_when_it_is_mended(make, tmp_path):
    spools = make()
    own = spools.own("serve")
    submit(own, 3)
    file = tmp_path / "data" / "spool" / "serve.db"
    content = bytearray(file.read_bytes())
    content[4096:8192] = bytes(4096)
    file.write_bytes(content)
    file.rename(file.with_suffix(".aside"))
    file.write_bytes(bytes(content))  # another file, as after it was mended
    for _ in range(3):
        spools.refresh()
    assert dict(spools)["serve"] is own


def test_damage_is_looked_for_when_a_spool_is_taken_over(make, tmp_path):
    """What the mark says was acknowledged, and the file no longer holds, is counted as lost."""
    server = make()
    importing = make()
    own = importing.own("import")
    for _ in range(3):
        submit(own, 3)
    server.refresh()
    importing.close()
    with closing(sqlite3.connect(tmp_path / "data" / "spool" / "import.db")) as db, db:
        db.execute("DELETE FROM rows WHERE seq = 3")
    spool = server.own("import")
    assert spool.state().lost == 3
    submit(spool)
    assert spool.take(100).last == 4


def test_figures_are_added_up(make):
    spools = make()
    submit(spools.own(SERVER), 2)
    submit(spools.own("import"), 3)
    assert spools.state().waiting == 5
    drain(spools)
    assert (spools.state().waiting, spools.state().drained) == (0, 5)


def test_own_events_are_counted_at_once_and_others_when_they_are_looked_at(make):
    server, importing = make(), make()
    submit(server.own(SERVER), 2)
    submit(importing.own("import"), 3)
    assert server.state().waiting == 2
    server.refresh()
    assert server.state().waiting == 5
    submit(server.own("more"), 1)
    drain(importing)
    assert server.state().waiting == 6, "drained by another process, as is seen at the next look"
    server.refresh()
    assert (server.state().waiting, server.state().drained) == (0, 6)


def test_without_a_spool_there_is_nothing(make):
    state = make().state()
    assert (state.waiting, state.drained, state.capacity) == (0, 0, 100)


def test_what_is_left_behind_goes_once_nothing_in_it_is_of_use(make, clock):
    server, importing = make(), make()
    server.own(SERVER)
    submit(importing.own("import"), key="block 1")
    server.sweep()
    assert "import" in names(server)  # in use, and something waits
    importing.close()
    server.sweep()
    assert "import" in names(server)  # something waits
    drain(server)
    server.sweep()
    assert "import" in names(server)  # its key holds for a day
    clock.now += DAY
    server.sweep()
    assert names(server) == [SERVER]
    assert not list(server.directory.glob("import.db*"))


def test_the_server_s_own_spool_stays(make, clock):
    server = make()
    submit(server.own(SERVER))
    drain(server)
    clock.now += 2 * DAY
    server.sweep()
    assert names(server) == [SERVER]


def test_only_the_owner_may_look(make):
    spools = make()
    submit(spools.own(SERVER))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in spools.directory.iterdir()}
    assert stat.S_IMODE(spools.directory.stat().st_mode) == 0o700
    assert {name for name, mode in modes.items() if mode & 0o077} == set()


def test_a_spool_whose_lock_is_closed_to_this_user_holds_up_no_other(make, monkeypatch):
    """Another user's command has made it."""
    spools = make()
    submit(spools.own(SERVER))
    other = make()
    submit(other.own("import"))
    other.close()

    def closed_to_others(path):
        if path.stem == "import":
            raise PermissionError(13, "Permission denied")
        return try_lock(path)

    monkeypatch.setattr(module, "try_lock", closed_to_others)
    assert names(spools) == [SERVER]
    (one,) = spools.unreadable()
    assert (one.spool, one.reason) == ("import", "the spool's lock can't be opened: Permission denied")
    monkeypatch.undo()
    assert names(spools) == [SERVER, "import"]
    assert spools.unreadable() == []
