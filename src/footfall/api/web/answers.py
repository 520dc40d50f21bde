"""Answers that both an endpoint of their own and `panels` give."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from footfall.api.web import render
from footfall.api.web.comparing import by
from footfall.api.web.parse import WebQuery
from footfall.api.web.toplists import MAX_LABELS, ListParameters
from footfall.query import build, listing, rankings, run, series

Json = dict[str, Any]


def kpis(query: WebQuery, *, figures: bool) -> Json:
    return render.kpis(query, run.kpis(query.store, query.base, query.previous), figures=figures)


def timeseries(query: WebQuery, bucket: str | None, *, figures: bool) -> Json:
    query = by(query, bucket)
    if figures:
        found = series.figures(query.store, query.base, query.previous, query.time_range)
        return render.timeseries_of_figures(query, found)
    points = run.timeline(query.store, query.base, query.previous, query.time_range)
    return render.timeseries(query, points)


def custom_events(query: WebQuery, page: ListParameters, bucket: str | None) -> Json:
    query, ranking = by(query, bucket), replace(page.of(build.CUSTOM_EVENTS), before=())
    starts = query.time_range.starts()
    found = rankings.sparklines(query.store, query.base, query.previous, starts, page.most, ranking, totals=page.totals)
    answer = render.sparklines(query, "name", found.items, figures=page.figures)
    if page.totals:
        totals = found.totals or listing.totals(query.store, query.base, ranking, len(found.items), page.most)
        answer |= render.totals(totals)
    return answer


def traffic(query: WebQuery, bucket: str | None) -> Json:
    """Every class of traffic, people included."""
    query = by(replace(query, base=replace(query.base, bots=True)), bucket)
    ranking, starts = build.declared("traffic"), query.time_range.starts()
    found = rankings.sparklines(query.store, query.base, query.previous, starts, MAX_LABELS, ranking)
    return render.sparklines(query, "traffic", found.items, figures=True)
