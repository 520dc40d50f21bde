"""`footfall exclude`, `footfall goal` and `footfall link`, on metadata that a server has open."""

from __future__ import annotations

import json

import pytest
import structlog
from typer.testing import CliRunner

from footfall.cli import app
from footfall.clock import system_clock
from footfall.meta import open_meta
from footfall.model.project import Exclusions
from footfall.settings import Settings


@pytest.fixture
def meta(tmp_path):
    opened = open_meta(Settings(data=tmp_path / "data"), system_clock)
    opened.create_project("shop")
    yield opened
    opened.close()


@pytest.fixture
def run(tmp_path, meta):
    def invoke(*args: str, input: str | None = None):  # noqa: A002 - as the runner calls it
        result = CliRunner().invoke(app, args, env={"FOOTFALL_DATA": str(tmp_path / "data")}, input=input)
        structlog.reset_defaults()  # the runner has closed what the command logged to
        return result

    return invoke


def answer(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(result, said):
    assert result.exit_code == 1, result.output
    assert said in result.output


def test_exclusions_are_added_and_removed(run, meta):
    added = answer(run("exclude", "add", "shop", "--path", "/admin/*", "--country", "de", "--json"))
    assert added == {"paths": ["/admin/*"], "addresses": [], "countries": ["DE"]}
    assert run("exclude", "add", "shop", "--address", "10.0.0.0/8").exit_code == 0
    assert meta.project("shop").excluded == Exclusions(("/admin/*",), ("10.0.0.0/8",), ("DE",))
    listed = run("exclude", "list", "shop").stdout
    assert [line.split() for line in listed.splitlines()[1:]] == [
        ["path", "/admin/*"],
        ["address", "10.0.0.0/8"],
        ["country", "DE"],
    ]
    left = answer(run("exclude", "remove", "shop", "--country", "de", "--path", "/admin/*", "--json"))
    assert left == {"paths": [], "addresses": ["10.0.0.0/8"], "countries": []}


@pytest.mark.parametrize("spelling", ["203.0.113.7", "203.0.113.7/32", "2001:DB8::7", "198.51.100.0/255.255.255.0"])
def test_an_exclusion_is_removed_by_any_spelling(run, spelling):
    assert answer(run("exclude", "add", "shop", "--address", spelling, "--json"))["addresses"]
    assert answer(run("exclude", "remove", "shop", "--address", spelling, "--json"))["addresses"] == []


def test_exclusions_that_do_not_hold_are_refused(run):
    refused(run("exclude", "add", "shop", "--path", "admin"), "'admin'")
    refused(run("exclude", "remove", "shop", "--path", "/x"), "not excluded")
    refused(run("exclude", "list", "nothing"), "project 'nothing' does not exist")
    assert run("exclude", "add", "shop").exit_code == 2


def test_goals_are_saved_and_deleted(run, meta):
    made = answer(run("goal", "add", "shop", "Signup", "custom_event_name:signup", "--json"))
    assert [one.id for one in meta.saved.goals.all(meta.project("shop"))] == [made["id"]]
    assert answer(run("goal", "list", "shop", "--json")) == [made]
    assert "custom_event_name:signup" in run("goal", "list", "shop").stdout
    assert run("goal", "remove", "shop", "SIGNUP").stdout == "goal 'Signup' is deleted\n"
    assert meta.saved.goals.all(meta.project("shop")) == []


def test_goals_that_do_not_hold_are_refused(run):
    refused(run("goal", "add", "shop", "Bad", "colour:red"), "position 0")
    refused(run("goal", "add", "shop", "Long", "path:" + "x" * 3_000), "filter")
    refused(run("goal", "remove", "shop", "Nothing"), "does not exist")


def test_links_are_made_followed_and_revoked(run, meta):
    options = ("--filter", "path:/public/*", "--range", "30d", "--embed", "https://intranet.example", "--badge")
    made = answer(run("link", "add", "shop", "For Ana", *options, "--password", "--json", input="correct horse\n"))
    path, _, secret = made["link"].partition("#")
    _, session = meta.shares.begin(made["id"], secret, "correct horse")
    assert path == made["path"]
    assert session.share.limits.filter == "path:/public/*"
    (listed,) = answer(run("link", "list", "shop", "--json"))
    assert (listed["has_password"], listed["range"], listed["badge"]) == (True, "30d", True)
    assert secret not in run("link", "list", "shop").stdout
    assert run("link", "remove", "shop", "for ana").stdout == "link 'For Ana' is revoked\n"
    assert meta.shares.all(meta.project("shop")) == []


def test_links_that_do_not_hold_are_refused(run):
    refused(run("link", "add", "shop", "x", "--filter", "colour:red"), "position 0")
    refused(run("link", "add", "shop", "x", "--range", "2d"), "range")
    refused(run("link", "add", "shop", "x", "--from", "2026-01-01"), "from, to")
    short = run("link", "add", "shop", "x", "--password", input="secret\n")
    refused(short, "password")
    assert "secret" not in short.output
    refused(run("link", "remove", "shop", "x"), "does not exist")
