"""Range, buckets and filters of the proxy surface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import JsonValue

from footfall.api import openapi
from footfall.api.of_token import OfToken, ReaderOfToken
from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.errors import UserError
from footfall.model.period import Bucket, Period
from footfall.query import ast
from footfall.query.timerange import instant
from footfall.store.protocol import Reader

MAX_DAYS = 62
MAX_BUCKETS = 1_500
MAX_ROWS = 100
MAX_ID = (1 << 63) - 1

_HOURS_UNTIL = 2 * DAY
_REQUIRED: dict[str, JsonValue] = {openapi.REQUIRED: True}  # `_bound` says what is allowed
_ALLOWED = "an ISO 8601 date or date-time is required, such as 2026-03-15 or 2026-03-15T10:00:00Z"

BucketName = Literal["minute", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Each one that is given must hold, exactly."""

    from_: Annotated[
        str | None,
        Query(alias="from", description="Start, ISO 8601.", examples=["2026-03-15"], json_schema_extra=_REQUIRED),
    ] = None
    to: Annotated[
        str | None,
        Query(
            description="End (not included), ISO 8601; a bare date is all of that day.",
            examples=["2026-03-16"],
            json_schema_extra=_REQUIRED,
        ),
    ] = None
    domain: Annotated[str | None, Query(description="As logged.", examples=["google.com"])] = None
    order_id: Annotated[int | None, Query(alias="orderId", ge=0, le=MAX_ID, description="Order.", examples=[3])] = None
    user_id: Annotated[int | None, Query(alias="userId", ge=0, le=MAX_ID, description="User.", examples=[1])] = None
    worker: Annotated[str | None, Query(description="As logged.", examples=["worker-01"])] = None
    protocol: Annotated[str | None, Query(description="As logged.", examples=["HTTPS"])] = None

    def period(self) -> Period:
        """UserError(`bad_parameter`) where a bound can't be read, or the two are the wrong way round or far apart."""
        start, named = _bound("from", self.from_), _bound("to", self.to)
        end = named + DAY if _is_date(self.to or "") else named
        if start >= end:
            raise UserError("bad_parameter", f"from: {self.from_!r} is not before to: {self.to!r}")
        if named - start > MAX_DAYS * DAY:
            message = f"from, to: {self.from_!r} and {self.to!r} are more than {MAX_DAYS} days apart"
            raise UserError("bad_parameter", message)
        return Period(start, end)

    def terms(self) -> tuple[ast.Term, ...]:
        given = {
            "domain": self.domain,
            "order_id": self.order_id,
            "user_id": self.user_id,
            "worker": self.worker,
            "protocol": self.protocol,
        }
        return tuple(ast.equals(key, str(value)) for key, value in given.items() if value is not None)


@dataclass(frozen=True, slots=True)
class ProxyQuery:
    store: Reader
    base: ast.Query


def proxy_query(project: OfToken, store: ReaderOfToken, chosen: Annotated[Filters, Depends()]) -> ProxyQuery:
    base = ast.Query(
        project=project.number, table=Table.PROXY_LOGS, period=chosen.period(), filters=chosen.terms(), bots=True
    )
    return ProxyQuery(store, base)


ParsedQuery = Annotated[ProxyQuery, Depends(proxy_query)]


def starts(
    query: ParsedQuery,
    bucket: Annotated[
        BucketName | None,
        Query(description="Hours up to 48 hours, days above, where it is not given.", examples=["hour"]),
    ] = None,
) -> tuple[int, ...]:
    """The buckets of a chart; UserError(`bad_parameter`) where they are more than 1,500."""
    period = query.base.period
    length = Bucket(bucket) if bucket else Bucket.HOUR if period.length <= _HOURS_UNTIL else Bucket.DAY
    least = length.next(0)
    if (period.end - length.floor(period.start) + least - 1) // least > MAX_BUCKETS:
        raise UserError(
            "bad_parameter", f"bucket: {length.value!r} makes more than {MAX_BUCKETS} buckets; shorten the range"
        )
    return length.starts(period)


Buckets = Annotated[tuple[int, ...], Depends(starts)]


def _bound(name: str, text: str | None) -> int:
    found = instant(text or "")
    if found is None:
        got = "nothing" if text is None else f"{text[:100]!r}"
        raise UserError("bad_parameter", f"{name}: {_ALLOWED} (got {got})")
    return found


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
