"""`footfall config`, and what other commands make of the record and of misspelt names."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from footfall.cli import app
from footfall.settings import InstallationSettings
from footfall.store.lock import lock_data_directory


@pytest.fixture
def run(tmp_path):
    def invoke(*args: str, **env: str):
        return CliRunner().invoke(app, args, env={"FOOTFALL_DATA": str(tmp_path / "data"), **env})

    return invoke


def test_set_then_get_and_list(run):
    assert run("config", "set", "retention_days", "30").exit_code == 0
    assert run("config", "set", "FOOTFALL_KEEP_QUERY", "plan, variant").exit_code == 0
    assert run("config", "get", "retention_days").stdout == "30\n"
    assert run("config", "get", "keep_query").stdout == "plan,variant\n"
    listed = json.loads(run("config", "list", "--json").stdout)
    assert listed == {**InstallationSettings().texts(), "retention_days": "30", "keep_query": "plan,variant"}
    lines = run("config", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["SETTING", *InstallationSettings.model_fields]
    assert run("config", "set", "retention_days", "").exit_code == 0
    assert run("config", "get", "retention_days").stdout == "\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("set", "retension_days", "30"), "did you mean retention_days?"),
        (("set", "port", "80"), "'port' is not a setting of the installation: one of store_ip, "),
        (("set", "retention_days", "soon"), "retention_days 'soon': "),
        (("set", "store_ip", "some"), "store_ip 'some': "),
        (("get", "nothing"), "'nothing' is not a setting of the installation"),
    ],
)
def test_mistakes_are_named_and_nothing_is_made(run, tmp_path, arguments, message):
    done = run("config", *arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert message in done.stderr
    assert not (tmp_path / "data").exists()


def test_set_says_that_a_running_server_goes_on(run, tmp_path):
    with lock_data_directory(tmp_path / "data"):
        assert "once it is started again" in run("config", "set", "store_ip", "none").stderr


def test_other_commands_refuse_a_variable_that_differs(run):
    run("config", "set", "store_ip", "truncated")
    assert run("project", "create", "shop", FOOTFALL_STORE_IP="truncated").exit_code == 0
    for command in (("project", "list"), ("token", "list"), ("project", "create", "blog")):
        done = run(*command, FOOTFALL_STORE_IP="full")
        assert done.exit_code == 1
        assert done.stderr.startswith("footfall: FOOTFALL_STORE_IP is 'full' here")
    assert run("config", "get", "store_ip", FOOTFALL_STORE_IP="full").stdout == "truncated\n"


@pytest.mark.parametrize(
    "command",
    [
        ("project", "list"),
        ("project", "snippet", "shop", "--url", "https://stats.example"),
        ("token", "list"),
        ("token", "revoke", "1"),
        ("token", "create", "--project", "shop", "--scope", "read"),
        ("config", "list"),
        ("import", "access-log", "x.log", "--project", "shop"),
        ("tail", "access-log", "x.log", "--project", "shop"),
        ("geo", "status"),
    ],
)
def test_reading_makes_no_data_directory(run, tmp_path, command):
    done = run(*command, "--data", str(tmp_path / "typo"))
    if command[0] != "geo":
        assert done.exit_code == 1
        assert f"there is no installation in {str(tmp_path / 'typo')!r}" in done.stderr
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize(
    ("name", "meant"), [("RETENSION_DAYS", "RETENTION_DAYS"), ("STOREIP", "STORE_IP"), ("DAT", "DATA")]
)
def test_a_misspelt_variable_is_refused_with_the_nearest_name(run, name, meant):
    done = run("project", "create", "shop", **{f"FOOTFALL_{name}": "1"})
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"FOOTFALL_{name} is not a setting: did you mean FOOTFALL_{meant}?" in done.stderr


@pytest.mark.parametrize("name", ["URL", "TOKEN", "PROJECT", "SERVICE_HOST", "PORT_8000_TCP_ADDR"])
def test_variables_of_others_are_no_mistake(run, name):
    assert run("project", "create", "shop", **{f"FOOTFALL_{name}": "x"}).exit_code == 0
