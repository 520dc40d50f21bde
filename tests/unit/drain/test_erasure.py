from __future__ import annotations

from contextlib import contextmanager

from footfall.drain.erasure import Erasure


class Projects:
    """Two deleted projects."""

    def __init__(self):
        self.left = [3, 7]

    def to_erase(self):
        return list(self.left)

    def erased(self, number):
        self.left.remove(number)


class Facts:
    """Two partitions of project 3, none of project 7."""

    def __init__(self):
        self.calls = []

    def erase_some(self, project):
        self.calls.append(project)
        return project == 3 and self.calls.count(3) <= 2


class Rounds:
    def __init__(self):
        self.rounds = 5
        self.quiet = True

    @contextmanager
    def quiesced(self):
        yield self.quiet


def test_a_project_is_erased_bit_by_bit_once_no_batch_can_write_its_rows():
    projects, facts, drain = Projects(), Facts(), Rounds()
    erasure = Erasure(projects, facts, drain)
    erasure()
    assert facts.calls == []  # the round under way may have been planned before the deletion
    drain.rounds, drain.quiet = 6, False
    erasure()
    assert facts.calls == []
    drain.quiet = True
    for calls, left in (([3], [3, 7]), ([3, 3], [3, 7]), ([3, 3, 3], [7]), ([3, 3, 3, 7], [])):
        erasure()
        assert (facts.calls, projects.left) == (calls, left)
    erasure()
    assert len(facts.calls) == 4
