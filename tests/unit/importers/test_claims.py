from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from import_support import Importer

from footfall.errors import FatalError, UserError
from footfall.importers.access_log import import_access_log
from footfall.importers.claims import claimed
from footfall.importers.report import Report

HOLD = """
import sys
from pathlib import Path
from footfall.importers.claims import claimed
with claimed(Path(sys.argv[1]), 7, "f1", "a.log"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_process_at_a_time(tmp_path: Path) -> None:
    directory = tmp_path / "imports"
    with subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-c", HOLD, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with (
            pytest.raises(UserError, match=r"b\.log: is being imported by another process") as caught,
            claimed(directory, 7, "f1", "b.log"),
        ):
            pass
        assert caught.value.code == "busy"
        with claimed(directory, 8, "f1", "b.log"), claimed(directory, 7, "f2", "c.log"):
            assert len(list(directory.iterdir())) == 3
        other.kill()
    assert [path.name for path in directory.iterdir()] == ["f1-7.lock"]
    with claimed(directory, 7, "f1", "b.log"):
        assert directory.stat().st_mode & 0o777 == 0o700
    assert list(directory.iterdir()) == []


def test_a_claim_ends_with_its_import_whatever_ended_it(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyError), claimed(tmp_path, 7, "f1", "a.log"):
            raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "imports").touch()
    with (
        pytest.raises(FatalError, match=r"imports.*f1-7\.lock can't be made"),
        claimed(tmp_path / "imports", 7, "f1", "a"),
    ):
        pass


@pytest.mark.parametrize("again", [False, True])
def test_a_second_import_of_a_content_under_way_adds_nothing(importer: Importer, head: Path, *, again: bool) -> None:
    refused = []

    def second(_progress: object) -> None:
        with pytest.raises(UserError, match="is being imported by another process"):
            importer(head, again=again)
        refused.append(importer.changed(project_id=8)(head).accepted)

    first = import_access_log(str(head), importer.target, report=Report(importer.report), progress=second)
    assert (first.accepted, refused) == (400, [400])
    assert importer.stored().height == 800
    assert importer(head).skipped_as_duplicate
