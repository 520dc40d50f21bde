"""The command, against an installation in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
from import_support import HashedIdentity, ListedPlaces
from typer.testing import CliRunner

from footfall.cli import importing
from footfall.cli.importing import import_app
from footfall.clock import system_clock
from footfall.errors import FootfallError
from footfall.ids import IdSource
from footfall.importers.access_log import Progress
from footfall.importers.ledger import MemoryLedger
from footfall.meta import Meta, open_meta
from footfall.settings import Settings
from footfall.spool.memory import MemorySpool


@dataclass
class Installation:
    """What `footfall.runtime.offline.offline` gives."""

    settings: Settings
    meta: Meta
    spool: MemorySpool = field(default_factory=MemorySpool)
    ids: IdSource = field(default_factory=lambda: IdSource(system_clock))
    identity: HashedIdentity = field(default_factory=HashedIdentity)
    locator: ListedPlaces = field(default_factory=ListedPlaces)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    opened: int = 0
    drained: int = 0

    def wait_drained(self) -> None:
        self.drained += 1


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir()
    meta = open_meta(settings, system_clock)
    meta.create_project("default")
    made = Installation(settings, meta)

    @contextmanager
    def offline(asked: Settings) -> Iterator[Installation]:
        assert asked.data == settings.data
        made.opened += 1
        yield made

    app = ModuleType("footfall.runtime.offline")
    app.offline = offline  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "footfall.runtime.offline", app)
    yield made
    meta.close()


def run(installation: Installation, *arguments: str | Path) -> tuple[int, str, str]:
    data = ("--data", str(installation.settings.data))
    result = CliRunner().invoke(import_app, ["access-log", *map(str, arguments), *data])
    if isinstance(result.exception, FootfallError):
        return 1, result.stdout, str(result.exception)  # the command line's root prints it and exits with 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_import_and_import_again(installation: Installation, head: Path) -> None:
    code, out, _ = run(installation, head, "--project", "default")
    assert code == 0
    assert out.startswith(f"{head}: 400 lines imported in ")
    assert (installation.drained, installation.spool.state().waiting) == (1, 400)

    code, out, _ = run(installation, head, "--project", "default")
    assert code == 0
    assert "imported before, nothing added" in out
    assert installation.spool.state().waiting == 400

    assert run(installation, head, "--project", "default", "--again")[0] == 0
    assert installation.spool.state().waiting == 800


def test_rejected_lines_go_to_a_report(installation: Installation, tmp_path: Path) -> None:
    good = '192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1" 200 1\n'
    log, report = tmp_path / "some.log", tmp_path / "refused.tsv"
    log.write_text(good + "bad\n" + good)
    code, out, _ = run(installation, log, "--project", "default", "--report", report)
    assert code == 0
    assert f"1 rejected, see {report}" in out
    assert report.read_text() == f"{log}\t2\taddress: not what format common has there\tbad\n"


def test_nothing_accepted_exits_with_1(installation: Installation, head: Path) -> None:
    code, out, _ = run(installation, head, "--project", "default", "--format", "common")
    assert code == 1
    assert "0 lines imported" in out
    [report] = (installation.settings.data / "imports").iterdir()
    assert len(report.read_text().splitlines()) == 400
    assert installation.drained == 0


def test_a_bad_file_does_not_stop_the_others(installation: Installation, head: Path, tmp_path: Path) -> None:
    code, _, err = run(installation, tmp_path / "none.log", head, "--project", "default")
    assert code == 2
    assert "none.log: No such file or directory" in err
    assert installation.spool.state().waiting == 400


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--project", "nope"), "project: there is none named 'nope'"),
        (("--project", "default", "--format", "apach"), "format: 'apach' is not one of"),
    ],
)
def test_mistakes_name_what_is_wrong(
    installation: Installation, head: Path, arguments: tuple[str, ...], message: str
) -> None:
    code, _, err = run(installation, head, *arguments)
    assert code == 1
    assert message in err
    assert installation.opened == 0


@pytest.mark.parametrize("terminal", [False, True])
def test_progress_is_shown_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, terminal: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(importing, "_EVERY", 0.0)
    with importing._progress("some[1].log") as show:
        show(Progress(accepted=100, rejected=0, bytes_done=250, bytes_total=500))
    shown = capsys.readouterr()
    assert "some[1].log" in shown.err
    assert "50%" in shown.err
    assert "lines/s" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize(("every", "times"), [(0.0, 3), (3600.0, 1)])
def test_why_it_waits_is_said_at_once_and_then_now_and_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], every: float, times: int, *, terminal: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(importing, "_EVERY", every)
    with importing._progress("some[1].log") as show:
        for _ in range(3):
            show(Progress(accepted=100, rejected=0, bytes_done=250, bytes_total=500, waiting="the disk is full"))
    shown = capsys.readouterr()
    assert shown.err.count("some[1].log: waiting to go on, at 50%: the disk is full") == times
    assert shown.out == ""


GOOD = '192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1" 200 1\n'


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ([GOOD, GOOD + "x\n"], 0),
        ([GOOD + "x\n" * 9], 0),
        (["x\n", "y\n"], 1),
        (["x\n", GOOD], 2),
        ([GOOD, ""], 2),
        ([""], 1),
    ],
)
def test_exit_status(installation: Installation, tmp_path: Path, contents: list[str], expected: int) -> None:
    paths = [tmp_path / f"{number}.log" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(content)
    assert run(installation, *paths, "--project", "default")[0] == expected


def test_a_project_is_needed(installation: Installation, head: Path) -> None:
    code, _, err = run(installation, head)
    assert code == 2
    assert "--project" in err


def test_explain_shows_fields_and_what_would_be_stored(installation: Installation, tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text(
        'Oct 10 13:55:36 web1 nginx: 192.0.2.1 - ann [10/Oct/2024:13:55:36 +0000] "GET /a?x HTTP/1.1" 200 5 "-" "x"\n'
        'Oct 10 13:55:36 web1 nginx: 192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] "GET /a HTTP/1.1" OK 5 "-" "x"\n'
    )
    code, out, _ = run(installation, log, "--explain")
    assert code == 0
    assert out.splitlines()[0] == f"{log}: combined in rfc3164, which 1 of 2 sample lines fit"
    for label, text in [("address", "192.0.2.1"), ("user", "ann"), ("target", "/a?x"), ("status", "200")]:
        assert any(line.split() == [label, text] for line in out.splitlines()), label
    assert "would be stored: timestamp 2024-10-10T13:55:36.000Z, user_id ann, method GET, endpoint /a" in out
    assert "rejected: status: not what format combined has there" in out
    assert '  and then                 OK 5 "-" "x"' in out
    assert (installation.opened, installation.spool.state().waiting) == (0, 0)


def test_explain_with_a_wrong_format(installation: Installation, head: Path) -> None:
    code, out, err = run(installation, head, "--explain", "--format", "nginx:$remote_addr $status $request")
    assert code == 1
    assert "status                   -" in out
    assert "no line fits the format" in err


def test_a_format_of_the_data_directory_and_a_zone(installation: Installation, tmp_path: Path) -> None:
    (installation.settings.data / "formats.toml").write_text("own = 'goaccess:%d %t %h %U %s'")
    log = tmp_path / "a.log"
    log.write_text("27.11.2025 19.49 203.0.113.7 /a 200\n")
    formats = ("--format", "own", "--date-format", "%d.%m.%Y", "--time-format", "%H.%M", "--timezone", "Europe/Berlin")
    code, out, _ = run(installation, log, "--explain", *formats)
    assert code == 1, "the options are for a format that is written out"
    code, out, _ = run(installation, log, "--explain", "--format", "goaccess:%d %t %h %U %s", *formats[2:])
    assert code == 0
    assert "timestamp 2025-11-27T18:49:00.000Z" in out
