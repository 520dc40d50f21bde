"""Damage to the files of a stopped server: some of it costs nothing, the rest costs what `Taken` says."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

_PAGE = 4096
_WAITING = """
SELECT seq, events, body FROM rows
WHERE seq > (SELECT coalesce(max(last), 0) FROM batches WHERE finished_at IS NOT NULL)"""
Breakage = Callable[[Path, random.Random], None]


def plans(data: Path) -> None:
    """Overwritten after their first bytes."""
    for plan in data.glob("drain/*.plan"):
        plan.write_bytes(plan.read_bytes()[:50] + b"damaged")


def sessions_cut_off(data: Path, dice: random.Random) -> None:
    part = part_of(data, dice, "sessions")
    for file in part.glob("*.bin") if part else ():
        os.truncate(file, file.stat().st_size // 2)


def sessions_gone(data: Path, dice: random.Random) -> None:
    part = part_of(data, dice, "sessions")
    if part:
        shutil.rmtree(part)


def mark_gone(data: Path, _: random.Random) -> None:
    _spool(data).with_suffix(".mark").unlink(missing_ok=True)


HARMLESS: tuple[Breakage, ...] = (sessions_cut_off, sessions_gone, mark_gone)


def log_gone(data: Path, _: random.Random) -> None:
    _log(data).unlink(missing_ok=True)


def log_cut_off(data: Path, dice: random.Random) -> None:
    _cut_off(_log(data), dice)


def log_flipped(data: Path, dice: random.Random) -> None:
    log = _log(data)
    if log.exists() and log.stat().st_size:
        _flip(log, dice.randrange(log.stat().st_size))


def page_zeroed(data: Path, dice: random.Random) -> None:
    file = _spool(data)
    pages = file.stat().st_size // _PAGE
    if pages:
        _write(file, dice.randrange(pages) * _PAGE, bytes(_PAGE))


def file_cut_off(data: Path, dice: random.Random) -> None:
    _cut_off(_spool(data), dice)


def file_emptied(data: Path, _: random.Random) -> None:
    os.truncate(_spool(data), 0)


def file_overwritten(data: Path, dice: random.Random) -> None:
    _write(_spool(data), 0, dice.randbytes(100))


def row_flipped(data: Path, dice: random.Random) -> None:
    """A byte of a row, in the file or in its log: SQLite sees nothing wrong with the one in the file."""
    waiting = [body for *_, body in rows_of(data).values()]
    sought = dice.choice(waiting)[:40] if waiting else b""
    for file in (_spool(data), _log(data)):
        at = file.read_bytes().find(sought) if sought and file.exists() else -1
        if at >= 0:
            _flip(file, at + dice.randrange(len(sought)))


SPOOL: tuple[Breakage, ...] = (
    log_gone,
    log_cut_off,
    log_flipped,
    page_zeroed,
    file_cut_off,
    file_emptied,
    file_overwritten,
    row_flipped,
)


def rows_of(data: Path) -> dict[int, tuple[int, bytes]]:
    """Events and body of each row of the spool that is not drained, by its number; the files stay as they are."""
    with TemporaryDirectory() as folder:
        for file in (_spool(data), _log(data)):
            if file.exists():
                shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / _spool(data).name)) as db:
            return {seq: (events, body) for seq, events, body in db.execute(_WAITING)}


def part_of(data: Path, dice: random.Random, table: str) -> Path | None:
    """One that holds rows; patches of facts say what sessions say, too."""
    parts = sorted(parts_of(data, table))
    return dice.choice(parts) if parts else None


def parts_of(data: Path, table: str) -> list[Path]:
    return [*(data / "clickhouse" / "data" / "footfall" / table).glob("[0-9]*_*_*_*")]


def _spool(data: Path) -> Path:
    return data / "spool" / "serve.db"


def _log(data: Path) -> Path:
    return data / "spool" / "serve.db-wal"


def _cut_off(file: Path, dice: random.Random) -> None:
    if file.exists() and file.stat().st_size:
        os.truncate(file, dice.randrange(file.stat().st_size))


def _flip(file: Path, at: int) -> None:
    with file.open("r+b") as content:
        content.seek(at)
        byte = content.read(1)[0]
        content.seek(at)
        content.write(bytes([byte ^ 0xFF]))


def _write(file: Path, at: int, content: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(content)
