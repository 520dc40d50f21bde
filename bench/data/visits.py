"""Sessions of a month and their events, as numbers of rows in the tables of the world.

A session's events are consecutive draws, and two sessions of a visitor are more than half an hour apart: the sessions
that are drawn are those that the product finds in their events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.data import draws
from bench.data.calendar import Month
from bench.data.choices import BITS, Picker, zipf
from bench.data.world import LARGE_HOSTS, World
from footfall.clock import DAY, MINUTE, SECOND
from footfall.model.session import SESSION_GAP
from footfall.pipeline.keys import combine, text_key

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]

NOBODY = -1
_LONGEST_GAP = 25 * MINUTE
_MEAN_GAP = 45 * SECOND
_DAILY = 0.9
"""Visitors whose key changes daily, by session of theirs."""


@dataclass(frozen=True)
class People:
    """Named visitors of the projects `first` to `last`: `each` of them in every project."""

    first: int
    last: int
    each: int
    names: list[str]
    keys: Keys

    @classmethod
    def of(cls, first: int, last: int, events: int) -> People:
        projects = last - first + 1
        each = max(1, round(events / projects / _mean() * draws.NAMED / draws.RETURNS))
        names = [f"customer-{project}-{number}" for project in range(first, last + 1) for number in range(each)]
        return cls(first, last, each, names, np.array([text_key(name) for name in names], dtype=np.uint64))


@dataclass(frozen=True)
class Sessions:
    """One entry per session, by project and start. `name` is the visitor's place among the people, or NOBODY.

    `gaps` has one entry per event: milliseconds since the event before, 0 for the first.
    """

    project: Numbers
    visitor: Keys
    name: Numbers
    start: Numbers
    length: Numbers
    gaps: Numbers

    def parts(self, events: int) -> Iterator[Sessions]:
        """In order, parts of about so many events."""
        ends = np.cumsum(self.length)
        edges = [0, *np.searchsorted(ends, np.arange(events, ends[-1], events)).tolist(), len(ends)]
        for low, high in pairwise(edges):
            if low < high:
                own = slice(low, high)
                gaps = self.gaps[ends[low] - self.length[low] : ends[high - 1]]
                yield Sessions(
                    self.project[own], self.visitor[own], self.name[own], self.start[own], self.length[own], gaps
                )


def draw_sessions(people: People, month: Month, events: int, random: np.random.Generator) -> Sessions:
    """Sessions with so many events altogether."""
    lengths = 1 + Picker(draws.LENGTHS).draw(random, int(events / _mean() * 1.1) + 100).astype(np.int64)
    ends = np.cumsum(lengths)
    count = int(np.searchsorted(ends, events)) + 1
    lengths = lengths[:count]
    lengths[-1] -= ends[count - 1] - events
    first = np.cumsum(lengths) - lengths
    gaps = (random.standard_exponential(events, dtype=np.float32) * _MEAN_GAP).astype(np.int64) + SECOND // 2
    np.minimum(gaps, _LONGEST_GAP, out=gaps)
    gaps[first] = 0
    durations = np.add.reduceat(gaps, first)
    project = random.integers(people.first, people.last + 1, count)
    named = random.random(count) < draws.NAMED
    start = month.draw(random, count)
    # Keys that change daily end with the day, and nobody who returns is seen in the last half hour of a month.
    ends = np.where(named, month.period.end - SESSION_GAP, start // DAY * DAY + DAY)
    start = np.minimum(start, ends - 1 - durations)
    progress = np.clip(0.15 + (start - month.period.end + 365 * DAY) / (365 * DAY) * 0.85, 0.15, 1)
    number = (people.each * progress * random.random(count) ** 1.3).astype(np.int64)
    name = np.where(named, (project - people.first) * people.each + np.minimum(number, people.each - 1), NOBODY)
    crowd = max(1.0, events / _mean() * DAY / month.period.length / (people.last - people.first + 1) * _DAILY)
    other = (random.random(count) * crowd).astype(np.int64)
    visitor = np.where(named, people.keys[np.where(named, name, 0)], _daily(project, start, other))
    visitor, name = _apart(project, visitor, name, start, start + durations)
    return _sorted(Sessions(project, visitor, name, start, lengths, gaps), first)


def _mean() -> float:
    weights = np.array(draws.LENGTHS)
    return float((weights * np.arange(1, len(weights) + 1)).sum() / weights.sum())


def _daily(project: Numbers, start: Numbers, number: Numbers) -> Keys:
    parts = (project, start // DAY, number)
    return combine(*(pl.Series(part.astype(np.uint64)) for part in parts)).to_numpy()


def _apart(project: Numbers, visitor: Keys, name: Numbers, start: Numbers, end: Numbers) -> tuple[Keys, Numbers]:
    """Visitors and names: a session less than half an hour after another of its visitor's is a new visitor's."""
    visitor, name = visitor.copy(), name.copy()
    fresh = 1 << 40
    while True:
        order = np.lexsort((start, visitor))
        same = visitor[order][1:] == visitor[order][:-1]
        near = order[1:][same & (start[order][1:] <= end[order][:-1] + SESSION_GAP)]
        if not len(near):
            return visitor, name
        visitor[near] = _daily(project[near], start[near], fresh + np.arange(len(near)))
        name[near] = NOBODY
        fresh += len(near)


def _sorted(found: Sessions, first: Numbers) -> Sessions:
    """By project and start, with the gaps in the same order."""
    order = np.lexsort((found.start, found.project))
    length = found.length[order]
    begins = np.cumsum(length) - length
    places = np.repeat(first[order] - begins, length) + np.arange(len(found.gaps))
    plain = {f.name: getattr(found, f.name)[order] for f in fields(found) if f.name != "gaps"}
    return Sessions(**plain, gaps=found.gaps[places])


@dataclass(frozen=True)
class Drawn:
    """The facts of some sessions, session by session.

    `first` is the place of each session's first fact; `session` that of each fact's session.
    """

    sessions: Sessions
    first: Numbers
    session: Numbers
    times: Numbers

    @classmethod
    def of(cls, sessions: Sessions) -> Drawn:
        first = np.cumsum(sessions.length) - sessions.length
        session = np.repeat(np.arange(len(first)), sessions.length)
        since = np.cumsum(sessions.gaps)
        return cls(sessions, first, session, sessions.start[session] + since - since[first][session])

    def bits(self, shift: int) -> Numbers:
        """20 bits of each session's visitor: what is picked by them is the same in all of the visitor's sessions."""
        mask = np.uint64((1 << BITS) - 1)
        return (self.sessions.visitor >> np.uint64(shift) & mask).astype(np.int64)


@dataclass(frozen=True)
class Visits:
    """Events as numbers of rows in the world's tables."""

    host: Numbers
    page: NDArray[np.int32]
    action: NDArray[np.int32]
    arrival: NDArray[np.int32]
    agent: NDArray[np.int32]
    place: NDArray[np.int32]


class Events:
    """Draws the events of sessions."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pages = Picker(zipf(draws.PAGES))
        self._hosts = Picker((0.7, 0.2, 0.1))
        landing = zipf(draws.PAGES, 1.2)
        landing[8:108] *= 6  # articles
        self._entries = Picker(landing)

    def draw(self, drawn: Drawn, random: np.random.Generator) -> Visits:
        first, session = drawn.first, drawn.session
        start = np.zeros(len(session), dtype=bool)
        start[first] = True
        chance = random.random(len(session), dtype=np.float32)
        custom = chance < np.where(start, np.float32(draws.CUSTOM_FIRST), np.float32(draws.CUSTOM_LATER))
        action = np.zeros(len(session), dtype=np.int32)
        action[custom] = 1 + self._world.acting.draw(random, int(custom.sum()))
        hosts = self._host(drawn.sessions.project, random)
        arrival = (self._world.home + hosts).astype(np.int32)[session]
        arrival[first] = self._world.arriving.draw(random, len(first))
        agent, place = self._who(drawn, random)
        page = self._page(drawn, start | ~custom, random)
        return Visits(hosts[session], page, action, arrival, agent, place)

    def _host(self, project: Numbers, random: np.random.Generator) -> Numbers:
        own = self._hosts.draw(random, len(project))
        return np.where(project == draws.LARGE, own, len(LARGE_HOSTS) + project - 2)

    def _page(self, drawn: Drawn, opened: NDArray[np.bool_], random: np.random.Generator) -> NDArray[np.int32]:
        """An event that opens no page happens on the one that was opened last."""
        page = self._pages.draw(random, len(opened))
        page[drawn.first] = self._entries.draw(random, len(drawn.first))
        project = drawn.sessions.project[drawn.session]
        moved = (page % draws.SMALL_PAGES + project * 37) % draws.PAGES
        page = np.where(project == draws.LARGE, page, moved).astype(np.int32)
        places = np.where(opened, np.arange(len(opened)), 0)
        return page[np.maximum.accumulate(places)]

    def _who(self, drawn: Drawn, random: np.random.Generator) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """A visitor's agent and city never change, but in a few sessions of named visitors, which go on elsewhere."""
        sessions, session, world = drawn.sessions, drawn.session, self._world
        agent = world.surfing.of(drawn.bits(0))[session]
        place = world.living.of(drawn.bits(20))[session]
        mixed = (sessions.name != NOBODY) & (random.random(len(drawn.first)) < draws.MIXED) & (sessions.length > 1)
        later = np.nonzero(mixed[session])[0]
        later = later[later - drawn.first[session[later]] >= sessions.length[session[later]] // 2]
        agent[later] = world.surfing.of(drawn.bits(40))[session[later]]
        place[later] = world.living.of(drawn.bits(44))[session[later]]
        return agent, place
