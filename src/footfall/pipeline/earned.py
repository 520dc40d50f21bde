"""What sessions earned: the sums of their events' revenue, by currency (`catalog.columns.PAYMENT`)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from footfall.catalog.columns import MAX_CURRENCIES, NO_PAYMENTS, PAYMENT
from footfall.pipeline.frames import collected

MONEY = pl.Decimal(18, 4)
"""The type of an event's revenue."""

_SUM = pl.Decimal(38, 4)
_STRUCT = pl.Struct(dict.fromkeys(PAYMENT, pl.String()))


def with_earned(sessions: pl.DataFrame, events: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Sessions with `earned`, of their events: both have the columns of `key`."""
    paid = events.filter(pl.col("revenue") != 0)
    return _told(sessions, paid.select(*key, "currency", amount=pl.col("revenue").cast(_SUM)), key)


def with_earned_of_parts(sessions: pl.DataFrame, parts: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The same of sessions that have several parts, rows of sessions: not told where one part doesn't tell it."""
    paid = parts.filter(pl.col("earned") != "").select(*key, "earned")
    if paid.is_empty():
        return sessions.with_columns(earned=pl.lit(""))
    told = pl.col("earned").str.len_bytes() > len(NO_PAYMENTS)
    each = paid.filter(told).select(*key, pl.col("earned").str.json_decode(pl.List(_STRUCT)))
    payments = each.explode("earned").unnest("earned").with_columns(pl.col("amount").cast(_SUM))
    whole = _told(sessions, payments, key)
    left_open = paid.filter(~told).group_by(key).agg(open=pl.col("earned").min())
    if left_open.is_empty():
        return whole
    found = whole.join(left_open, on=key, how="left", maintain_order="left")
    return found.with_columns(earned=pl.coalesce("open", "earned")).drop("open")


def _told(sessions: pl.DataFrame, payments: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """`payments` has the columns of `key`, a currency and an amount."""
    if payments.is_empty():
        return sessions.with_columns(earned=pl.lit(""))
    sums = payments.lazy().group_by(*key, "currency").agg(pl.col("amount").sum()).sort("currency")
    # As the engine writes it, without zeros at the end: what is filled in later is the same text.
    amount = pl.col("amount").cast(pl.String()).str.strip_chars_end("0").str.strip_chars_end(".")
    objects = pl.struct("currency", amount).struct.json_encode()
    text = "[" + objects.str.join(",") + "]"
    told = pl.when(pl.len() <= MAX_CURRENCIES).then(text).otherwise(pl.lit(NO_PAYMENTS))
    earned = collected(sums.group_by(key, maintain_order=True).agg(earned=told))
    found = sessions.join(earned, on=key, how="left", maintain_order="left")
    return found.with_columns(pl.col("earned").fill_null(""))
