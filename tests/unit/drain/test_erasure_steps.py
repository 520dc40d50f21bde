from __future__ import annotations

from contextlib import contextmanager, nullcontext

from footfall.drain.erasure import Erasure
from footfall.model.erasure import Subject
from footfall.store.protocol import Piece

PROJECT, ADA = Subject(3), Subject(7, "ada", 1)


class Subjects:
    """A deleted project, and a visitor of another one."""

    def __init__(self):
        self.left = [PROJECT, ADA]

    def open(self):
        return list(self.left)

    def expire(self) -> None:
        """Nothing is kept."""

    def done(self, subject):
        self.left.remove(subject)


class Store:
    """Two partitions of project 3, none of the visitor."""

    def __init__(self):
        self.erased = 0
        self.facts = self

    def background(self):
        return nullcontext()

    def to_erase(self, project, visitors):
        assert (visitors is None) == (project == 3)
        return Piece("events", "202605", ("events",), (0,)) if project == 3 and self.erased < 2 else None

    def erase(self, *_):
        self.erased += 1


class Rounds:
    def __init__(self):
        self.rounds = 5
        self.quiet = True
        self.marked = []

    @contextmanager
    def quiesced(self):
        yield self.quiet

    def mark(self, touched):
        self.marked += touched

    @contextmanager
    def removing(self, _):
        yield


class Journal:
    def remove_set_aside(self):
        pass


class Spool:
    """Refuses once."""

    def __init__(self):
        self.rewritten = []
        self.refuses = True

    def rewrite(self, signs, _):
        if self.refuses:
            self.refuses = False
            raise TimeoutError
        self.rewritten.append(signs)


def test_rows_go_bit_by_bit_once_no_batch_can_write_more_and_the_spools_last():
    subjects, store, drain, spool = Subjects(), Store(), Rounds(), Spool()
    erasure = Erasure(subjects, store, drain, lambda: [("serve", spool)], Journal())
    erasure()
    assert store.erased == 0  # the round under way may have been planned before the deletion
    drain.rounds, drain.quiet = 6, False
    erasure()
    assert store.erased == 0
    drain.quiet = True
    for erased in (1, 2):
        erasure()
        assert (store.erased, len(drain.marked), subjects.left) == (erased, erased, [PROJECT, ADA])
    try:
        erasure()
    except TimeoutError:
        assert subjects.left == [PROJECT, ADA]  # it is tried again
    erasure()
    assert (subjects.left, spool.rewritten) == ([ADA], [[]])
    erasure()
    assert subjects.left == []
    assert b"ada" in spool.rewritten[1]
    erasure()
    assert store.erased == 2
