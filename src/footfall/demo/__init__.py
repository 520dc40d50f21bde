"""A small shop, made up: what `footfall demo` shows. The same seed and time give the same records.

In the order of reading: `dice` is chance, `world` the shop and who comes, `rhythm` how many come when, `web` their
pages, `api` the shop's own API, `proxy` its pool of proxies, `live` what happens while the demo runs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count

from footfall.clock import DAY
from footfall.demo import api, proxy, web
from footfall.demo.dice import Dice
from footfall.demo.rhythm import Rhythm
from footfall.model.raw import EngagementRows, EventRows, Record, RequestRows
from footfall.settings import StoreIp

DAYS = 396
"""Thirteen months: a year, and a month to compare its end with."""

VISITORS_A_DAY = 130


def generate(
    project_id: int,
    now: int,
    *,
    days: int = DAYS,
    visitors_per_day: int = VISITORS_A_DAY,
    seed: int = 1,
    request_ip: StoreIp = "full",
) -> Iterator[Record]:
    """The last `days` UTC days until `now` (Unix milliseconds): of each day its events, engagements, requests and logs.

    Oldest day first; within a record by time; nothing after `now`. Events carry no address; what has one has it of the
    documentation ranges, as `request_ip` allows.
    """
    # Not for secrets: what is made up should be the same each time.
    dice = Dice(random.Random(seed), count(1))  # noqa: S311 - see above
    rhythm = Rhythm(now - now % DAY, days, visitors_per_day)
    shop = web.Shop(dice)
    for midnight in rhythm.midnights():
        visitors = rhythm.visitors(midnight)
        events, engagements = shop.day(midnight, visitors, rhythm.age(midnight), rhythm.wave(midnight))
        requests = api.day(dice, midnight, visitors, rhythm.age(midnight), request_ip)
        if rows := dice.numbered(events, now):
            yield EventRows(project_id, now, rows)
        if reports := dice.numbered(engagements, now):
            yield EngagementRows(project_id, now, reports)
        if calls := dice.numbered(requests, now):
            yield RequestRows(project_id, now, calls)
        if logs := proxy.day(dice, project_id, midnight, now, visitors, request_ip):
            yield logs
