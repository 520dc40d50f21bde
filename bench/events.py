"""Made-up events, the same for every run of a size: bodies of batches for B2, raw events for B7.

Both come in the order of their time, as events do, with the sessions of many visitors woven into one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from bench import shop
from bench.shop import Numbers, zipf
from footfall.clock import DAY, HOUR, MINUTE, SECOND
from footfall.ids import IdSource, split
from footfall.model.raw import RawEvent
from footfall.pipeline.keys import combine

BATCH = 100
_PER_SESSION = 20
_SPAN = 6 * HOUR
_BOUNCES = 0.45
_LONGER = 4.0  # events that a session has on average after its second
_CUSTOM = 0.1
_DIRECT = 0.4


# B2: sessions that clients name, 20 events each, over the last six hours.


def write_batches(path: Path, events: int, now: int) -> int:
    """A file with the JSON body of 100 events on each line; the number of lines. `now` in Unix milliseconds."""
    random = np.random.default_rng(2)
    sessions = -(-events // _PER_SESSION)
    starts = random.integers(now - _SPAN, now - 30 * MINUTE, sessions)
    gaps = random.exponential(45 * SECOND, (sessions, _PER_SESSION)).astype(np.int64)
    gaps[:, 0] = 0
    times = (starts[:, None] + gaps.cumsum(axis=1)).clip(max=now - MINUTE).ravel()[:events]
    order = np.argsort(times, kind="stable")
    stamps = np.datetime_as_string(times[order].astype("datetime64[ms]"), unit="ms")
    drawn = zip(
        stamps.tolist(),
        (order // _PER_SESSION).tolist(),
        zipf(random, len(shop.PATHS), events).tolist(),
        random.random(events).tolist(),
        strict=True,
    )
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        batch: list[dict[str, object]] = []
        for stamp, session, page, chance in drawn:
            batch.append(_event(stamp, session, page, chance))
            if len(batch) == BATCH:
                file.write(encode({"events": batch}) + b"\n")
                batch.clear()
    return events // BATCH


def _event(stamp: str, session: int, page: int, chance: float) -> dict[str, object]:
    custom = chance < _CUSTOM
    event: dict[str, object] = {
        "event_name": shop.ACTIONS[session % len(shop.ACTIONS)] if custom else "page_view",
        "category": "user_action" if custom else "page_view",
        "timestamp": stamp + "Z",
        "session_id": f"s-{session:08d}",
        "page_url": f"https://{shop.HOST}{shop.PATHS[page]}",
        "referrer": shop.REFERRERS[session % len(shop.REFERRERS)],
        "user_agent": shop.AGENTS[session % len(shop.AGENTS)],
    }
    if custom:
        event["properties"] = {"plan": "pro", "value": page, "step": session % 7}
    return event


# B5 and B7: people without cookies over a month or more.


@dataclass(frozen=True)
class _Visits:
    """One entry per event, in the order of time: when, whose, and its position in the session."""

    times: Numbers
    visitors: Numbers
    sessions: Numbers
    places: Numbers


def raw_events(events: int, visitors: int, now: int, block: int, days: int = 30) -> Iterator[list[RawEvent]]:
    """Blocks of at most `block` events of the `days` before yesterday's midnight, in the order of time.

    `now` in Unix milliseconds. A visitor's key changes every day, as with the cookieless hash; ids are made at the
    time of the event.
    """
    random = np.random.default_rng(7)
    visits = _visits(random, events, visitors, now, days)
    agents = zipf(random, len(shop.EVERYONE), visitors)
    countries = zipf(random, len(shop.COUNTRIES), visitors)
    moment = [0]
    ids = IdSource(lambda: moment[0])
    for first in range(0, events, block):
        part = slice(first, first + block)
        times, people, sessions, places = (
            values[part] for values in (visits.times, visits.visitors, visits.sessions, visits.places)
        )
        keys = combine(pl.Series(people.astype(np.uint64)), pl.Series((times // DAY).astype(np.uint64)))
        pages = zipf(random, len(shop.PATHS), len(times))
        chances = random.random(len(times))
        rows = zip(
            times.tolist(), keys.to_list(), people.tolist(), sessions.tolist(), places.tolist(), pages.tolist(),
            chances.tolist(), agents[people].tolist(), countries[people].tolist(), strict=True,
        )  # fmt: skip
        made = []
        for time, key, person, session, place, page, chance, agent, country in rows:
            moment[0] = time
            made.append(_raw(ids.take(), time, key, person, session, place, page, chance, agent, country))
        yield made


def _visits(random: np.random.Generator, events: int, visitors: int, now: int, days: int) -> _Visits:
    """Mostly short sessions; visitors that come often and others that come once; more by day than by night."""
    mean = 1 + (1 - _BOUNCES) * (1 + _LONGER)
    count = round(events / mean * 1.1) + 100  # a little more than needed
    longer = 1 + random.geometric(1 / (1 + _LONGER), count)
    lengths = np.where(random.random(count) < _BOUNCES, 1, 1 + longer)
    hours = np.sin(np.linspace(0, np.pi, 24)) + 0.2
    start_hours = random.choice(24, count, p=hours / hours.sum())
    starts = random.integers(0, days, count) * DAY + start_hours * HOUR + random.integers(0, HOUR, count)
    starts += (now // DAY - days - 1) * DAY
    # Everybody comes once before anybody comes again.
    people = np.concatenate([np.arange(visitors), zipf(random, visitors, max(0, count - visitors), 0.6)])[:count]
    sessions = np.repeat(np.arange(count), lengths)
    places = np.arange(len(sessions)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    gaps = random.exponential(40 * SECOND, len(sessions)).astype(np.int64) + 500
    gaps[places == 0] = 0
    since = np.cumsum(gaps)
    since -= np.repeat(since[np.cumsum(lengths) - lengths], lengths)
    times = starts[sessions] + since
    # Whole sessions, as many as are needed: the last may be cut.
    order = np.argsort(times[:events], kind="stable")
    chosen = sessions[:events][order]
    return _Visits(times[:events][order], people[chosen], chosen, places[:events][order])


def _raw(
    number: int, time: int, key: int, person: int, session: int, place: int, page: int, chance: float, agent: int,
    country: int,
) -> RawEvent:  # fmt: skip
    high, low = split(number)
    custom = chance < _CUSTOM
    path = shop.PATHS[page]
    campaign = shop.CAMPAIGNS[session % 40] if place == 0 and session % 40 < len(shop.CAMPAIGNS) else ""
    return RawEvent(
        timestamp=time,
        id_hi=high,
        id_lo=low,
        event_type="custom" if custom else "pageview",
        name=shop.ACTIONS[page % len(shop.ACTIONS)] if custom else "",
        category="user_action" if custom else "page_view",
        priority="medium",
        visitor=key,
        url=f"https://{shop.HOST}{path}{campaign}",
        title=path.strip("/").replace("-", " ").replace("/", " - ").title() or "Shop",
        referrer=_referrer(session, place),
        user_agent=shop.EVERYONE[agent],
        language=shop.LANGUAGES[country % len(shop.LANGUAGES)],
        screen=shop.SCREENS[person % len(shop.SCREENS)],
        country=shop.COUNTRIES[country],
        properties=b'{"plan":"pro","value":%d,"step":%d}' % (page, session % 7) if custom else b"",
    )


def _referrer(session: int, place: int) -> str:
    """Two in five sessions come from nowhere; later pages come from the site itself."""
    if place:
        return f"https://{shop.HOST}/"
    kind = session * 2_654_435_761 % 1_000_003 / 1_000_003
    # The k-th of the others about as often as 1 / k.
    return "" if kind < _DIRECT else shop.REFERRERS[int(len(shop.REFERRERS) ** ((kind - _DIRECT) / (1 - _DIRECT)))]
