"""What tests of the importers share."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from footfall.collect.privacy import Place
from footfall.importers.access_log import Progress, Summary, import_access_log
from footfall.importers.formats.operator import format_of
from footfall.importers.report import Report
from footfall.importers.target import Target
from footfall.model.raw import RequestColumns
from footfall.spool.memory import MemorySpool

NOW = 1_780_000_000_000  # 2026-05-28T20:26:40Z


class HashedIdentity:
    """One visitor per (project, day, address, agent), without salts."""

    def visitor(self, project_id: int, timestamp: int, address: str, user_agent: str) -> int:
        text = f"{project_id} {timestamp // 86_400_000} {address} {user_agent}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big") + 1

    def visitors(self, project_id: int, frame: pl.DataFrame) -> pl.Series:
        rows = frame.select("timestamp", "ip_address", "user_agent").iter_rows()
        return pl.Series([self.visitor(project_id, *row) for row in rows], dtype=pl.UInt64)


class ListedPlaces:
    """Two networks, everything else is nowhere."""

    def place(self, address: str) -> Place:
        if address.startswith("83.149."):
            return Place("RU", "MOW", "Moscow")
        return Place("NL") if address.startswith("2001:db8:") else Place()

    def places(self, addresses: pl.Series) -> pl.DataFrame:
        found = [self.place(address) for address in addresses]
        names = ("country", "region", "city", "network")
        return pl.DataFrame({name: [getattr(place, name) for place in found] for name in names})


@dataclass
class Importer:
    """What an import writes to, and a short way to start one."""

    target: Target
    report: Path
    spool: MemorySpool
    shown: list[float] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)

    def __call__(self, source: Path | str, *, fmt: str | None = None, again: bool = False) -> Summary:
        return import_access_log(
            str(source),
            self.target,
            report=Report(self.report),
            progress=self._show,
            form=None if fmt is None else format_of(fmt),
            again=again,
        )

    def _show(self, now: Progress) -> None:
        if now.waiting:
            self.waits.append(now.waiting)
        else:
            self.shown.append(now.bytes_done / now.bytes_total)

    def changed(self, **values: object) -> Importer:
        return replace(self, target=replace(self.target, **values))  # type: ignore[arg-type]

    def stored(self) -> pl.DataFrame:
        """All rows in the spool, in order, with their project."""
        frames = []
        batch = self.spool.take(1 << 40)
        for record in self.spool.records(batch) if batch else []:
            assert isinstance(record, RequestColumns)
            frame = pl.read_ipc(io.BytesIO(record.ipc))
            assert frame.height == record.count
            frames.append(frame.with_columns(project_id=pl.lit(record.project_id, pl.UInt32)))
        return pl.concat(frames) if frames else pl.DataFrame()

    def refused(self) -> list[tuple[str, int, str, str]]:
        if not self.report.exists():
            return []
        rows = [line.split("\t") for line in self.report.read_text().splitlines()]
        return [(name, int(line), reason, quoted) for name, line, reason, quoted in rows]
