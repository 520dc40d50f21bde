"""Tables of distinct values that rows pick from by number, so that a column of a block is a gather of codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

Indexes = NDArray[np.integer]

BITS = 20
_SLOTS = 1 << BITS


class Picker:
    """Draws numbers below `len(weights)`, each as often as its weight says, to one in a million."""

    def __init__(self, weights: Sequence[float] | NDArray[np.floating]) -> None:
        edges = np.cumsum([0.0, *weights])
        slots = np.diff(np.round(edges / edges[-1] * _SLOTS).astype(np.int64))
        self.table = np.repeat(np.arange(len(slots), dtype=np.int32), slots)

    def draw(self, random: np.random.Generator, count: int) -> NDArray[np.int32]:
        return self.of(random.integers(0, _SLOTS, count, dtype=np.uint32))

    def of(self, bits: Indexes) -> NDArray[np.int32]:
        """What 20 random bits stand for: the same bits give the same number."""
        return self.table[bits]


def zipf(count: int, exponent: float = 1.0) -> NDArray[np.floating]:
    """Weights of `count` values, the k-th being 1 / k to the exponent."""
    return np.arange(1, count + 1) ** -exponent


@dataclass(frozen=True)
class Choices:
    """Rows of values that go together. Texts are kept as codes into the distinct texts of their column."""

    columns: dict[str, pa.Array]

    @classmethod
    def of(cls, frame: pl.DataFrame, plain: Sequence[str] = ()) -> Choices:
        """`plain` are texts that hardly repeat."""
        found = {}
        for name, values in zip(frame.columns, frame.iter_columns(), strict=True):
            array = pa.array(values.to_list(), _arrow_type(values.dtype))
            label = values.dtype == pl.String and name not in plain
            found[name] = _labels(array) if label else array
        return cls(found)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def take(self, name: str, rows: Indexes) -> pa.Array:
        column = self.columns[name]
        if not isinstance(column, pa.DictionaryArray):
            return column.take(pa.array(rows))
        codes = column.indices.to_numpy()[rows]
        return pa.DictionaryArray.from_arrays(pa.array(codes), column.dictionary)

    def codes(self, name: str) -> Indexes:
        """The code of each row's text: equal texts have equal codes."""
        codes: Indexes = self.columns[name].indices.to_numpy()
        return codes


def _labels(texts: pa.Array) -> pa.DictionaryArray:
    """With codes of as few bytes as will do: they are most of a block."""
    found = texts.dictionary_encode()
    size = len(found.dictionary)
    width = pa.int8() if size < 1 << 7 else pa.int16() if size < 1 << 15 else pa.int32()
    return pa.DictionaryArray.from_arrays(found.indices.cast(width), found.dictionary)


def _arrow_type(dtype: pl.DataType) -> pa.DataType:
    return pl.Series([], dtype=dtype).to_arrow().type if dtype != pl.String else pa.string()
