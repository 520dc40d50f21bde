"""Any order of arrival gives the sessions of an in-order run.

The expectation is a few lines of plain Python over the whole history; the product sees the same events cut into
batches in any order, with only its own stored rows to go by.
"""

from __future__ import annotations

from itertools import count, groupby, pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.catalog.columns import FIRST_TOUCH
from footfall.pipeline import session_state as s
from footfall.pipeline.sessions import sessionise

MINUTE = 60_000


class MemoryHistory:
    """A store of frames that applies outcomes as the drain does."""

    def __init__(self):
        self.events_ = pl.DataFrame(schema={**s.EVENT_INPUT, "session": pl.UInt64()})
        self.sessions = pl.DataFrame(schema=s.SESSION_COLUMNS)

    def overlapping(self, visitors, start, end):
        rows = self.sessions.join(visitors, on=s.VISITOR, how="semi")
        return rows.filter((pl.col("end") >= start) & (pl.col("start") <= end))

    def named(self, sessions):
        return self.sessions.join(sessions, on=s.SESSION, how="semi")

    def events(self, visitors, start, end):
        rows = self.events_.join(visitors, on=s.VISITOR, how="semi")
        return rows.filter(pl.col("timestamp").is_between(start, end))

    def feed(self, batch, version):
        outcome = sessionise(batch, self, version)
        kept = self.sessions.join(outcome.before, on=list(s.SESSION_COLUMNS), how="anti")
        assert len(kept) == len(self.sessions) - len(outcome.before), "only stored rows can be cancelled"
        self.sessions = pl.concat([kept, outcome.after])
        merged = outcome.merged.select(*s.SESSION, "target")
        ids = ["project_id", "timestamp", "id_hi", "id_lo"]
        old = self.events_.join(merged, on=s.SESSION, how="left").with_columns(session=pl.coalesce("target", "session"))
        old = old.drop("target").update(outcome.moved, on=ids, how="left")
        new = batch.with_columns(session=outcome.sessions["session"], session_id=outcome.sessions["session_id"])
        self.events_ = pl.concat([old, new.select(old.columns)])


def in_order(events):
    """The definition. Per session: ids, pageviews, passive events, start, end, entry, exit, hostname, name; sorted."""
    sessions = {}
    by_visitor = sorted(events, key=lambda e: (e["project_id"], e["visitor"], e["timestamp"], e["id_hi"], e["id_lo"]))
    for visitor, its in groupby(by_visitor, key=lambda e: (e["project_id"], e["visitor"])):
        run = list(its)
        last_of = {event["session_id"]: place for place, event in enumerate(run) if event["session_given"]}
        first_of = {
            event["session_id"]: place for place, event in reversed(list(enumerate(run))) if event["session_given"]
        }
        current, last = None, None
        for place, event in enumerate(run):
            spans = [name for name in last_of if first_of[name] < place < last_of[name]]
            if event["session_given"]:
                current = (visitor, event["session_id"])
            elif spans:
                heard = {
                    earlier["session_id"]: at for at, earlier in enumerate(run[:place]) if earlier["session_given"]
                }
                current = (visitor, max(spans, key=heard.get))
            elif last is None or event["timestamp"] - last > 30 * MINUTE:
                current = (visitor, event["id_lo"], "run")
            last = event["timestamp"]
            sessions.setdefault(current, []).append(event)
    return sorted(map(describe, sessions.values()))


def describe(events):
    views = [event["path"] for event in events if event["pageview"]]
    return (
        sorted(event["id_lo"] for event in events),
        len(views),
        sum(event["passive"] for event in events),
        events[0]["timestamp"],
        events[-1]["timestamp"],
        views[0] if views else "",
        views[-1] if views else "",
        events[0]["hostname"],
        max(event["session_id"] for event in events),
    )


def stored(history):
    """The same description from what is stored: session rows and the events that point at them."""
    grouped = history.events_.group_by(*s.SESSION).agg(pl.col("id_lo").sort())
    members = {row[:3]: row[3] for row in grouped.iter_rows()}
    assert len(members) == len(history.sessions)
    return sorted(
        (
            members[key(row)],
            row["pageviews"],
            row["passive_events"],
            row["start"],
            row["end"],
            row["entry_page"],
            row["exit_page"],
            row["hostname"],
            row["session_id"],
        )
        for row in history.sessions.iter_rows(named=True)
        if row["events"] == len(members[key(row)])
    )


def key(row):
    return tuple(row[name] for name in s.SESSION)


NAMES = st.sampled_from(["", "", "", "s1", "s2"])


@st.composite
def histories(draw, names=NAMES):
    """Events with server-made ids in the order of arrival, and where the batches are cut."""
    count = draw(st.integers(1, 24))
    rows = []
    for number in range(count):
        name = draw(names)
        own = draw(st.booleans())
        pageview = draw(st.booleans())
        rows.append(
            {
                "project_id": draw(st.integers(1, 2)),
                "visitor": draw(st.integers(1, 2)),
                "timestamp": draw(st.integers(0, 40)) * 7 * MINUTE + 1_000_000_000_000,
                "id_hi": 1,
                "id_lo": draw(st.integers(0, 9)) * 50_000 + number if own else 200_025 + number,
                "own_id": own,
                "session_id": name,
                "session_given": int(name != ""),
                "passive": not pageview and draw(st.booleans()),
                "pageview": pageview,
                "path": f"/{number}",
                **dict.fromkeys(FIRST_TOUCH, ""),
                "hostname": f"h{number}",
            }
        )
    cuts = draw(st.lists(st.integers(0, count), max_size=5))
    edges = sorted({0, count, *cuts})
    return rows, list(pairwise(edges))


def check(history):
    rows, batches = history
    store = MemoryHistory()
    for version, (start, end) in enumerate(batches, 1):
        store.feed(pl.DataFrame(rows[start:end], schema=s.EVENT_INPUT), version)
    assert stored(store) == in_order(rows)


def test_views_of_one_instant_keep_their_order_though_a_later_batch_starts_earlier():
    rows = [view(7, "/first"), view(0, "/start", pageview=False), view(7, "/last")]
    check((rows, [(0, 1), (1, 3)]))


def view(minute, path, *, pageview=True):
    number = next(_numbers)
    return {
        "project_id": 1,
        "visitor": 1,
        "timestamp": 1_000_000_000_000 + minute * 60_000,
        "id_hi": 1,
        "id_lo": number,
        "own_id": False,
        "session_id": "",
        "session_given": 0,
        "passive": False,
        "pageview": pageview,
        "path": path,
        **dict.fromkeys(FIRST_TOUCH, ""),
    }


_numbers = count(1)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_named_and_unnamed_events_in_any_order(history):
    check(history)


@settings(max_examples=200, deadline=None)
@given(histories(names=st.just("")))
def test_runs_in_any_order(history):
    check(history)


@settings(max_examples=100, deadline=None)
@given(histories(names=st.sampled_from(["s1", "s2"])))
def test_names_in_any_order(history):
    check(history)


def test_thirty_minutes_is_one_session_and_a_millisecond_more_is_two():
    def sessions(*times):
        rows, _ = histories_of(times)
        store = MemoryHistory()
        store.feed(pl.DataFrame(rows, schema=s.EVENT_INPUT), 1)
        return len(store.sessions)

    assert sessions(0, 30 * MINUTE) == 1
    assert sessions(0, 30 * MINUTE + 1) == 2


def histories_of(times):
    rows = [
        {
            "project_id": 1,
            "visitor": 1,
            "timestamp": at,
            "id_hi": 1,
            "id_lo": number,
            "own_id": False,
            "session_id": "",
            "session_given": 0,
            "passive": False,
            "pageview": True,
            "path": "/",
            **dict.fromkeys(FIRST_TOUCH, ""),
        }
        for number, at in enumerate(times)
    ]
    return rows, None


@pytest.mark.parametrize("name", ["", "a"])
def test_an_event_id_that_comes_again_after_a_day_opens_another_session(name):
    """Alone, and beside a named session, where another way finds the sessions."""
    rows, _ = histories_of([0, 25 * 60 * MINUTE, 30 * 60 * MINUTE])
    rows[1]["id_lo"] = rows[0]["id_lo"]
    rows[2] |= {"session_id": name, "session_given": int(name != "")}
    store = MemoryHistory()
    store.feed(pl.DataFrame(rows, schema=s.EVENT_INPUT), 1)
    assert store.sessions["session"].n_unique() == 3
