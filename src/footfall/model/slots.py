"""Slots, by which rows are spread over the shards of a cluster: a key has one of a fixed number, a slot has a shard."""

from __future__ import annotations

from collections.abc import Sequence

SLOTS = 1024


def even(shards: int) -> Sequence[int]:
    """By slot the shard, from 0: neighbours in turn."""
    return [slot % shards for slot in range(SLOTS)]
