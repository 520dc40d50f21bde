"""Any order of arrival gives the sessions of an in-order run.

The expectation is a few lines of plain Python over the whole history; the product sees the same events cut into
batches in any order, with only its own stored rows to go by.
"""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from itertools import accumulate, count, groupby, pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.catalog.columns import FIRST_TOUCH, FLOW, FLOW_STEPS, GAPS, UNEVEN, VARIANT, VARIES
from footfall.drain.recent import RecentHistory
from footfall.pipeline import session_state as s
from footfall.pipeline import sessions
from footfall.pipeline.sessions import sessionise

MINUTE = 60_000


class MemoryHistory:
    """A store of frames that applies outcomes as the drain does."""

    def __init__(self):
        self.events_ = pl.DataFrame(schema={**s.EVENT_INPUT, "session": pl.UInt64()})
        self.sessions = pl.DataFrame(schema=s.SESSION_COLUMNS)
        self.asked = 0

    def overlapping(self, windows):
        self.asked += 1
        return s.within(self.sessions, windows)

    def last_end(self):
        return self.sessions["end"].max() or 0

    def named(self, sessions):
        return self.sessions.join(sessions, on=s.SESSION, how="semi")

    def events(self, visitors, start, end):
        rows = self.events_.join(visitors, on=s.VISITOR, how="semi")
        return rows.filter(pl.col("timestamp").is_between(start, end))

    def feed(self, batch, version, memory=None):
        """`memory` is what sessionising asks in place of this store."""
        outcome = sessionise(batch, memory or self, version)
        if memory:
            memory.change(outcome.before, outcome.after)
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
    """The definition. Per session, sorted: ids, pageviews, passive events, start, end, entry, exit, host, name, facts.

    Its facts are its first event's columns, those in which its events differ, its variants, whether it has gaps, and
    its flow.
    """
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
        [events[0][name] for name in VARIES],
        [name for name in VARIES if any(event[name] != events[0][name] for event in events)],
        earned(events),
        variants(events),
        any(after["timestamp"] - before["timestamp"] > 30 * MINUTE for before, after in pairwise(events)),
        views[:FLOW_STEPS],
    )


def earned(events):
    """By currency, of events with revenue, whatever it adds up to."""
    sums = defaultdict(Decimal)
    for event in events:
        if event["revenue"]:
            sums[event["currency"]] += event["revenue"]
    return dict(sums)


def variants(events):
    """As `sessions.variants` tells them."""
    groups = defaultdict(list)
    for event in events:
        groups[tuple(event[name] for name in VARIES)].append(event)
    counts = [(*values, len(its), sum(event["pageview"] for event in its)) for values, its in sorted(groups.items())]
    return [dict(zip(VARIANT, row, strict=True)) for row in counts]


def stored(history):
    """The same description from what is stored: session rows and the events that point at them.

    `flow` is None where it is not known, and the variants where the session is not uneven.
    """
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
            [row[name] for name in VARIES],
            [name for bit, name in enumerate(VARIES) if row["varies"] >> bit & 1],
            {payment["currency"]: Decimal(payment["amount"]) for payment in json.loads(row["earned"] or "[]")},
            json.loads(row["variants"]) if row["varies"] & UNEVEN else row["variants"] or None,
            bool(row["varies"] & GAPS),
            None if row["varies"] & FLOW else row["flow"],
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
                "traffic": draw(st.sampled_from(["human", "human", "bot"])),
                "revenue": draw(st.sampled_from([Decimal(0), Decimal(0), Decimal("0.5"), Decimal("-0.5")])),
                "currency": draw(st.sampled_from(["EUR", 'U"D', ""])),
                "screen": draw(st.sampled_from(["", "9x9"])),
                "city": "Cluj" if number < 5 else "Iasi",
            }
        )
    cuts = draw(st.lists(st.integers(0, count), max_size=5))
    edges = sorted({0, count, *cuts})
    return rows, list(pairwise(edges))


def check(history, memory=lambda _store: None, forgotten=()):
    """`memory` makes the memory over a store; it forgets before the batches numbered in `forgotten`."""
    rows, batches = history
    store = MemoryHistory()
    recent = memory(store)
    for version, (start, end) in enumerate(batches, 1):
        if version in forgotten:
            recent.forget()
        store.feed(pl.DataFrame(rows[start:end], schema=s.EVENT_INPUT), version, recent)
        if recent:
            recent.settle(stored=True)
    found, expected = stored(store), in_order(rows)
    for one, other in zip(found, expected, strict=True):
        *same, told, gaps, flow = one
        *due, due_variants, due_gaps, due_flow = other
        assert same == due
        assert told == due_variants or (told is None and len(due_variants) == 1)
        assert gaps >= due_gaps
        assert flow is None or flow == due_flow
    return found


def test_views_of_one_instant_keep_their_order_though_a_later_batch_starts_earlier():
    rows = [view(7, "/first"), view(0, "/start", pageview=False), view(7, "/last")]
    check((rows, [(0, 1), (1, 3)]))


FLOWS = [
    # minutes of the pageviews of each batch, and whether the flow is known after the last one
    ([[0, 1], [1, 2], [2, 3, 4, 5]], True),
    ([[0, 1, 2, 3, 4, 5], [5]], True),
    ([[10, 12], [1, 2]], True),
    ([[10, 12], [12], [5, 9]], True),
    ([[40, 41], [0, 1], [20]], True),  # joins two sessions
    ([[0, 2], [1]], False),
    ([[10, 12], [9, 10]], False),  # a view of the tenth minute is stored already, and comes first
    ([[0, 2], [1], [3, 4]], False),
]


@pytest.mark.parametrize(("batches", "known"), FLOWS)
def test_a_flow_is_known_while_views_come_one_after_the_other(batches, known):
    rows = [view(minute, f"/{minute}") for batch in batches for minute in batch]
    edges = [0, *accumulate(len(batch) for batch in batches)]
    (found,) = check((rows, list(pairwise(edges))))
    assert (found[-1] is not None) == known


@pytest.mark.parametrize(("batches", "gaps"), [([[0], [31]], True), ([[0, 62], [31]], True), ([[0], [30]], False)])
def test_a_pause_of_more_than_thirty_minutes_in_a_named_session(batches, gaps):
    """A view within the pause of stored ones need not end it in what is known."""
    named = {"session_id": "a", "session_given": 1}
    rows = [view(minute, "/") | named for batch in batches for minute in batch]
    edges = [0, *accumulate(len(batch) for batch in batches)]
    (found,) = check((rows, list(pairwise(edges))))
    assert found[-2] == gaps


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
        "revenue": Decimal(0),
        "currency": "",
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


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(1, 6), st.lists(st.integers(2, 6), max_size=2), st.integers(0, 40))
def test_memory_of_recent_sessions_gives_the_same(history, kept, forgotten, oldest):
    """Sessions that are in memory stand for those of the store, however few are kept and whenever all are forgotten."""
    removable = oldest * 7 * MINUTE + 1_000_000_000_000
    check(history, lambda store: RecentHistory(store, lambda: removable, kept), forgotten)


class Watched(MemoryHistory):
    """Counts the events that are read again."""

    def __init__(self):
        super().__init__()
        self.read = 0

    def events(self, visitors, start, end):
        found = super().events(visitors, start, end)
        self.read = max(self.read, found.group_by(s.VISITOR).len()["len"].max() or 0)
        return found


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(0, 12))
def test_crowded_visitors_have_sessions_of_their_events_though_few_are_read(history, most):
    rows, batches = history
    rows = [row | {"project_id": 1, "visitor": 1} for row in rows]
    store = Watched()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "MAX_READ_AGAIN", most)
        for version, (start, end) in enumerate(batches, 1):
            store.feed(pl.DataFrame(rows[start:end], schema=s.EVENT_INPUT), version)
    assert store.read <= most
    found = stored(store)
    assert len(found) == len(store.sessions)
    assert sorted(id_ for ids, *_ in found for id_ in ids) == sorted(row["id_lo"] for row in rows)
    by_id = {row["id_lo"]: row for row in rows}
    for ids, *rest in found:
        its = [by_id[id_] for id_ in ids]
        times, names = [one["timestamp"] for one in its], {one["session_id"] for one in its if one["session_given"]}
        assert rest[:4] == [sum(one[name] for one in its) for name in ("pageview", "passive")] + [
            min(times),
            max(times),
        ]
        assert names <= {rest[7]}, "a name is a session"


def test_an_unnamed_event_of_a_crowded_visitor_joins_the_named_session_around_it_else_a_run(monkeypatch):
    monkeypatch.setattr(sessions, "MAX_READ_AGAIN", 2)
    store = MemoryHistory()
    named = {"session_id": "a", "session_given": 1}
    batches = [
        [view(0, "/") | named, view(60, "/") | named, view(61, "/")],
        [view(30, "/"), view(70, "/"), *(view(minute, "/") for minute in (200, 201, 202))],
        [view(203, "/"), view(204, "/") | {"session_id": "b", "session_given": 1}],
    ]
    crowded = []
    for version, batch in enumerate(batches, 1):
        frame = pl.DataFrame(batch, schema=s.EVENT_INPUT)
        crowded.append(sessionise(frame, store, version).crowded)
        store.feed(frame, version)
    assert crowded == [0, 5, 2]
    found = sorted(zip(store.sessions["session_id"], store.sessions["events"], strict=True))
    assert found == [("", 4), ("a", 5), ("b", 1)]


@pytest.mark.parametrize(("most", "asked"), [(10**9, 0), (1, 1)])
def test_sessions_in_memory_take_few_bytes(most, asked):
    """The older half goes where they take more: a visitor who comes back is then looked for in the store."""
    store = MemoryHistory()
    recent = RecentHistory(store, lambda: 0, kept_bytes=most)
    rows = [view(minute, "/") | {"visitor": minute} for minute in range(10)]
    store.feed(pl.DataFrame(rows, schema=s.EVENT_INPUT), 1, recent)
    recent.settle(stored=True)
    store.asked = 0
    store.feed(pl.DataFrame([view(1, "/") | {"visitor": 1}], schema=s.EVENT_INPUT), 2, recent)
    assert store.asked == asked
    assert sorted(store.sessions["events"]) == [1] * 9 + [2]


def test_a_batch_in_time_does_not_read_the_store():
    store = MemoryHistory()
    recent = RecentHistory(store, lambda: 0)
    for minute in range(0, 200, 20):
        rows = [view(minute, "/")]
        store.feed(pl.DataFrame(rows, schema=s.EVENT_INPUT), minute + 1, recent)
        recent.settle(stored=True)
    assert store.asked == 0
    assert store.sessions["events"].to_list() == [10]
    late = [view(-3_000, "/")]
    recent.forget()
    store.feed(pl.DataFrame(late, schema=s.EVENT_INPUT), 300, recent)
    assert store.asked == 1


def test_changes_that_are_not_stored_do_not_count():
    store = MemoryHistory()
    recent = RecentHistory(store, lambda: 0)
    batch = pl.DataFrame([view(0, "/")], schema=s.EVENT_INPUT)
    for stored in (False, True):
        outcome = sessionise(batch, recent, 1)
        assert outcome.before.is_empty()
        recent.change(outcome.before, outcome.after)
        recent.settle(stored=stored)
    assert len(sessionise(batch, recent, 2).before) == 1


def test_the_store_is_asked_at_once_for_what_is_not_being_written():
    waits = []
    recent = RecentHistory(MemoryHistory(), lambda: 0, wait=lambda: waits.append(True))
    written = sessionise(pl.DataFrame([view(0, "/")], schema=s.EVENT_INPUT), MemoryHistory(), 1).after
    others = written.with_columns(pl.col("visitor") + 1)
    recent.since = 1 << 60  # nothing is in memory
    recent.change(written.clear(), written)
    recent.settle(stored=True)
    for asked, expected in ((others, 0), (written, 2)):
        recent.overlapping(asked.select(*s.VISITOR, opens="start", closes="end"))
        recent.named(asked.select(s.SESSION))
        assert len(waits) == expected


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
