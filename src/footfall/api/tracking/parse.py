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
from footfall.query.timerange import instant
from footfall.store.protocol import Reader

PeriodName = Literal["day", "week", "month", "year", "all"]
TrendPeriod = Literal["24h", "7d", "30d", "1y"]
Granularity = Literal["hour", "day", "week", "month"]

_DAYS = {"week": 7, "month": 30, "year": 365, "24h": 1, "7d": 7, "30d": 30, "1y": 365}

Bots = Annotated[bool, Query(description="`false` or `0` leaves known bots out.", examples=[True])]


@dataclass(frozen=True, slots=True)
class TrackingQuery:
    """`base` has project and bots; its period is the project's whole history up to now."""

    store: Reader
    base: ast.Query

    def during(self, name: str) -> ast.Query:
        """`day` is today since 00:00 UTC; the others roll, ending now."""
        now = self.base.period.end
        if name == "all":
            return self.base
        start = Bucket.DAY.floor(now) if name == "day" else now - _DAYS[name] * DAY
        return replace(self.base, period=Period(start, now))


def tracking_query(
    request: Request,
    project: OfToken,
    store: ReaderOfToken,
    bots: Bots = True,
) -> TrackingQuery:
    history = Period(EARLIEST, querying(request).clock())
    base = ast.Query(project=project.number, table=Table.REQUESTS, period=history, bots=bots)
    return TrackingQuery(store, base)


ParsedQuery = Annotated[TrackingQuery, Depends(tracking_query)]


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Each one that is given must hold, exactly."""

    endpoint: Annotated[str | None, Query(description="Path as received.", examples=["/login"])] = None
    method: Annotated[str | None, Query(description="HTTP method.", examples=["GET"])] = None
    user_hash: Annotated[str | None, Query(description="Lower-case hex.", examples=["5b1f0c9e2a7d4e31"])] = None
    status: Annotated[int | None, Query(ge=100, le=599, description="HTTP status.", examples=[404])] = None
    from_: Annotated[str | None, Query(alias="from", description="Start, ISO 8601.", examples=["2025-08-06"])] = None
    to: Annotated[str | None, Query(description="End (not included), ISO 8601.", examples=["2025-08-13"])] = None

    def narrow(self, base: ast.Query) -> ast.Query:
        """UserError(`bad_parameter`) where an instant can't be read or `from` is not before `to`."""
        start = _bound("from", self.from_, base.period.start)
        end = _bound("to", self.to, base.period.end)
        if start >= end:
            raise UserError("bad_parameter", f"from: {self.from_!r} is not before to: {self.to or 'now'!r}")
        return replace(base, period=Period(start, end), filters=(*base.filters, *self._terms()))

    def _terms(self) -> list[ast.Term]:
        given = {
            "endpoint": self.endpoint,
            "method": self.method and self.method.upper(),
            "user_hash": self.user_hash and self.user_hash.lower(),
            "status": self.status and str(self.status),
        }
        return [ast.equals(key, value) for key, value in given.items() if value]


def _bound(name: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    found = instant(text)
    if found is None:
        raise UserError("bad_parameter", f"{name}: {text[:100]!r} is not an ISO 8601 timestamp")
    return found
