"""Variants: how many events of an uneven session have which properties (`catalog.columns.VARIANT`)."""

from __future__ import annotations

import polars as pl

from footfall.catalog.columns import MAX_VARIANTS, NO_VARIANTS, UNEVEN, VARIANT, VARIES

_STRUCT = pl.Struct({name: pl.String() if name in VARIES else pl.UInt32() for name in VARIANT})


def variants_of(weights: pl.DataFrame, *key: str) -> pl.DataFrame:
    """`variants` of each session, a text; sessions are told apart by the columns of `key`.

    `weights` has these, the columns of VARIES, and numbers of events and pageviews, which are summed.
    """
    summed = weights.lazy().group_by(*key, *VARIES).agg(pl.col("events").sum(), pl.col("pageviews").sum())
    typed = summed.select(*key, pl.struct(VARIANT).cast(_STRUCT).alias("variant"), *VARIES).sort(*VARIES)
    text = "[" + pl.col("variant").struct.json_encode().str.join(",") + "]"
    told = pl.when(pl.len() <= MAX_VARIANTS).then(text).otherwise(pl.lit(NO_VARIANTS))
    return typed.group_by(key, maintain_order=True).agg(variants=told).collect(engine="in-memory")


def variants_of_parts(parts: pl.DataFrame, *key: str) -> pl.DataFrame:
    """The same of sessions that have several parts, rows of sessions: not told where one part doesn't tell it."""
    even = (pl.col("varies") & UNEVEN) == 0
    told = pl.col("variants").str.len_bytes() > len(NO_VARIANTS)
    alike = parts.filter(even).select(*key, *VARIES, "events", "pageviews")
    decoded = pl.col("variants").str.json_decode(pl.List(_STRUCT))
    uneven = parts.filter(~even & told).select(*key, variant=decoded).explode("variant").unnest("variant")
    found = variants_of(pl.concat([alike, uneven.select(alike.columns)], how="vertical_relaxed"), *key)
    left_open = parts.filter(~even & ~told).group_by(key).agg(open=pl.col("variants").min())
    with_open = found.join(left_open, on=key, how="full", coalesce=True)
    return with_open.select(*key, variants=pl.coalesce("open", "variants"))
