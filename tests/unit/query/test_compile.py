from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.catalog.dimensions import FILTER_KEYS
from footfall.catalog.tables import Table
from footfall.idn import ascii_host
from footfall.model.period import Period
from footfall.percent import encoded
from footfall.query import build
from footfall.query.ast import Flows, Kpis, Pattern, Query, SessionPosition, Term, VisitorSessions
from footfall.query.passes import complete
from footfall.query.shares import average, delta_percent, share
from footfall.query.sql import compile_query
from footfall.query.sql.conditions import LONG, like

BASE = Query(project=1, table=Table.EVENTS, period=Period(1_780_000_000_000, 1_780_086_400_000))
PATTERNS = st.lists(st.text(min_size=1), min_size=1, max_size=3).map(lambda parts: Pattern(tuple(parts)))
TERMS = st.builds(
    Term,
    st.sampled_from(FILTER_KEYS) | st.text(min_size=1).map(lambda key: f"prop.{key}"),
    st.lists(PATTERNS, min_size=1, max_size=3).map(tuple),
    st.booleans(),
)
BUILDERS = (
    Kpis,
    lambda base: build.top(base, build.TOP_PAGES, 5),
    lambda base: build.newest(base, ("url",), 5),
    lambda base: Flows(base, 3, 20),
    lambda base: build.funnel(base, (base.filters, base.filters), 60_000),
    lambda base: build.retention(base, (1_780_000_000_000,)),
    lambda base: VisitorSessions(base, 5, 20, SessionPosition(1_780_000_000_000, "s")),
)


def _plain(part: str, value: Pattern) -> str:
    """A text of the same form: a part of a URL, a number other than a whole one, or any text, long or short.

    One with `?` or `#` is searched in whole URLs, too. Some are compared in the spelling of browsers, too.
    """
    number = value.literal and re.fullmatch(r"0|-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?", part.lower(), re.ASCII)
    whole = number and re.fullmatch(r"-?[1-9][0-9]{0,17}", part)
    if number and not whole:
        return "1.5"
    letter = next((letter for letter in "/?" if letter in part.replace("#", "?")), "a")
    if ascii_host(part) != part:
        letter += "ä"
    elif encoded(part) != part:
        letter += '"'
    if len(part) >= LONG:
        return letter * (LONG // len(letter))
    return letter * (LONG // 4 if len(encoded(part)) >= LONG else 1)


@given(st.lists(TERMS, max_size=4).map(tuple), st.sampled_from(BUILDERS))
def test_values_never_reach_the_text(terms: tuple[Term, ...], shape: object) -> None:
    """Texts of the same form compile to the same SQL, whatever they hold."""
    plain = tuple(
        Term(
            term.key if not term.key.startswith("prop.") else "prop." + ".".join("k" * len(term.key.split(".")[1:])),
            tuple(Pattern(tuple(_plain(part, value) for part in value.parts)) for value in term.values),
            term.negated,
        )
        for term in terms
    )
    compiled = [compile_query(complete(shape(replace(BASE, filters=given_terms)))) for given_terms in (terms, plain)]
    assert compiled[0].sql == compiled[1].sql
    names = set(re.findall(r"{(p\d+):(?:String|U?Int64|Array\((?:String|U?Int64|Array\(String\))\))}", compiled[0].sql))
    assert names == set(compiled[0].params)


@pytest.mark.parametrize(
    ("parts", "pattern"),
    [
        (("/blog/", ""), "/blog/%"),
        (("100%", "_x"), r"100\%%\_x"),
        (("a\\",), "a\\\\"),
        (("", ""), "%"),
    ],
)
def test_like(parts: tuple[str, ...], pattern: str) -> None:
    assert like(Pattern(parts)) == pattern


@pytest.mark.parametrize(
    ("now", "before", "percent"),
    [
        (42, 31, 35),
        (0, 4, -100),
        (5, 0, None),
        (5, None, None),
        (201, 200, 0),  # 0.5 goes to the even 0
        (203, 200, 2),  # 1.5 goes to the even 2
        (199, 200, 0),
        (197, 200, -2),
    ],
)
def test_delta_percent(now: int, before: int | None, percent: int | None) -> None:
    assert delta_percent(now, before) == percent


@pytest.mark.parametrize(
    ("part", "whole", "found"),
    [(0, 0, 0.0), (1, 3, 0.3333), (2, 3, 0.6667), (1, 1, 1.0), (1, 20_000, 0.0), (3, 20_000, 0.0002), (1, 32, 0.0312)],
)
def test_shares_are_rounded_half_to_even(part: int, whole: int, found: float) -> None:
    assert share(part, whole) == found


@pytest.mark.parametrize(
    ("millis", "count", "seconds"), [(0, 0, 0.0), (250, 1, 0.2), (350, 1, 0.4), (1_000, 3, 0.3), (90_061, 1, 90.1)]
)
def test_averages_are_rounded_half_to_even(millis: int, count: int, seconds: float) -> None:
    assert average(millis, count, unit=1000) == seconds
