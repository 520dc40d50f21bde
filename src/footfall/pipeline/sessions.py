"""Sessions: which one each event belongs to, and how the rows of `sessions` change.

The rule (docs/semantics): a visitor's events are put in order of (time, id). An event with a session id of the
client's belongs to the session of that name. Any other event between the first and the last event of such a session
belongs to it, too (of several such sessions, to the one that had an event most recently). Otherwise an event joins the
session of the event before it if at most 30 minutes passed (`SESSION_GAP`), else it starts a new one. The sessions are
a function of the set of events, so the order of arrival doesn't matter: every batch changes the stored sessions to what
the function gives for everything stored so far.

There are three ways to compute it, by what a visitor has near its new events:
- only unnamed events: sessions are intervals; new events and stored intervals merge where gaps are short (`_runs`);
- only named events: the name is the session;
- both: a late event can move the events after it, so the visitor's events are read again (`mixed.resolve`). Of a
  crowded visitor, who has more than MAX_READ_AGAIN of them, no event is read again, and none moves: an unnamed event
  joins the named session that lies around it, or ended up to 30 minutes before it, when it arrives (of several, the one
  that began last), else a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

import polars as pl

from footfall.catalog.columns import FIRST_TOUCH, FLOW, FLOW_STEPS, VARIES
from footfall.model.session import SESSION_GAP
from footfall.pipeline.earned import with_earned_of_parts
from footfall.pipeline.frames import collected
from footfall.pipeline.mixed import reached, resolve
from footfall.pipeline.session_state import (
    EVENT_INPUT,
    ORDER,
    SESSION,
    SESSION_COLUMNS,
    VISITOR,
    History,
    bits,
    fresh_key,
    named_key,
    summarise,
    typed,
    with_variants,
)
from footfall.pipeline.variants import variants_of_parts

MAX_READ_AGAIN = 20_000
"""Most stored events of a visitor that a batch reads again: some 0.3 s of processor time."""


@dataclass(frozen=True)
class Outcome:
    """What a batch does to sessions.

    sessions: `session` and `session_id` of each event, in the order given.
    before, after: SESSION_COLUMNS of the rows to cancel and of the rows to add.
    merged: project_id, visitor, session, target, start, end: a whole session that became part of `target`.
    moved: MOVE_COLUMNS of stored events that belong to another session now.
    crowded: the number of events of crowded visitors.
    """

    sessions: pl.DataFrame
    before: pl.DataFrame
    after: pl.DataFrame
    merged: pl.DataFrame
    moved: pl.DataFrame
    crowded: int


def sessionise(events: pl.DataFrame, history: History, version: int) -> Outcome:
    """Assign a batch of events (EVENT_INPUT) and say how the stored sessions change; `version` marks the new rows."""
    events = events.select(*EVENT_INPUT).with_row_index("row").with_columns(session=_named_keys(events))
    run, named, both, crowded = _by_way(events, history)
    mixed = resolve(both.events, both.known, history, version)

    runs, merged = _runs(run.events, run.known)
    plain = pl.concat([runs, named.events])
    before, after = _grow(plain, pl.concat([run.known, named.known]), merged, version)
    assigned = pl.concat([plain.select("row", "session", "session_id"), mixed.sessions]).sort("row")
    return Outcome(
        sessions=assigned.drop("row"),
        before=pl.concat([before, mixed.before]),
        after=pl.concat([after, mixed.after]),
        merged=merged,
        moved=mixed.moved,
        crowded=crowded,
    )


class _Reach(NamedTuple):
    """New events, and the stored sessions that they may touch (SESSION_COLUMNS), each in their order."""

    events: pl.DataFrame
    known: pl.DataFrame

    def split(self, visitors: pl.DataFrame) -> tuple[_Reach, _Reach]:
        """What is of these visitors, and the rest."""
        some = self.events.join(visitors, on=VISITOR, how="semi", maintain_order="left")
        rest = self.events.join(visitors, on=VISITOR, how="anti", maintain_order="left")
        known = self.known
        return (
            _Reach(some, known.join(visitors, on=VISITOR, how="semi")),
            _Reach(rest, known.join(visitors, on=VISITOR, how="anti")),
        )

    def joined(self, other: _Reach) -> _Reach:
        return _Reach(pl.concat([self.events, other.events]), pl.concat([self.known, other.known]))


def _by_way(events: pl.DataFrame, history: History) -> tuple[_Reach, _Reach, _Reach, int]:
    """What is computed as runs, by names, and by both, and the number of events of crowded visitors."""
    known = _near(events, history)
    kinds = collected(_kinds(events.lazy(), known.lazy()))
    run, named, both = (_Reach(*_of_kind(kind, events, known, kinds)) for kind in ("run", "named", "mixed"))
    both = both._replace(known=reached(both.events, both.known, history))
    visitors = both.known.group_by(VISITOR).agg(pl.col("events").sum()).filter(pl.col("events") > MAX_READ_AGAIN)
    if visitors.is_empty():
        return run, named, both, 0
    crowded, both = both.split(visitors)
    by_name, by_time = _join_by_time(crowded)
    return run.joined(by_time), named.joined(by_name), both, len(crowded.events)


def _join_by_time(reach: _Reach) -> tuple[_Reach, _Reach]:
    """Named events with those that join a named session, and the other unnamed events."""
    events, is_named = reach.events, pl.col("session_id") != ""
    named, unnamed = (events.filter(session_given=given) for given in (1, 0))
    own = named.group_by(*SESSION, "session_id").agg(start=pl.col("timestamp").min(), end=pl.col("timestamp").max())
    stored = reach.known.filter(is_named).select(own.columns)
    spans = pl.concat([own, stored]).group_by(*SESSION, "session_id").agg(pl.col("start").min(), pl.col("end").max())
    around = unnamed.sort("timestamp").join_asof(
        spans.sort("start"),
        left_on="timestamp",
        right_on="start",
        by=VISITOR,
        strategy="backward",
        suffix="_around",
        check_sortedness=False,  # both are sorted, which polars can't tell of groups
    )
    joins = (pl.col("timestamp") <= pl.col("end") + SESSION_GAP).fill_null(value=False)
    joining = around.filter(joins).with_columns(session="session_around", session_id="session_id_around")
    return (
        _Reach(pl.concat([named, joining.select(events.columns)]), reach.known.filter(is_named)),
        _Reach(around.filter(~joins).select(events.columns), reach.known.filter(~is_named)),
    )


def _of_kind(
    kind: str, events: pl.DataFrame, known: pl.DataFrame, kinds: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Events and stored sessions of the visitors of one kind, each in their order."""
    visitors = kinds.filter(kind=kind)
    if visitors.is_empty():
        return events.clear(), known.clear()
    if len(visitors) == len(kinds):
        return events, known
    return (
        events.join(visitors, on=VISITOR, how="semi", maintain_order="left"),
        known.join(visitors, on=VISITOR, how="semi"),
    )


def _named_keys(events: pl.DataFrame) -> pl.Series:
    keys = named_key(events["visitor"], events["session_id"])
    return pl.select(pl.when(events["session_given"] == 1).then(keys)).to_series()


def _near(events: pl.DataFrame, history: History) -> pl.DataFrame:
    """Stored sessions that new events may touch: near in time, or of the same name."""
    windows = events.group_by(VISITOR).agg(
        opens=pl.col("timestamp").min() - SESSION_GAP, closes=pl.col("timestamp").max() + SESSION_GAP
    )
    if windows.is_empty():
        return pl.DataFrame(schema=SESSION_COLUMNS)
    around = history.overlapping(windows)
    names = events.filter(pl.col("session_given") == 1).select(SESSION).unique()
    missing = names.join(around, on=SESSION, how="anti")
    named = history.named(missing) if not missing.is_empty() else missing
    if named.is_empty():
        return around
    # A named session that continues after a long time now spans the sessions in between.
    spans = pl.concat([windows, named.select(*VISITOR, opens="start", closes="end")])
    windows = spans.group_by(VISITOR).agg(pl.col("opens").min(), pl.col("closes").max())
    windows = windows.join(named, on=VISITOR, how="semi")
    return pl.concat([around, named, history.overlapping(windows)]).unique(SESSION, maintain_order=True)


def _kinds(events: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    """Per visitor: `run`, `named` or `mixed`."""
    given = pl.col("session_given") == 1
    new = events.select(*VISITOR, named=given, run=~given)
    name = pl.col("session_id") != ""
    old = known.select(*VISITOR, named=name, run=~name | (pl.col("joined") == 1))
    both = _tied(events, known).with_columns(named=pl.lit(value=True), run=pl.lit(value=True))
    kinds = pl.concat([new, old, both]).group_by(VISITOR).agg(pl.col("named").any(), pl.col("run").any())
    kind = pl.when("named").then(pl.when("run").then(pl.lit("mixed")).otherwise(pl.lit("named")))
    return kinds.select(*VISITOR, kind=kind.otherwise(pl.lit("run")))


def _tied(events: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    """Visitors with an event at the exact instant of a stored boundary, where either has an id that its sender chose.

    Ids made here grow with arrival, so a newer event sorts after a stored one of the same instant. With an id of the
    sender's, only the ids of the stored events can tell.
    """
    new = events.select(*VISITOR, "own_id", at="timestamp")
    edges = known.select(*VISITOR, "own_ids", at=pl.concat_list("start", "end", "entry_at", "exit_at"))
    met = new.join(edges.explode("at", empty_as_null=True), on=[*VISITOR, "at"])
    return met.filter(pl.col("own_id") | (pl.col("own_ids") == 1)).select(VISITOR)


def _runs(events: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Unnamed events with their sessions, and the stored sessions that became part of an earlier one."""
    line = _line(events.with_columns(fresh=fresh_key(events)), known)
    assigned = line.filter(pl.col("row").is_not_null()).sort("row")
    runs = events.with_columns(session=assigned["target"])
    gone = pl.col("old").is_not_null() & (pl.col("old") != pl.col("target"))
    return runs, line.filter(gone).select(*VISITOR, "target", session="old", start="lo", end="hi")


def _line(events: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """New events and stored sessions as intervals [lo, hi], each with the key (`target`) of the run that it is in."""
    points = events.lazy().sort(ORDER).select(*VISITOR, "row", "fresh", lo="timestamp", hi="timestamp", old="session")
    intervals = known.lazy().select(*VISITOR, row=None, fresh=None, lo="start", hi="end", old="session")
    line = pl.concat([intervals, points], how="vertical_relaxed").sort([*VISITOR, "lo"], maintain_order=True)
    line = line.with_columns(begins=_begins()).with_columns(run=pl.col("begins").cum_sum())
    # A run keeps the key of its earliest stored session; without one it takes the key that its first event makes.
    next_run = pl.when(pl.col("old").is_not_null()).then("run").backward_fill()
    key = pl.when(next_run == pl.col("run")).then(pl.col("old").backward_fill()).otherwise("fresh")
    return collected(line.with_columns(target=pl.when("begins").then(key).forward_fill()))


def _begins() -> pl.Expr:
    """Whether a run begins with this row of a line, more than SESSION_GAP after all rows of the visitor before it.

    Times of each visitor are moved behind those of the one before, so that one pass over the frame does for all. A span
    of 100 years fits for 2,000,000 visitors.
    """
    other = reduce(or_, (pl.col(name) != pl.col(name).shift() for name in VISITOR)).fill_null(value=True)
    span = pl.col("hi").max() - pl.col("lo").min() + SESSION_GAP + 1
    moved = other.cast(pl.Int64).cum_sum() * span
    reach = (pl.col("hi") + moved).cum_max().shift()
    return (pl.col("lo") + moved > reach + SESSION_GAP).fill_null(value=True)


def _grow(
    events: pl.DataFrame, known: pl.DataFrame, merged: pl.DataFrame, version: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stored rows to cancel, and the rows that replace them: the sums of stored parts and new events."""
    new = summarise(events)
    target = merged.lazy().select(*SESSION, "target")
    touched = pl.concat([new.select(SESSION), merged.select(*VISITOR, session="target")]).unique()
    old = collected(
        known.lazy()
        .join(target, on=SESSION, how="left")
        .with_columns(target=pl.coalesce("target", "session"))
        .join(touched.lazy(), left_on=[*VISITOR, "target"], right_on=SESSION, how="semi")
    )
    before = old.select(*SESSION_COLUMNS)
    parts = pl.concat([old.with_columns(session="target").select(*SESSION_COLUMNS), new])
    return before, _add_up(parts).with_columns(version=pl.lit(version, pl.UInt64))


def _add_up(parts: pl.DataFrame) -> pl.DataFrame:
    """One row per session, summed over its parts. At equal times the stored part, which comes first, is earlier."""
    several = parts.select(SESSION).is_duplicated()
    if not several.any():
        return parts
    once, parts = parts.filter(~several), parts.filter(several)
    viewed = pl.col("pageviews") > 0
    entered = pl.col("entry_at").filter(viewed)
    left = pl.col("exit_at").filter(viewed)
    # The first of the earliest and the last of the latest: ties are broken by order of arrival, not by start.
    arrival = pl.col("arrival").filter(viewed)
    entry = pl.col("entry_page").filter(viewed).sort_by(entered, arrival).first()
    exit_ = pl.col("exit_page").filter(viewed).sort_by(left, arrival).last()
    added = (
        parts.lazy()
        .with_row_index("arrival")
        .sort("start", maintain_order=True)
        .group_by(SESSION, maintain_order=True)
        .agg(
            start=pl.col("start").min(),
            end=pl.col("end").max(),
            version=pl.col("version").max(),
            session_id=pl.col("session_id").first(),
            joined=pl.col("joined").max(),
            own_ids=pl.col("own_ids").max(),
            events=pl.col("events").sum(),
            pageviews=pl.col("pageviews").sum(),
            passive_events=pl.col("passive_events").sum(),
            entry_at=entered.min().fill_null(0),
            exit_at=left.max().fill_null(0),
            entry_page=entry.fill_null(""),
            exit_page=exit_.fill_null(""),
            **{name: pl.col(name).first() for name in FIRST_TOUCH},
            varies=_varies(),
            flow=_in_order("flow").explode().drop_nulls().head(FLOW_STEPS),
        )
    )
    whole = collected(added)
    told = with_variants(
        whole, lambda those: variants_of_parts(parts.join(those, on=SESSION, how="semi"), *SESSION), *SESSION
    )
    return pl.concat([once, with_earned_of_parts(told, parts, SESSION).select(typed())])


def _varies() -> pl.Expr:
    """`varies` of a session from its parts in order of their start.

    A column is the same throughout where it is so in each part and the parts agree in their first events. GAPS and FLOW
    may be set without need: events of one part may lie in a pause, or between the pageviews, of another.
    """
    differ = {name: (pl.col(name) != pl.col(name).first()).any() for name in VARIES}
    apart = (pl.col("start") - pl.col("end").cum_max().shift() > SESSION_GAP).any()
    reach = _in_order("exit_at").cum_max().shift()
    entered, arrival = _in_order("entry_at"), _in_order("arrival")
    # At equal times the part that is stored has the earlier pageview, so it must be the one that comes first.
    crossing = ((entered < reach) | ((entered == reach) & (arrival < arrival.cum_max().shift()))).any()
    return pl.col("varies").bitwise_or() | bits(differ, apart) | crossing.cast(pl.UInt16) * pl.lit(FLOW, pl.UInt16)


def _in_order(name: str) -> pl.Expr:
    """A column of a session's parts that have pageviews, in the order of the first ones."""
    viewed = pl.col("pageviews") > 0
    return pl.col(name).filter(viewed).sort_by(pl.col("entry_at").filter(viewed), pl.col("arrival").filter(viewed))
