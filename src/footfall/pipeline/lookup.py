"""Work on distinct values: the same few agents, referrers and URLs recur in a batch, so each is processed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources

import polars as pl


def on_distinct(frame: pl.DataFrame, keys: Sequence[str], work: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """The frame with the columns that `work` makes of the distinct combinations of `keys`, row for row.

    A new column takes the place of an old one of its name, keys included. Rows keep their number and order.
    """
    distinct = frame.select(keys).unique()
    found = work(distinct)
    fresh = {name: f"new {name}" for name in found.columns}
    table = distinct.hstack(found.rename(fresh))
    joined = frame.join(table, on=list(keys), how="left", maintain_order="left")
    return joined.with_columns(pl.col(new).alias(name) for name, new in fresh.items()).drop(fresh.values())


def look_up(
    frame: pl.DataFrame, key: str, find: Callable[[str], tuple[str, ...]], names: Sequence[str]
) -> pl.DataFrame:
    """The frame with String columns `names`, found by a Python look-up once per distinct value of `key`."""
    schema = dict.fromkeys(names, pl.String())

    def work(distinct: pl.DataFrame) -> pl.DataFrame:
        found = [find(value) for value in distinct.get_column(key).to_list()]
        return pl.DataFrame(found, schema=schema, orient="row")

    return on_distinct(frame, [key], work)


def translate(values: pl.Series, find: Callable[[str], str | int], dtype: type[pl.DataType] = pl.String) -> pl.Series:
    """Every value replaced by what a Python look-up returns for it, called once per distinct value."""
    distinct = values.unique()
    found = pl.Series([find(value) for value in distinct.to_list()], dtype=dtype)
    return values.replace_strict(distinct, found, return_dtype=dtype)


def read_table(name: str) -> list[list[str]]:
    """The rows of a list in `data/`: cells are separated by tabs, lines that begin with `#` are comments."""
    text = (resources.files("footfall.pipeline") / "data" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
