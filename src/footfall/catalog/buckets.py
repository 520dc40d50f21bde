"""Buckets: the start, in Unix milliseconds, of the bucket that a row falls in. Weeks start on Monday (ISO 8601)."""

from __future__ import annotations

from footfall.model.period import Bucket


def _start(interval: str) -> str:
    return f"toUnixTimestamp(toDateTime(toStartOfInterval(timestamp, INTERVAL {interval}), 'UTC')) * 1000"


BUCKETS: dict[Bucket, str] = {
    Bucket.QUARTER_HOUR: _start("15 MINUTE"),
    Bucket.HOUR: _start("1 HOUR"),
    Bucket.DAY: _start("1 DAY"),
    Bucket.WEEK: _start("1 WEEK"),
    Bucket.MONTH: _start("1 MONTH"),
}
