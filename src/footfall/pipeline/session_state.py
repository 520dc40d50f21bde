"""What the ways of sessionising share: columns, stored sessions and events, keys, and sums of events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import Protocol

import polars as pl

from footfall.catalog.columns import EVENTS, FIRST_TOUCH, FLOW_STEPS, GAPS, SESSIONS, UNEVEN, VARIES, Origin
from footfall.model.session import SESSION_GAP
from footfall.pipeline.earned import MONEY, with_earned
from footfall.pipeline.frames import Schema, collected, schema
from footfall.pipeline.keys import combine, text_keys
from footfall.pipeline.variants import variants_of

VISITOR = ["project_id", "visitor"]
SESSION = ["project_id", "visitor", "session"]
ORDER = ["timestamp", "id_hi", "id_lo"]

SESSION_COLUMNS = schema(column for column in SESSIONS if column.origin is not Origin.WRITTEN)
"""Rows of the table `sessions`, times in Unix milliseconds, without what is added when they are written."""

EVENT_INPUT: Schema = {
    **schema(column for column in EVENTS if column.sessionising or column.first_touch),
    "revenue": MONEY,
    "pageview": pl.Boolean(),
}
"""What sessionising reads of an event; stored events have `session` too."""

MOVE_COLUMNS = schema(column for column in EVENTS if column.name in {"project_id", *ORDER, "session", "session_id"})


class History(Protocol):
    """Stored sessions and events. Frames in, frames out; times in Unix milliseconds."""

    def overlapping(self, windows: pl.DataFrame) -> pl.DataFrame:
        """SESSION_COLUMNS of the sessions that overlap their visitor's window (project_id, visitor, opens, closes).

        A visitor has one window; there is at least one.
        """

    def named(self, sessions: pl.DataFrame) -> pl.DataFrame:
        """SESSION_COLUMNS of these (project_id, visitor, session), at any time."""

    def events(self, visitors: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        """EVENT_INPUT and `session` of the events of these (project_id, visitor) in [start, end]."""


def named_key(visitor: pl.Series, session_id: pl.Series) -> pl.Series:
    """The key of the session that a client named: of the visitor and the name."""
    return combine(visitor, text_keys(session_id))


def within(sessions: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """SESSION_COLUMNS of the sessions that overlap their visitor's window (opens, closes)."""
    near = (pl.col("end") >= pl.col("opens")) & (pl.col("start") <= pl.col("closes"))
    return sessions.join(windows, on=VISITOR).filter(near).select(*SESSION_COLUMNS)


def fresh_key(first: pl.DataFrame) -> pl.Series:
    """The key of a session that begins with this event. It includes the time: an id may be used again after a day."""
    return combine(*(first[name].cast(pl.UInt64) for name in ("visitor", "timestamp", "id_hi", "id_lo")))


def summarise(events: pl.DataFrame) -> pl.DataFrame:
    """SESSION_COLUMNS of the sessions that these events alone make."""
    other = reduce(or_, (pl.col(name) != pl.col(name).shift() for name in SESSION)).fill_null(value=True)
    ordered = events.lazy().sort(*SESSION, *ORDER).with_columns(begins=other)
    place = pl.col("begins").cum_sum().set_sorted()
    rows = collected(ordered.with_columns(place=place, varies=_changes())).lazy()
    firsts = rows.filter("begins").select(*SESSION, *FIRST_TOUCH)
    sums = collected(_sums(rows))
    told = with_variants(sums, lambda places: variants_of(_weighed(rows, places), "place"), "place")
    whole = with_earned(collected(pl.concat([firsts, told.lazy()], how="horizontal")), events, SESSION)
    return whole.select(typed())


def with_variants(sessions: pl.DataFrame, told: Callable[[pl.DataFrame], pl.DataFrame], *key: str) -> pl.DataFrame:
    """Sessions with `variants`, which `told` says of the uneven ones: both have the columns of `key`."""
    uneven = sessions.filter((pl.col("varies") & UNEVEN) != 0).select(key)
    if uneven.is_empty():
        return sessions.with_columns(variants=pl.lit(""))
    found = sessions.join(told(uneven), on=key, how="left", maintain_order="left")
    return found.with_columns(pl.col("variants").fill_null(""))


def _weighed(rows: pl.LazyFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Each event of these sessions, as what it adds to a variant."""
    of_those = rows.join(places.lazy(), on="place", how="semi")
    return collected(of_those.select("place", *VARIES, events=pl.lit(1), pageviews=pl.col("pageview").cast(pl.Int32)))


def _sums(rows: pl.LazyFrame) -> pl.LazyFrame:
    """What sessions have of all of their events; `rows` are in the order of sessions, and of events within each."""
    seen = pl.col("pageview")
    path = pl.col("path").filter(seen)
    at = pl.col("timestamp").filter(seen)
    return rows.group_by("place", maintain_order=True).agg(
        start=pl.col("timestamp").first(),
        end=pl.col("timestamp").last(),
        version=pl.lit(0, pl.UInt64),
        session_id=pl.col("session_id").max(),
        joined=((pl.col("session_given") == 0) & (pl.col("session_id") != "")).any().cast(pl.UInt8),
        own_ids=pl.col("own_id").any(),
        events=pl.len(),
        pageviews=seen.sum(),
        passive_events=pl.col("passive").sum(),
        entry_at=at.first().fill_null(0),
        exit_at=at.last().fill_null(0),
        entry_page=path.first().fill_null(""),
        exit_page=path.last().fill_null(""),
        varies=pl.col("varies").bitwise_or(),
        flow=path.head(FLOW_STEPS),
    )


def _changes() -> pl.Expr:
    """`varies` of each row and the row before it, where both are of one session."""
    changed = {name: pl.col(name).ne_missing(pl.col(name).shift()) for name in VARIES}
    paused = pl.col("timestamp") - pl.col("timestamp").shift() > SESSION_GAP
    return pl.when("begins").then(pl.lit(0, pl.UInt16)).otherwise(bits(changed, paused))


def bits(changed: Mapping[str, pl.Expr], paused: pl.Expr) -> pl.Expr:
    """`varies` of what is true: the columns of VARIES that changed, and whether there was a long pause."""
    flags = [(changed[name], 1 << bit) for bit, name in enumerate(VARIES)] + [(paused, GAPS)]
    return reduce(or_, (flag.cast(pl.UInt16) * pl.lit(bit, pl.UInt16) for flag, bit in flags))


def typed() -> list[pl.Expr]:
    """SESSION_COLUMNS of a frame that has them, each in its type."""
    return [pl.col(name).cast(dtype) for name, dtype in SESSION_COLUMNS.items()]
