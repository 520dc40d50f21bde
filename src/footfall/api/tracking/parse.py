"""Periods, filters and the project of the tracking surface."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from footfall.api.of_token import OfToken, ReaderOfToken
from footfall.api.state import querying
from footfall.catalog.tables import Table
from footfall.clock import DAY
from footfall.errors import UserError
from footfall.model.period import Bucket, Period
from footfall.query import ast
from footfall.query.passes.clamp import EARLIEST
from footfall.query.timerange import INSTANTS, instant
from footfall.store.protocol import Reader

PeriodName = Literal["day", "week", "month", "year", "all"]
TrendPeriod = Literal["24h", "7d", "30d", "1y", "all"]
Granularity = Literal["hour", "day", "week", "month"]
StatusClass = Literal["1xx", "2xx", "3xx", "4xx", "5xx"]
Traffic = Literal["human", "bot", "ai", "monitor", "scanner"]

CUSTOM = "custom"
"""The name of the period that `from` and `to` make."""

_DAYS = {"week": 7, "month": 30, "year": 365, "24h": 1, "7d": 7, "30d": 30, "1y": 365}

Bots = Annotated[bool, Query(description="`false` or `0` leaves known bots out.", examples=[True])]


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests count. Each one that is given must hold; texts compare exactly, but for country and browser."""

    endpoint: Annotated[str | None, Query(description="Path as received.", examples=["/login"])] = None
    method: Annotated[str | None, Query(description="HTTP method, in any case.", examples=["GET"])] = None
    status: Annotated[int | None, Query(ge=100, le=999, description="HTTP status.", examples=[404])] = None
    status_class: Annotated[
        StatusClass | None, Query(description="Statuses by their first digit.", examples=["5xx"])
    ] = None
    host: Annotated[str | None, Query(description="Host, in any case.", examples=["shop.example"])] = None
    country: Annotated[
        str | None, Query(description="ISO 3166-1 alpha-2 or `unknown`, in any case.", examples=["RO"])
    ] = None
    browser: Annotated[str | None, Query(description="Family, in any case.", examples=["Firefox"])] = None
    referer: Annotated[
        str | None, Query(description="URL as sent, or `direct`.", examples=["https://news.example/"])
    ] = None
    user_hash: Annotated[str | None, Query(description="Lower-case hex.", examples=["5b1f0c9e2a7d4e31"])] = None
    consumer: Annotated[
        str | None, Query(description="The id that the server gave the user, else `user_hash`.", examples=["ada"])
    ] = None
    failed: Annotated[bool, Query(description="Only requests with a status of 400 or above.", examples=[True])] = False
    traffic: Annotated[
        Traffic | None, Query(description="Class of the client; goes before `bots`.", examples=["bot"])
    ] = None

    def terms(self) -> tuple[ast.Term, ...]:
        """UserError(`bad_parameter`) where a value is empty: it would ask for everything."""
        given = {
            "endpoint": self.endpoint,
            "method": self.method and self.method.upper(),
            "status": None if self.status is None else str(self.status),
            "status_class": self.status_class,
            "host": self.host and self.host.lower(),
            "country": self.country,
            "browser": self.browser,
            "referer": self.referer,
            "user_hash": self.user_hash and self.user_hash.lower(),
            "consumer": self.consumer,
            "failure": "yes" if self.failed else None,
            "traffic": self.traffic,
        }
        empty = next((key for key, value in given.items() if value == ""), None)
        if empty:
            raise UserError("bad_parameter", f"{empty}: '' is empty; leave it out to ask for all")
        return tuple(ast.equals(key, value) for key, value in given.items() if value is not None)


@dataclass(frozen=True, slots=True)
class Span:
    """Explicit bounds, which override any named period; each may be given alone."""

    from_: Annotated[str | None, Query(alias="from", description="Start, ISO 8601.", examples=["2025-08-06"])] = None
    to: Annotated[str | None, Query(description="End (not included), ISO 8601.", examples=["2025-08-13"])] = None

    @property
    def given(self) -> bool:
        return self.from_ is not None or self.to is not None

    def within(self, period: Period) -> Period:
        """UserError(`bad_parameter`) where an instant can't be read or `from` is not before `to`."""
        start = bound("from", self.from_, period.start)
        end = bound("to", self.to, period.end)
        if start >= end:
            raise UserError("bad_parameter", f"from: {self.from_!r} is not before to: {self.to or 'now'!r}")
        return Period(start, end)


@dataclass(frozen=True, slots=True)
class TrackingQuery:
    """`base` has project, filters and bots; its period is `from` to `to`, or the whole history up to now."""

    store: Reader
    base: ast.Query
    custom: bool = False

    def name(self, period: str) -> str:
        return CUSTOM if self.custom else period

    def during(self, period: str) -> ast.Query:
        """`day` is today since 00:00 UTC; the others roll, ending now."""
        now = self.base.period.end
        if period == "all" or self.custom:
            return self.base
        start = Bucket.DAY.floor(now) if period == "day" else now - _DAYS[period] * DAY
        return replace(self.base, period=Period(start, now))


def tracking_query(
    request: Request,
    project: OfToken,
    store: ReaderOfToken,
    chosen: Annotated[RequestFilter, Depends()],
    span: Annotated[Span, Depends()],
    bots: Bots = True,
) -> TrackingQuery:
    period = span.within(Period(EARLIEST, querying(request).clock()))
    base = ast.Query(project=project.number, table=Table.REQUESTS, period=period, filters=chosen.terms(), bots=bots)
    return TrackingQuery(store, base, span.given)


ParsedQuery = Annotated[TrackingQuery, Depends(tracking_query)]


def bound(name: str, text: str | None, default: int) -> int:
    """UserError(`bad_parameter`) where the text is no instant."""
    if text is None:
        return default
    found = instant(text)
    if found is None:
        raise UserError("bad_parameter", f"{name}: {text[:100]!r} is none of the {INSTANTS}")
    return found
