"""How many come when: growth, seasons, weekdays, and two days on which everybody talks about the shop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from footfall.clock import DAY
from footfall.model.period import to_datetime

_WEEKDAYS = (1.0, 1.03, 1.02, 0.99, 0.96, 0.8, 0.87)
_MONTHS = (1.0, 0.96, 0.97, 0.95, 0.93, 0.88, 0.82, 0.85, 0.98, 1.04, 1.22, 1.35)
"""Coffee is bought for presents, and less of it in summer."""

_GROWTH = 0.45
"""How far the first day lies below the mean, and the last one above."""

SPIKES = (17, 203)
"""So many days ago a post of ours was on everybody's screen."""

_WAVE = (2.4, 1.1, 0.4)
"""What comes on top on that day and the next ones, in visitors of a usual day."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`today` is a midnight, UTC; `visitors_a_day` about the mean over the days."""

    today: int
    days: int
    visitors_a_day: int

    def midnights(self) -> Iterator[int]:
        for age in reversed(range(self.days)):
            yield self.today - age * DAY

    def age(self, midnight: int) -> int:
        """How many days ago it was."""
        return (self.today - midnight) // DAY

    def visitors(self, midnight: int) -> int:
        """Visitors of a usual day of that date; at least one."""
        day = to_datetime(midnight)
        progress = 1 - 2 * self.age(midnight) / max(self.days - 1, 1)
        season = _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1]
        return max(1, round(self.visitors_a_day * season * (1 + _GROWTH * progress)))

    def wave(self, midnight: int) -> float:
        """What comes on top, in visitors of a usual day."""
        for spike in SPIKES:
            after = spike - self.age(midnight)
            if spike < self.days and 0 <= after < len(_WAVE):
                return _WAVE[after]
        return 0.0
