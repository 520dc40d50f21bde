"""A batch as columns is what its events are one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from footfall.collect.formats import events
from footfall.collect.formats.events import (
    BatchIn,
    EventIn,
    Reception,
    RefusedEvent,
    columns_of,
    decode_batch,
    raw_event,
    submit_batch,
)
from footfall.collect.intake import Intake, Sender
from footfall.collect.limits import PROPERTY_BYTES, RefusedError
from footfall.collect.privacy import Place
from footfall.ids import IdSource
from footfall.model.raw import EventColumns, EventRows
from footfall.spool.body import COLUMNS_FROM

NOW = 1_780_000_000_000
SENDER = Sender(1, NOW, "192.0.2.1", "an agent")
MANY = COLUMNS_FROM + 3


class Somebody:
    """An identity that depends on all that it is given, and a place."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def visitor(self, *given: object) -> int:
        return hash(given) & (2**64 - 1)

    def place(self, _: object) -> Place:
        return self._place


def intake(place: Place | None = None) -> Intake:
    somebody: Any = Somebody(place or Place("RO", "Cluj", "Cluj-Napoca"))
    found = Intake(IdSource(lambda: NOW), somebody, somebody, retention_days=30)
    for name in ("view", "buy"):
        found.labels.event(1, NOW, name)
    found.labels.properties(1, NOW, {"plan": 1, "n": 1})
    return found


ordinary = st.builds(
    EventIn,
    event_name=st.sampled_from(["view", "buy"]),
    category=st.sampled_from(["page_view", "user_action", "error"]),
    priority=st.sampled_from(["low", "medium"]),
    properties=st.none() | st.just({}) | st.fixed_dictionaries({"plan": st.sampled_from(["pro", "free"])}),
    timestamp=st.none()
    | st.sampled_from([NOW, NOW // 1000, NOW - 9.5])
    | st.just(datetime.fromtimestamp(NOW / 1000, UTC) - timedelta(days=1)),
    session_id=st.sampled_from([None, "", "s-1", "s-2"]),
    page_url=st.sampled_from([None, "https://a.test/x", "/x", "app://x"]),
    referrer=st.sampled_from([None, "https://b.test/"]),
    user_agent=st.sampled_from([None, "one", "other"]),
)
places = st.sampled_from([Place(), Place("DE", "Hessen", "Kassel", latitude=51.3, longitude=9.5)])


@given(st.lists(ordinary, min_size=COLUMNS_FROM, max_size=MANY), st.sampled_from(["", "me"]), places)
def test_ordinary_events_are_the_same_either_way(made, client, place):
    """As decoded from a body, whose type is not quite that of the fields."""
    sent = [{name: value for name, value in asdict(event).items() if value is not None} for event in made]
    found = decode_batch(msgspec.json.encode({"events": sent}))[0].events
    reception = Reception.of(SENDER, intake(place), client)
    first = reception.intake.ids.take(len(found))
    whole = columns_of(found, reception, first)
    assert whole is not None
    assert (whole.project_id, whole.received_at, whole.count) == (1, NOW, len(found))
    assert whole.rows == [raw_event(event, reception, first + place) for place, event in enumerate(found)]


ODD = {
    "an id of its own": {"event_id": "01J00000000000000000000000"},
    "a new name": {"event_name": "never seen"},
    "a new property": {"properties": {"never": "seen"}},
    "a time that is too old": {"timestamp": NOW - 31 * 86_400_000},
    "a time to come": {"timestamp": NOW + 6 * 60_000},
    "a long name of a session": {"session_id": "s" * 129},
    "the URL of no page": {"page_url": "javascript:alert(1)"},
    "large properties": {"properties": {"plan": "x" * PROPERTY_BYTES}},
    "a number that is too large": {"properties": {"n": 2**70}},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("place", [0, 5, MANY - 1])
def test_one_that_is_not_like_the_others_is_looked_at_alone(odd, place):
    found = [EventIn("view", session_id=f"s-{number}") for number in range(MANY)]
    for field, value in odd.items():
        setattr(found[place], field, value)
    taken = intake()
    assert columns_of(found, Reception.of(SENDER, taken), 1) is None
    submissions, rejected = submit_batch(BatchIn(found), SENDER, taken)
    assert sum(len(one.record.rows) for one in submissions) + len(rejected) == MANY
    assert [error.index for error in rejected] in ([], [place])


def test_one_that_was_refused_when_it_was_read_is_rejected():
    found: list[EventIn] = [EventIn("view") for _ in range(MANY)]
    found[3] = RefusedEvent("view", reason=RefusedError("bad_text", "referrer", "referrer: half a pair"))
    submissions, rejected = submit_batch(BatchIn(found), SENDER, intake())
    assert [(error.index, error.code) for error in rejected] == [(3, "bad_text")]
    assert sum(len(one.record.rows) for one in submissions) == MANY - 1


@pytest.mark.parametrize("more", [{}, {"not_known": 1}])
def test_few_are_rows_and_many_columns(more):
    for count, kind in ((COLUMNS_FROM - 1, EventRows), (COLUMNS_FROM, EventColumns)):
        body = msgspec.json.encode({"events": [{"event_name": "view"} | more] * count})
        submissions, _ = submit_batch(decode_batch(body)[0], SENDER, intake())
        assert [type(one.record) for one in submissions] == [kind]


def test_a_client_s_name_that_is_too_long_is_refused_for_all():
    with pytest.raises(RefusedError, match="client_id"):
        events.submit_batch(BatchIn([EventIn("view")] * MANY, "c" * 129), SENDER, intake())
