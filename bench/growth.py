"""A model of an installation that grows: `python -m bench growth --events-a-year 1B`.

It goes through each year hour by hour: events arrive, the spool holds what the drain does not get done, a round of the
drain makes a part, parts are merged ten at a time, and what is on disk grows. What it knows of the machine are the
figures of `Measured`; give those of your own (`python -m bench run --only B2,B7`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

HOURS_A_DAY = 24
DAYS_A_YEAR = 365
MERGED_AT_ONCE = 10
"""Parts of about one size that the engine merges into one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one machine with two cores (docs/performance.md); `merged_bytes_a_second` is an assumption, not measured."""

    drained_a_second: float = 65_000  # B2
    bytes_an_event: float = 24.2  # B7
    merged_bytes_a_second: float = 20e6


@dataclass(frozen=True, slots=True)
class Load:
    """`peak`: how many times the average the busiest hour of a day has. `growth`: the factor from year to year."""

    events_a_year: float
    peak: float = 3.0
    growth: float = 1.5
    flush_seconds: float = 1.0
    batch_events: int = 100_000
    spool_max_events: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Year:
    number: int
    events: float
    peak_a_second: float
    inserts_an_hour: float  # at the peak: parts that are made, of each table
    parts: int  # of the busiest month and table, as merges keep them
    rewritten: float  # times that a row is written, the insert included
    merging: float  # share of the merges' rate that the busiest hour takes
    draining: float  # share of the drain's rate that the busiest hour takes
    waiting: float  # most events in the spool
    refused: float  # events that found the spool full
    disk: float  # bytes at the end of the year, all years together


def simulate(load: Load, years: int, measured: Measured | None = None) -> Iterator[Year]:
    """One year after the other."""
    machine = measured or Measured()
    disk = 0.0
    for number in range(1, years + 1):
        events = load.events_a_year * load.growth ** (number - 1)
        disk += events * machine.bytes_an_event
        yield _year(number, events, disk, load, machine)


def _year(number: int, events: float, disk: float, load: Load, machine: Measured) -> Year:
    rates = [events / DAYS_A_YEAR / HOURS_A_DAY / 3600 * share for share in day(load.peak)]
    peak = max(rates)
    waiting, refused = _spool(rates, load, machine)
    rounds = max(1 / load.flush_seconds, min(peak, machine.drained_a_second) / load.batch_events)
    levels = max(1, math.ceil(math.log(max(events / 12 / max(peak / rounds, 1), 2), MERGED_AT_ONCE)))
    merged = min(peak, machine.drained_a_second) * machine.bytes_an_event * levels
    return Year(
        number=number,
        events=events,
        peak_a_second=peak,
        inserts_an_hour=rounds * 3600,
        parts=levels * (MERGED_AT_ONCE - 1),
        rewritten=levels + 1,
        merging=merged / machine.merged_bytes_a_second,
        draining=peak / machine.drained_a_second,
        waiting=waiting,
        refused=refused,
        disk=disk,
    )


def day(peak: float) -> list[float]:
    """The hours' shares of the average: a wave whose busiest hour has `peak` of it, narrower the higher it is."""
    swing = [math.cos((hour - 14) / HOURS_A_DAY * 2 * math.pi) for hour in range(HOURS_A_DAY)]
    if peak <= 2:
        return [1 + (peak - 1) * share for share in swing]
    low, high = 1.0, 1_000.0
    for _ in range(60):
        power = (low + high) / 2
        wave = [((1 + share) / 2) ** power for share in swing]
        low, high = (power, high) if HOURS_A_DAY / sum(wave) < peak else (low, power)
    return [share * HOURS_A_DAY / sum(wave) for share in wave]


def _spool(rates: list[float], load: Load, machine: Measured) -> tuple[float, float]:
    """The most events that wait, and those refused in a year, when every day is like this one."""
    waiting = most = refused = 0.0
    for rate in rates * 2:  # the second day begins with what the first has left
        waiting = max(rate * load.flush_seconds, waiting + (rate - machine.drained_a_second) * 3600)
        over = max(0.0, waiting - load.spool_max_events)
        refused, waiting = refused + over, waiting - over
        most = max(most, waiting)
    return most, refused / 2 * DAYS_A_YEAR


def table(years: Iterator[Year]) -> str:
    """As docs/scaling.md shows it."""
    head = (
        "| year | events | peak/s | drain busy | merges busy | inserts/h | parts a month | rows written | most waiting "
        "| refused | disk |"
    )
    rows = [_row(one) for one in years]
    return "\n".join([head, "|" + "---|" * head.count(" |"), *rows])


def _row(one: Year) -> str:
    cells = (
        f"{one.number}",
        f"{one.events / 1e9:,.1f} B",
        f"{one.peak_a_second:,.0f}",
        f"{one.draining:.1%}",
        f"{one.merging:.1%}",
        f"{one.inserts_an_hour:,.0f}",
        f"{one.parts}",
        f"{one.rewritten:.0f} times",
        f"{one.waiting:,.0f}",
        f"{one.refused:,.0f}",
        f"{one.disk / 1e9:,.0f} GB",
    )
    return f"| {' | '.join(cells)} |"
