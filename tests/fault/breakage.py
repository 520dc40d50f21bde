"""Damage of which a stopped server must recover without a loss."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path


def plans(data: Path, _: random.Random) -> None:
    """Overwritten after their first bytes."""
    for plan in data.glob("drain/*.plan"):
        plan.write_bytes(plan.read_bytes()[:50] + b"damaged")


def sessions_cut_off(data: Path, dice: random.Random) -> None:
    part = _part(data, dice, "sessions")
    for file in part.glob("*.bin") if part else ():
        os.truncate(file, file.stat().st_size // 2)


def part_gone(data: Path, dice: random.Random) -> None:
    part = _part(data, dice, dice.choice(("events", "requests", "sessions")))
    if part:
        shutil.rmtree(part)


BREAKAGE: tuple[Callable[[Path, random.Random], None], ...] = (plans, sessions_cut_off, part_gone)


def _part(data: Path, dice: random.Random, table: str) -> Path | None:
    """One that holds rows; patches of facts say what sessions say, too."""
    parts = sorted((data / "clickhouse" / "data" / "footfall" / table).glob("[0-9]*_*_*_*"))
    return dice.choice(parts) if parts else None
