from footfall.meta import Meta


def test_a_move_is_begun_gone_on_with_and_completed(meta: Meta) -> None:
    assert meta.moves.current() is None
    meta.moves.begin("here", "there")
    meta.moves.keep(("events", "202605"), "3 0 0", 7)
    meta.moves.keep(("events", "202605"), "4 0 0", 9)
    assert meta.moves.pieces() == {("events", "202605"): ("4 0 0", 9)}
    found = meta.moves.current()
    assert found
    assert (found.source, found.target, found.moved_at) == ("here", "there", 0)
    assert meta.moves.complete()
    found = meta.moves.current()
    assert found
    assert found.moved_at


def test_another_target_begins_anew_with_slots_of_its_own(meta: Meta) -> None:
    meta.moves.begin("here", "there")
    meta.moves.keep(("events", "202605"), "3 0 0", 7)
    assert max(meta.slots.shards(2)) == 1
    meta.moves.begin("here", "elsewhere")
    assert meta.moves.pieces() == {}
    assert max(meta.slots.shards(3)) == 2


def test_a_cancelled_move_leaves_nothing(meta: Meta) -> None:
    meta.moves.begin("here", "there")
    meta.moves.keep(("events", "202605"), "3 0 0", 7)
    assert meta.moves.cancel()
    assert meta.moves.current() is None
    assert meta.moves.pieces() == {}
    assert not meta.moves.cancel()


def test_a_move_that_was_cancelled_meanwhile_does_not_come_to_its_end(meta: Meta) -> None:
    meta.moves.begin("here", "there")
    meta.moves.cancel()
    assert not meta.moves.complete()
    assert meta.moves.current() is None
