from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.model.period import Bucket, Period, iso, iso_seconds, parse_instant, to_datetime, to_millis

moments = st.integers(to_millis(datetime(1999, 1, 1, tzinfo=UTC)), to_millis(datetime(2100, 1, 1, tzinfo=UTC)))


INSTANTS = {
    "2026-11-27T10:00:00Z": "2026-11-27T10:00:00.000Z",
    "2026-11-27t10:00:00z": "2026-11-27T10:00:00.000Z",
    "2026-11-27 10:00:00.25z": "2026-11-27T10:00:00.250Z",
    "2026-11-27T10:00:00": "2026-11-27T10:00:00.000Z",
    "2026-11-27T10:00:00,5+02:00": "2026-11-27T08:00:00.500Z",
    "20261127T100000Z": "2026-11-27T10:00:00.000Z",
    "2026-11-27": "2026-11-27T00:00:00.000Z",
    "2026-11-27T24:00:00": "2026-11-28T00:00:00.000Z",
    "2026-11-27t24:00:00.000z": "2026-11-28T00:00:00.000Z",
    "2026-12-31T24:00:00Z": "2027-01-01T00:00:00.000Z",
    "2026-11-27 24:00": "2026-11-28T00:00:00.000Z",
    "20261127T240000+0200": "2026-11-27T22:00:00.000Z",
    "2016-12-31T23:59:60Z": "2017-01-01T00:00:00.000Z",
    "2016-12-31t23:59:60.5z": "2017-01-01T00:00:00.500Z",
    "2016-12-31T15:59:60-08:00": "2017-01-01T00:00:00.000Z",
    "2017-01-01T05:29:60+05:30": "2017-01-01T00:00:00.000Z",
    "20161231T235960Z": "2017-01-01T00:00:00.000Z",
}


@pytest.mark.parametrize("text", INSTANTS)
def test_an_instant_is_read_as_it_is_written(text):
    assert iso(to_millis(parse_instant(text))) == INSTANTS[text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-11-27T24:00:01Z",
        "2026-11-27T24:01:00Z",
        "2026-11-27T25:00:00Z",
        "2026-11-27T12:30:60Z",
        "2026-11-27T23:58:60Z",
        "2026-11-27T23:59:61Z",
        "2026-11-31T24:00:00Z",
        "2026-11-27T24:00:00Zz",
        "2026-11-27T10:00:00y",
    ],
)
def test_what_is_no_instant(text):
    with pytest.raises(ValueError, match=r"nvalid|must be|unconverted|range"):
        parse_instant(text)


def millis(text: str) -> int:
    return to_millis(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("bucket", "moment", "start", "following"),
    [
        (Bucket.QUARTER_HOUR, "2026-06-11T10:29:59.999", "2026-06-11T10:15", "2026-06-11T10:30"),
        (Bucket.HOUR, "2026-06-11T10:59:59.999", "2026-06-11T10:00", "2026-06-11T11:00"),
        (Bucket.HOUR, "2026-06-11T10:00:00", "2026-06-11T10:00", "2026-06-11T11:00"),
        (Bucket.DAY, "2026-06-11T23:59:59.999", "2026-06-11", "2026-06-12"),
        (Bucket.DAY, "2024-02-28T12:00", "2024-02-28", "2024-02-29"),
        (Bucket.WEEK, "2026-06-11T12:00", "2026-06-08", "2026-06-15"),
        (Bucket.WEEK, "2026-06-08T00:00", "2026-06-08", "2026-06-15"),
        (Bucket.WEEK, "2026-06-14T23:59:59.999", "2026-06-08", "2026-06-15"),
        (Bucket.WEEK, "2026-01-01T00:00", "2025-12-29", "2026-01-05"),
        (Bucket.MONTH, "2026-01-31T23:00", "2026-01-01", "2026-02-01"),
        (Bucket.MONTH, "2024-02-29T00:00", "2024-02-01", "2024-03-01"),
        (Bucket.MONTH, "2026-12-01T00:00", "2026-12-01", "2027-01-01"),
    ],
)
def test_where_a_bucket_starts_and_the_next(bucket, moment, start, following):
    floor = bucket.floor(millis(moment))
    assert to_datetime(floor) == to_datetime(millis(start))
    assert to_datetime(bucket.next(floor)) == to_datetime(millis(following))


@given(st.sampled_from(Bucket), moments)
def test_a_moment_lies_in_its_bucket(bucket, moment):
    start = bucket.floor(moment)
    assert start <= moment < bucket.next(start)
    assert bucket.floor(start) == start
    assert bucket.floor(bucket.next(start) - 1) == start


@given(st.sampled_from([Bucket.DAY, Bucket.WEEK, Bucket.MONTH]), moments, st.integers(1, 400 * 86_400_000))
def test_the_buckets_of_a_period_cover_it_without_a_gap(bucket, start, length):
    period = Period(start, start + length)
    starts = bucket.starts(period)
    assert starts[0] <= period.start < bucket.next(starts[0])
    assert starts[-1] < period.end <= bucket.next(starts[-1])
    assert tuple(bucket.next(at) for at in starts[:-1]) == starts[1:]


def test_an_end_on_a_boundary_opens_no_bucket():
    period = Period(millis("2026-06-10"), millis("2026-06-12"))
    assert Bucket.DAY.starts(period) == (millis("2026-06-10"), millis("2026-06-11"))


@given(moments, st.integers(1, 10**12))
def test_the_previous_period_is_as_long_and_ends_where_this_one_starts(start, length):
    period = Period(start, start + length)
    assert period.previous().end == period.start
    assert period.previous().length == period.length


@given(moments)
def test_instants_as_text(moment):
    assert datetime.fromisoformat(iso(moment)) == to_datetime(moment)
    assert datetime.fromisoformat(iso_seconds(moment)) == to_datetime(moment - moment % 1000)
    assert to_millis(to_datetime(moment)) == moment
    assert iso(moment).endswith(f".{moment % 1000:03}Z")


def test_microseconds_are_cut_off_downwards():
    half = datetime(2026, 6, 11, tzinfo=UTC) + timedelta(microseconds=1999)
    assert to_millis(half) == millis("2026-06-11") + 1
    assert to_millis(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


LORD_HOWE, HAVANA, SAMOA = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Havana"), ZoneInfo("Pacific/Apia")
BUCHAREST, KATHMANDU, ST_JOHNS = ZoneInfo("Europe/Bucharest"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/St_Johns")


@pytest.mark.parametrize(
    ("zone", "bucket", "start", "end", "edges"),
    [
        # Local midnight is 21:00 UTC in summer, 22:00 in winter: 2026-03-29 has 23 hours, 2026-10-25 has 25.
        (BUCHAREST, Bucket.DAY, "2026-03-28T23:00", "2026-03-30T22:00", "28T22:00 29T21:00 30T21:00"),
        (BUCHAREST, Bucket.DAY, "2026-10-24T22:00", "2026-10-26T10:00", "24T21:00 25T22:00"),
        (BUCHAREST, Bucket.HOUR, "2026-10-25T00:30", "2026-10-25T03:00", "25T00:00 25T01:00 25T02:00"),
        (BUCHAREST, Bucket.WEEK, "2026-03-25T00:00", "2026-03-31T00:00", "22T22:00 29T21:00"),
        (BUCHAREST, Bucket.MONTH, "2026-03-31T20:00", "2026-04-01T00:00", "28T22:00 31T21:00"),
        (KATHMANDU, Bucket.HOUR, "2026-06-11T10:00", "2026-06-11T12:00", "11T09:15 11T10:15 11T11:15"),
        # Clocks go from 02:00 to 02:30 at 15:30 UTC, and back from 02:00 to 01:30 at 15:00 UTC.
        (LORD_HOWE, Bucket.HOUR, "2026-10-03T14:40", "2026-10-03T16:10", "03T14:30 03T15:30 03T16:00"),
        (LORD_HOWE, Bucket.HOUR, "2026-04-04T14:00", "2026-04-04T15:40", "04T14:00 04T15:00 04T15:30"),
        (LORD_HOWE, Bucket.HOUR, "2026-10-03T15:50", "2026-10-03T16:00", "03T15:30"),
        # 00:00 becomes 01:00: the day begins at 05:00 UTC, which is 01:00.
        (HAVANA, Bucket.DAY, "2026-03-07T12:00", "2026-03-09T12:00", "07T05:00 08T05:00 09T04:00"),
        # 00:00 to 01:00 comes twice.
        (HAVANA, Bucket.DAY, "2026-10-31T12:00", "2026-11-01T05:30", "31T04:00 01T04:00"),
        # The 30th of December 2011 was left out.
        (SAMOA, Bucket.DAY, "2011-12-29T12:00", "2011-12-31T12:00", "29T10:00 30T10:00 31T10:00"),
        # 00:01 became 23:01 of the day before: what that showed again lies in the day that had begun.
        (ST_JOHNS, Bucket.DAY, "2010-11-07T03:10", "2010-11-08T03:30", "07T02:30"),
    ],
)
def test_buckets_of_a_zone(zone, bucket, start, end, edges):
    found = bucket.starts(Period(millis(start), millis(end)), zone)
    assert [f"{to_datetime(at):%dT%H:%M}" for at in found] == edges.split()


@given(st.sampled_from(Bucket), moments, st.sampled_from([BUCHAREST, KATHMANDU, LORD_HOWE, HAVANA, SAMOA, ST_JOHNS]))
def test_a_moment_lies_in_its_bucket_of_any_zone(bucket, moment, zone):
    start = bucket.floor(moment, zone)
    assert start <= moment < bucket.next(start, zone)
    assert bucket.floor(start, zone) == start


@given(st.sampled_from(Bucket), moments)
def test_utc_by_name_is_utc(bucket, moment):
    assert bucket.floor(moment, ZoneInfo("UTC")) == bucket.floor(moment)
    assert bucket.next(bucket.floor(moment), ZoneInfo("UTC")) == bucket.next(bucket.floor(moment))
