from __future__ import annotations

import threading
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall import ids

NOW = 1_780_000_000_000


class FakeClock:
    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@given(st.integers(0, (1 << 128) - 1))
def test_an_id_survives_text_and_halves(value):
    assert ids.parse(ids.render(value)) == value
    assert ids.parse(ids.render(value).lower()) == value
    assert ids.join(*ids.split(value)) == value
    assert all(0 <= half < 1 << 64 for half in ids.split(value))


@given(st.integers(0, (1 << 128) - 1), st.integers(0, (1 << 128) - 1))
def test_text_sorts_as_the_number_does(one, other):
    assert (ids.render(one) < ids.render(other)) == (one < other)


def test_the_specification_s_example():
    # https://github.com/ulid/spec: 01ARZ3NDEK is the time 1469922850259.
    assert ids.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV") >> 80 == 1_469_922_850_259


@given(st.uuids())
def test_every_spelling_of_a_uuid(uuid):
    for text in (str(uuid), uuid.hex, str(uuid).upper(), f"{{{uuid}}}", uuid.urn):
        assert ids.parse(text) == uuid.int


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "80000000000000000000000000",
        "01ARZ3NDEKTSV4RRFFQ69G5FA",
        "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
        "01ARZ3NDEKTSV4RRFFQ69G5FAI",
        "01ARZ3NDEKTSV4RRFFQ69G5FA\u0661",
        "g23e4567-e89b-12d3-a456-426614174000",
        "12345678",
    ],
)
def test_what_is_no_id(text):
    assert ids.parse(text) is None


def test_the_largest_ulid_is_the_largest_uuid():
    assert ids.parse("7ZZZZZZZZZZZZZZZZZZZZZZZZZ") == UUID(int=(1 << 128) - 1).int


def test_ids_only_grow_even_when_the_clock_steps_back():
    clock = FakeClock(NOW)
    source = ids.IdSource(clock)
    taken = []
    for step in (0, 1, -50_000, 0, 60_000, -1):
        clock.now += step
        taken += [source.take() for _ in range(3)]
    assert taken == sorted(set(taken))


def test_an_id_begins_with_the_time_of_its_making():
    clock = FakeClock(NOW)
    assert ids.IdSource(clock).take() >> 80 == NOW


def test_a_run_is_reserved_whole():
    source = ids.IdSource(FakeClock(NOW))
    first = source.take(1000)
    assert source.take() == first + 1000


def test_sources_are_apart():
    clock = FakeClock(NOW)
    assert len({ids.IdSource(clock).take() for _ in range(100)}) == 100


def test_threads_never_get_the_same_id():
    source = ids.IdSource(FakeClock(NOW))
    taken: list[int] = []

    def work() -> None:
        taken.extend([source.take() for _ in range(2000)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 8000
