from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from import_support import NOW, HashedIdentity, Importer, ListedPlaces

from footfall.ids import IdSource
from footfall.importers.ledger import MemoryLedger
from footfall.importers.target import Target
from footfall.spool.memory import MemorySpool


@pytest.fixture
def importer(tmp_path: Path) -> Importer:
    spool = MemorySpool(clock=lambda: NOW)
    target = Target(
        project_id=7,
        spool=spool,
        ids=IdSource(lambda: NOW),
        identity=HashedIdentity(),
        locator=ListedPlaces(),
        ledger=MemoryLedger(),
        clock=lambda: NOW,
        scratch=tmp_path,
    )
    return Importer(target, tmp_path / "rejected.tsv", spool)


@pytest.fixture
def head() -> Path:
    return Path(__file__).parents[2] / "fixtures" / "access-2015-05-head.log"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str | bytes, name: str = "access.log") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines))
        return path

    return write
