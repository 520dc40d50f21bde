"""How much is measured: the whole, a share of it, or just enough to see that it works."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Scale:
    """`runs` paired repetitions, `samples` of each endpoint and range after `warm` that do not count; times in seconds.

    `quiet` is the longest wait for an idle machine per measurement.

    `ranges` are those of B4 and B5, by name; of the queries of B5 and the endpoints of B6 every `step`-th is asked.
    """

    runs: int = 5
    samples: int = 50
    warm: int = 2
    single_seconds: int = 5
    single_connections: int = 256
    events: int = 1_000_000
    trial_events: int = 200_000
    trial_connections: tuple[int, ...] = (2, 4, 8, 16)
    lines: int = 2_000_000
    stored: int = 5_000_000
    visitors: int = 250_000
    asked: int = 10_000_000
    requests: int = 10_000_000
    logs: int = 2_000_000
    ranges: tuple[str, ...] = ("24h", "7d", "30d", "12m", "all")
    step: int = 1
    dashboards: int = 50
    dashboard_seconds: float = 60.0
    settle: float = 60.0
    quiet: float = 60.0

    def times(self, factor: float) -> Scale:
        """The same with `factor` times as many rows and visitors; repetitions and times stay."""
        counts = ("events", "trial_events", "lines", "stored", "visitors", "asked", "requests", "logs")
        # Batches hold 100 events and blocks 100,000 rows: round numbers keep both whole.
        return replace(
            self, **{name: max(1_000, round(getattr(self, name) * factor / 1_000) * 1_000) for name in counts}
        )


FULL = Scale()
SMOKE = Scale(
    runs=1,
    samples=1,
    warm=1,
    single_seconds=1,
    single_connections=32,
    events=4_000,
    trial_events=2_000,
    trial_connections=(4,),
    lines=5_000,
    stored=20_000,
    visitors=1_000,
    asked=20_000,
    requests=200_000,
    logs=20_000,
    ranges=("30d",),
    step=20,
    dashboards=3,
    dashboard_seconds=3.0,
    settle=1.0,
    quiet=0.0,
)
