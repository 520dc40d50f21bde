"""64-bit keys of visitors and sessions, vectorised. The same text gives the same key in every process and release."""

from __future__ import annotations

import re
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_HASH = re.compile(r"\A[0-9a-f]{16}\Z")


def text_key(text: str) -> int:
    """BLAKE2b, 64 bits, never 0."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) or 1


def visitor_keys(name: str) -> list[int]:
    """The keys that a visitor can have whom listings show by this name: of the name, and the hash that it may be."""
    return sorted({text_key(name), *(int(found, 16) for found in _HASH.findall(name))})


def hash_of(key: int) -> str:
    """By what name listings show a visitor who has none."""
    return f"{key:016x}"


def text_keys(texts: pl.Series) -> pl.Series:
    """`text_key` of each row; distinct texts are hashed once; `""` gives 0."""
    distinct = texts.unique()
    keys = pl.Series([0 if text == "" else text_key(text) for text in distinct], dtype=pl.UInt64)
    return texts.replace_strict(distinct, keys, return_dtype=pl.UInt64)


def combine(*parts: pl.Series) -> pl.Series:
    """One key of several UInt64 columns, by the SplitMix64 finaliser (Steele, Lea, Flood 2014) over their chain."""
    state: NDArray[np.uint64] = np.zeros(len(parts[0]), dtype=np.uint64)
    for part in parts:
        state = (state + _GOLDEN) ^ part.to_numpy()
        state = (state ^ (state >> np.uint64(30))) * _MIX_1
        state = (state ^ (state >> np.uint64(27))) * _MIX_2
        state = state ^ (state >> np.uint64(31))
    return pl.Series(np.where(state == 0, np.uint64(1), state), dtype=pl.UInt64)
