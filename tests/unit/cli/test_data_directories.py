"""Which directories commands take for an installation, and what they make of others: nothing."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
import structlog
from tests.support.server import footfall
from typer.testing import CliRunner, Result

from footfall.cli import app


def run(*arguments: str, data: Path) -> Result:
    result = CliRunner().invoke(app, [*arguments, "--data", str(data)])
    structlog.reset_defaults()  # the runner has closed what the command logged to
    return result


@pytest.mark.parametrize(
    "arguments",
    [
        ["upgrade"],
        ["upgrade", "--check"],
        ["move", "--to", "clickhouse://127.0.0.1:1/x"],
        ["move", "--cancel"],
        ["backup", "b"],
        ["project", "list"],
    ],
)
def test_a_directory_without_an_installation_stays_as_it_is(tmp_path: Path, arguments: list[str]) -> None:
    result = run(*arguments, data=tmp_path)
    assert result.exit_code == 1
    assert "there is no installation" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize(
    "arguments", [["upgrade"], ["upgrade", "--check"], ["backup", "b"], ["move", "--to", "clickhouse://127.0.0.1:1/x"]]
)
def test_metadata_elsewhere_make_no_installation_of_a_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], *, filled: bool
) -> None:
    """A path that is mistyped, say: a backup of nothing would look like one."""
    monkeypatch.setenv("FOOTFALL_META_URL", f"sqlite:///{tmp_path}/shared.db")
    if filled:
        assert run("project", "create", "shop", data=tmp_path / "data").exit_code == 0
    result = run(*arguments, data=tmp_path / "typo")
    assert result.exit_code == 1
    assert "there is no installation" in result.stderr
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["upgrade"],
        ["token", "create", "--scope", "admin", "--label", "x"],
        ["project", "create", "shop"],
        ["project", "list"],
        ["backup", "b"],
        ["move", "--to", "clickhouse://127.0.0.1:1/x"],
    ],
)
def test_a_restore_that_is_not_complete_keeps_commands_away(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "restoring").touch()
    result = run(*arguments, data=tmp_path)
    assert result.exit_code == 1
    assert "run `footfall restore` again" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["restoring"]


@pytest.mark.parametrize("arguments", [["restore", "b"], ["backup", "b"], ["geo", "install", "x"], ["demo"]])
def test_a_file_is_no_data_directory(tmp_path: Path, arguments: list[str]) -> None:
    path = tmp_path / "file"
    path.write_text("")
    result = run(*arguments, data=path)
    assert result.exit_code == 1
    assert f"FOOTFALL_DATA '{path}' can't be used: it is a file" in result.stderr


# A process opens one engine: what opens the store has one of its own.
@pytest.mark.parametrize("place", ["", "http://x/y"])
def test_a_backup_goes_to_a_directory_or_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("token", "create", "--scope", "admin", "--label", "x", data=tmp_path / "data").exit_code == 0
    result = footfall("backup", place, data=tmp_path / "data")
    assert result.returncode == 1
    assert f"{place!r} is no place of backups" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_what_has_never_served_can_be_backed_up(tmp_path: Path) -> None:
    assert run("token", "create", "--scope", "admin", "--label", "x", data=tmp_path / "data").exit_code == 0
    assert footfall("backup", str(tmp_path / "backups"), data=tmp_path / "data").returncode == 0
    assert footfall("restore", str(tmp_path / "backups"), data=tmp_path / "again").returncode == 0


def test_options_of_goaccess_s_formats_go_with_these_alone(tmp_path: Path) -> None:
    for more in ([], ["--format", "nginx:$remote_addr"]):
        result = run("import", "access-log", "x.log", "--project", "a", "--date-format", "%Y", *more, data=tmp_path)
        assert "--date-format '%Y' goes with a --format that begins with goaccess:" in result.stderr


def test_a_report_is_a_file(tmp_path: Path) -> None:
    assert run("project", "create", "shop", data=tmp_path).exit_code == 0
    result = run("import", "access-log", "x.log", "--project", "shop", "--report", str(tmp_path), data=tmp_path)
    assert f"--report {str(tmp_path)!r} is a directory" in result.stderr


NOBODY = 65534


@pytest.mark.parametrize("arguments", [["project", "list"], ["doctor"], ["backup", "b"]])
def test_a_directory_of_another_user_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    result = CliRunner().invoke(app, arguments, env={"FOOTFALL_DATA": str(tmp_path)})
    owner = pwd.getpwuid(tmp_path.stat().st_uid).pw_name
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(
        f"FOOTFALL_DATA {str(tmp_path)!r} can't be used: it is closed to this user, and belongs to {owner}\n"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a directory to another user")
def test_what_writes_is_refused_to_another_user_than_the_servers(tmp_path: Path) -> None:
    """The server could not open the spool, and would drain nothing of it."""
    data, log = tmp_path / "data", tmp_path / "access.log"
    assert run("project", "create", "shop", data=data).exit_code == 0
    (data / "spool").mkdir()
    os.chown(data / "spool", NOBODY, NOBODY)
    log.write_text('198.51.100.1 - - [27/Nov/2026:19:49:57 +0000] "GET /a HTTP/1.1" 200 512\n')
    result = run("import", "access-log", str(log), "--project", "shop", data=data)
    assert result.exit_code == 1
    assert result.stderr == f"footfall: {data}/spool belongs to nobody: run this as that user, as the server is\n"
    assert list((data / "spool").iterdir()) == []


def test_a_link_to_sign_in_says_where_no_server_runs(tmp_path: Path) -> None:
    assert run("project", "create", "shop", data=tmp_path).exit_code == 0
    result = run("sign-in", data=tmp_path)
    assert result.stdout.startswith("Sign in:  http://127.0.0.1:")
    assert "footfall: no server is running here; the link works once one is\n" in result.stderr
