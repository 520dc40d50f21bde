from collections import Counter

from footfall.meta import Meta


def test_slots_stay_where_they_were_first_put(meta: Meta) -> None:
    first = meta.slots.shards(2)
    assert Counter(first) == {0: 512, 1: 512}
    assert meta.slots.shards(3) == first
