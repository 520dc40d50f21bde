from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from tests.support.populate import at

from footfall.errors import UserError
from footfall.model.period import Bucket, Period
from footfall.query import timerange

NOW = at("2026-06-11T10:00:00Z")


@pytest.mark.parametrize(
    ("chip", "start", "before", "bucket"),
    [
        ("1h", "2026-06-11T09:00:00Z", "2026-06-11T08:00:00Z", Bucket.HOUR),
        ("24h", "2026-06-10T10:00:00Z", "2026-06-09T10:00:00Z", Bucket.HOUR),
        ("7d", "2026-06-04T10:00:00Z", "2026-05-28T10:00:00Z", Bucket.DAY),
        ("30d", "2026-05-12T10:00:00Z", "2026-04-12T10:00:00Z", Bucket.DAY),
        ("3m", "2026-03-13T10:00:00Z", "2025-12-13T10:00:00Z", Bucket.DAY),
        ("12m", "2025-06-11T10:00:00Z", "2024-06-11T10:00:00Z", Bucket.DAY),
    ],
)
def test_rolling(chip: str, start: str, before: str, bucket: Bucket) -> None:
    found = timerange.rolling(chip, NOW)
    assert found == timerange.TimeRange(chip, Period(at(start), NOW), bucket, Period(at(before), at(start)))


@pytest.mark.parametrize(
    ("chip", "start", "end"),
    [
        ("today", "2026-06-10T21:00Z", "2026-06-11T10:00Z"),
        ("yesterday", "2026-06-09T21:00Z", "2026-06-10T21:00Z"),
        ("month", "2026-05-31T21:00Z", "2026-06-11T10:00Z"),
        ("last-month", "2026-04-30T21:00Z", "2026-05-31T21:00Z"),
        ("year", "2025-12-31T22:00Z", "2026-06-11T10:00Z"),
    ],
)
def test_calendar(chip: str, start: str, end: str) -> None:
    found = timerange.calendar(chip, NOW, ZoneInfo("Europe/Bucharest"))
    assert found.period == Period(at(start), at(end))
    assert found.previous == found.period.previous()
    assert found.bucket is (Bucket.HOUR if chip in {"today", "yesterday"} else Bucket.DAY)
    assert set(timerange.CALENDAR) >= {chip}


def test_today_begins_now_at_midnight() -> None:
    midnight = at("2026-06-11")
    assert timerange.calendar("today", midnight, UTC).period == Period(midnight, midnight + 1)


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-06-11", "Europe/Bucharest", "2026-06-10T21:00Z"),
        ("20260611", "Europe/Bucharest", "2026-06-10T21:00Z"),
        ("2026-06-11T00:00", "Europe/Bucharest", "2026-06-11T00:00Z"),
        ("2026-03-08", "America/Havana", "2026-03-08T05:00Z"),  # clocks go from midnight to one
        ("2026-11-01", "America/Havana", "2026-11-01T04:00Z"),  # and back: midnight comes twice
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00Z"),  # a date that was left out: the next one
    ],
)
def test_a_date_begins_by_the_clocks_of_a_zone(text: str, zone: str, instant: str) -> None:
    assert timerange.instant(text, ZoneInfo(zone)) == at(instant)


@pytest.mark.parametrize(
    ("start", "end", "bucket"),
    [
        ("2026-06-01", "2026-06-03", Bucket.HOUR),  # 48 hours exactly
        ("2026-06-01", "2026-06-03T00:00:00.001Z", Bucket.DAY),
        ("2026-06-01", "2026-06-01T00:00:00.001Z", Bucket.HOUR),
    ],
)
def test_explicit(start: str, end: str, bucket: Bucket) -> None:
    found = timerange.explicit(at(start), at(end))
    assert (found.chip, found.bucket) == ("custom", bucket)
    assert found.previous == Period(2 * at(start) - at(end), at(start))


@pytest.mark.parametrize("end", ["2026-06-01", "2026-05-31"])
def test_explicit_must_go_forward(end: str) -> None:
    with pytest.raises(UserError, match=r"from: 2026-06-01T00:00:00\.000Z is not before to"):
        timerange.explicit(at("2026-06-01"), at(end))


@pytest.mark.parametrize(
    ("first", "start"),
    [
        ("2026-06-09T20:00:00Z", "2026-06-09"),
        (None, "2026-06-11"),
        ("2026-06-11T10:04:00Z", "2026-06-11"),  # in the near future
    ],
)
def test_whole(first: str | None, start: str) -> None:
    found = timerange.whole(at(first) if first else None, NOW)
    assert found == timerange.TimeRange("all", Period(at(start), NOW), Bucket.DAY, None)


@pytest.mark.parametrize(
    ("text", "millis"),
    [
        ("1970-01-01", 0),
        ("1970-01-01T00:00:01.5", 1500),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999Z", None),
        ("1970-01-01T00:00:00+00:01", None),
        ("9998-12-31T23:59:59.999Z", 253_370_764_799_999),
        ("9998-12-31T23:59:59-00:01", None),
        ("9999-01-01", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("0001-01-01T00:00:00+12:00", None),
        ("", None),
        ("yesterday", None),
        ("2026-13-01", None),
        ("1970-01-01T00:00:00Z; --", None),
    ],
)
def test_instant(text: str, millis: int | None) -> None:
    assert timerange.instant(text) == millis


def test_buckets_are_bounded() -> None:
    assert len(timerange.starts(Bucket.DAY, Period(0, 20_000 * 86_400_000))) == 20_000
    with pytest.raises(UserError, match="20000 buckets"):
        timerange.starts(Bucket.DAY, Period(0, at("9998-12-31")))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-06-11t10:00:00z", "2026-06-11T10:00:00Z"),
        ("2026-06-11T24:00:00Z", "2026-06-12T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ],
)
def test_instants_are_read_as_on_every_surface(text: str, same: str) -> None:
    assert timerange.instant(text) == timerange.instant(same) is not None


@pytest.mark.parametrize(
    ("start", "weekdays", "zone", "before"),
    [
        ("2026-06-11T10:00:00Z", False, "UTC", "2025-06-11T10:00:00Z"),
        ("2026-06-11T10:00:00Z", True, "UTC", "2025-06-12T10:00:00Z"),
        ("2024-02-29T12:00:00Z", False, "UTC", "2023-02-28T12:00:00Z"),
        ("2026-03-29T22:00:00Z", False, "Europe/Bucharest", "2025-03-29T23:00:00Z"),  # clocks went forward later
    ],
)
def test_a_year_before(start: str, weekdays: bool, zone: str, before: str) -> None:
    found = timerange.year_before(Period(at(start), at(start) + 1), ZoneInfo(zone), weekdays=weekdays)
    assert found.start == at(before)
