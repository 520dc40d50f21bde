from __future__ import annotations

import stat

import pytest

from footfall.drain.journal import Journal
from footfall.drain.plan import Insert, Plan, Update
from footfall.model.changes import Merge, Move


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "drain"


def plan(number: int, **fields: object) -> Plan:
    defaults = {
        "inserts": [Insert("events", b"arrow\x00", "7:events")],
        "facts": {"events": 3},
        "changes": [
            Merge("events", [1], [1, 1 << 63], [2, 3], -5, 1 << 42),
            Move("events", 1, 1 << 63, "ü", [5, 6], [1, 1], [2, 3]),
            Move("requests", 1, 7, None, [5], [1], [2]),
        ],
        "updates": [Update("UPDATE …", {"old": [1, 1 << 63], "name": "ü"})],
    }
    return Plan(number, **(defaults | fields))


def test_a_plan_comes_back_word_for_word_after_a_restart(folder):
    Journal(folder).write("serve", plan(7))
    assert Journal(folder).read("serve", 7) == plan(7)


def test_plans_are_known_by_spool_and_number(folder):
    journal = Journal(folder)
    journal.write("serve", plan(7))
    assert journal.read("serve", 8) is None
    assert journal.read("import", 7) is None


def test_a_removed_plan_is_gone_and_removing_it_again_is_nothing(folder):
    journal = Journal(folder)
    journal.write("serve", plan(7))
    for _ in range(2):
        journal.remove("serve", 7)
        assert journal.read("serve", 7) is None


def test_a_file_that_was_not_finished_is_no_plan(folder):
    journal = Journal(folder)
    journal.write("serve", plan(7))
    (folder / "serve-8.writing").write_bytes(b"half")
    assert Journal(folder).read("serve", 8) is None
    assert {path.name for path in folder.iterdir()} == {"id", "serve-7.plan"}


@pytest.mark.parametrize(
    ("but", "left"),
    [(None, {"serve-2-7.plan", "import-7.plan"}), (7, {"serve-2-7.plan", "import-7.plan", "serve-7.plan"})],
)
def test_plans_left_behind_are_forgotten_of_that_spool_alone(folder, but, left):
    journal = Journal(folder)
    for name, number in (("serve", 6), ("serve", 7), ("serve-2", 7), ("import", 7)):
        journal.write(name, plan(number))
    journal.forget("serve", keep=but)
    assert {path.name for path in folder.glob("*.plan")} == left


def test_only_the_owner_may_look(folder):
    Journal(folder).write("serve", plan(7))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "serve-7.plan").stat().st_mode) == 0o600


def test_a_writer_is_the_same_after_a_restart_and_another_for_each_spool_and_drain(folder, tmp_path):
    first = Journal(folder).writer("serve")
    assert Journal(folder).writer("serve") == first
    assert len({first, Journal(folder).writer("import"), Journal(tmp_path / "other").writer("serve")}) == 3
