from __future__ import annotations

from hashlib import blake2b

import polars as pl
import pytest

from footfall.clock import DAY, HOUR
from footfall.collect.identity import SaltedIdentity, visitor_hash
from footfall.collect.privacy import Identity
from footfall.meta import Salts, open_meta
from footfall.settings import Settings

TODAY = 20_600
NOON = TODAY * DAY + 12 * HOUR
SALT = bytes(range(16))


class FakeClock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def salts(tmp_path, clock):
    meta = open_meta(Settings(data=tmp_path), clock)
    yield Salts(meta.database)
    meta.close()


@pytest.fixture
def identity(salts, clock) -> Identity:
    return SaltedIdentity(salts, clock)


def test_hash_is_keyed_blake2b_of_length_prefixed_fields():
    fields = b"\0\0\0\0\0\0\0\x07" + b"\0\0\0\x09192.0.2.1" + b"\0\0\0\x04curl"
    digest = blake2b(fields, digest_size=8, key=SALT).digest()
    assert visitor_hash(SALT, 7, "192.0.2.1", "curl") == int.from_bytes(digest, "big")


@pytest.mark.parametrize(
    "other",
    [
        (bytes(16), 7, "192.0.2.1", "curl"),
        (SALT, 8, "192.0.2.1", "curl"),
        (SALT, 7, "192.0.2.2", "curl"),
        (SALT, 7, "192.0.2.1", "curl "),
        (SALT, 7, "192.0.2.1c", "url"),
        (SALT, 7, "", "192.0.2.1curl"),
    ],
)
def test_every_field_counts_and_none_runs_into_the_next(other):
    assert visitor_hash(*other) != visitor_hash(SALT, 7, "192.0.2.1", "curl")


@pytest.mark.parametrize(
    ("one", "other"), [("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8:0::1", "2001:db8::1"), ("fe80::1%a", "fe80::1")]
)
def test_spellings_of_an_address_are_one_visitor(one, other):
    assert visitor_hash(SALT, 7, one, "curl") == visitor_hash(SALT, 7, other, "curl")


def test_any_text_has_a_hash():
    for text in ("", "\ud800", "\0", "é" * 10_000):
        assert 0 < visitor_hash(SALT, 1, text, text) < 1 << 64


def test_same_visitor_all_day_and_another_the_next(identity):
    day = TODAY * DAY
    first = identity.visitor(1, day, "192.0.2.1", "curl")
    assert identity.visitor(1, day + DAY - 1, "192.0.2.1", "curl") == first
    assert identity.visitor(1, day - 1, "192.0.2.1", "curl") != first
    assert identity.visitor(2, day, "192.0.2.1", "curl") != first


def test_late_event_is_the_same_visitor(identity, clock):
    first = identity.visitor(1, NOON, "192.0.2.1", "curl")
    clock.now += DAY
    assert identity.visitor(1, NOON, "192.0.2.1", "curl") == first


def test_hash_ends_with_its_salt(identity, salts, clock):
    first = identity.visitor(1, NOON, "192.0.2.1", "curl")
    clock.now += 5 * DAY
    salts.sweep(clock.now)
    assert identity.visitor(1, NOON, "192.0.2.1", "curl") != first


def test_columns_say_the_same_as_calls(identity):
    rows = [
        (NOON, "192.0.2.1", "curl"),
        (NOON - 3 * DAY, "192.0.2.1", "curl"),
        (NOON, "::ffff:192.0.2.1", "curl"),
        (NOON + 1, "192.0.2.1", "curl"),
        (NOON, "", ""),
        (NOON, "not an address", "x\ty"),
        (NOON - 40 * DAY, "2001:db8::1", "curl"),
    ]
    frame = pl.DataFrame(rows, schema=["timestamp", "ip_address", "user_agent"], orient="row")
    found = identity.visitors(3, frame)
    assert found.dtype == pl.UInt64
    assert found.to_list() == [identity.visitor(3, *row) for row in rows]
    assert found[0] == found[2] == found[3]


def test_no_rows_no_visitors(identity):
    schema = {"timestamp": pl.Int64, "ip_address": pl.String, "user_agent": pl.String}
    assert identity.visitors(1, pl.DataFrame(schema=schema)).to_list() == []


MIDNIGHT = (TODAY + 1) * DAY
M = 60_000


def seen(identity: SaltedIdentity, clock: FakeClock, minutes: float, agent: str = "curl") -> int:
    """The visitor of an event that comes so many minutes after midnight."""
    clock.now = MIDNIGHT + round(minutes * M)
    return identity.present(7, clock.now, "192.0.2.1", agent)


@pytest.mark.parametrize(
    ("minutes", "same"),
    [
        ((-40, -1, 1, 29), (0, 0, 0, 0)),
        ((-1, 29, 59, 89), (0, 0, 0, 0)),  # on and on
        ((-1, 28.99, 59.1), (0, 0, 2)),  # a gap of more than 30 minutes
        ((-30, 0), (0, 0)),  # exactly 30 minutes
        ((-30.01, 0), (0, 1)),
        ((-1, 29.01), (0, 1)),
        ((5, 20), (0, 0)),
        ((-31, 1), (0, 1)),
        ((-10, 20, 51, 52), (0, 0, 2, 2)),
    ],
)
def test_a_session_over_midnight_keeps_its_visitor(identity, clock, minutes, same):
    found = [seen(identity, clock, at) for at in minutes]
    assert [found.index(visitor) for visitor in found] == list(same)


def test_a_session_over_two_midnights(identity, clock):
    found = {seen(identity, clock, minute) for minute in range(-10, 24 * 60 + 40, 25)}
    assert len(found) == 1


def test_other_visitors_and_stated_times_are_as_ever(identity, clock):
    before = seen(identity, clock, -5)
    other = seen(identity, clock, -5, "wget")
    assert seen(identity, clock, 5) == before
    assert seen(identity, clock, 5, "wget") == other != before
    assert identity.visitor(7, clock.now, "192.0.2.1", "curl") != before
    assert seen(identity, clock, 24 * 60 - 60) != before


def test_of_the_night_nothing_is_left_by_day(identity, clock):
    for number in range(100):
        seen(identity, clock, -5, f"agent {number}")
    assert len(identity._carry_over._held) == 100
    seen(identity, clock, 31, "late")
    assert not identity._carry_over._held
