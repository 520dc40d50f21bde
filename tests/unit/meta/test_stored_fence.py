from __future__ import annotations

from footfall.clock import system_clock
from footfall.meta import Meta, StoredFence, open_meta
from footfall.model.progress import LastBatch
from footfall.settings import Settings


def test_other_processes_see_the_batch_that_is_being_written(meta: Meta, settings: Settings) -> None:
    drain, reader = StoredFence(meta.database), open_meta(settings, system_clock)
    seen = StoredFence(reader.database)
    assert seen.look() == LastBatch()
    drain.begin()
    first = seen.look()
    assert first.writing
    drain.end()
    assert seen.look() == first._replace(writing=False)
    drain.begin()
    assert seen.look().writing
    assert seen.look().name != first.name
    reader.close()


def test_a_batch_that_failed_is_the_same_when_it_is_repeated(meta: Meta) -> None:
    drain = StoredFence(meta.database)
    drain.begin()
    failed = drain.look()
    drain.begin()
    assert drain.look() == failed
    drain.end()
    assert drain.look() == LastBatch(failed.name)


def test_a_drain_that_starts_again_ends_what_was_left(meta: Meta) -> None:
    StoredFence(meta.database).begin()
    again = StoredFence(meta.database)
    again.begin()
    again.end()
    assert not again.look().writing
