from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
import structlog
from typer.testing import CliRunner

from footfall import __version__
from footfall.cli import app
from footfall.cli.tokens import lifetime
from footfall.clock import DAY, HOUR, system_clock
from footfall.meta import open_meta
from footfall.model.period import iso_seconds
from footfall.model.project import Scope
from footfall.runtime.address import published_address
from footfall.settings import Settings
from footfall.store.lock import lock_data_directory


@pytest.fixture
def run(tmp_path):
    def invoke(*args: str, env: dict[str, str] | None = None):
        result = CliRunner().invoke(app, args, env={"FOOTFALL_DATA": str(tmp_path / "data"), **(env or {})})
        structlog.reset_defaults()  # the runner has closed what the command logged to
        return result

    return invoke


@pytest.fixture
def meta(tmp_path):
    """The server's view of the same data directory, open all the while."""
    opened = open_meta(Settings(data=tmp_path / "data"), system_clock)
    yield opened
    opened.close()


def answer(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def shape(project, **fields):
    told = {"id": project.id, "slug": project.slug, "site_key": project.site_key, "old_site_keys": []}
    return told | {"timezone": "UTC", "retention_days": None, "created_at": iso_seconds(project.created_at)} | fields


def test_project_create_json(run, meta):
    made = answer(run("project", "create", "shop", "--domain", "example.com", "--domain", "*.example.org", "--json"))
    project = meta.project("shop")
    assert made == {"id": project.id, "slug": "shop", "site_key": project.site_key}
    assert project.domains == ("*.example.org", "example.com")


def test_project_list(run, meta):
    shop, blog = meta.create_project("shop", ["example.com"]), meta.create_project("blog")
    assert answer(run("project", "list", "--json")) == [
        shape(shop, name="shop", domains=["example.com"]),
        shape(blog, name="blog", domains=[]),
    ]
    lines = run("project", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["SLUG", "shop", "blog"]


def test_project_changes(run, meta):
    shop = meta.create_project("shop", ["example.com"])
    run("project", "create", "blog", "--timezone", "Europe/Berlin")
    assert meta.project("blog").timezone == "Europe/Berlin"
    made = answer(run("project", "update", "shop", "--name", "The shop", "--timezone", "Asia/Tokyo", "--json"))
    assert (made["name"], made["timezone"]) == ("The shop", "Asia/Tokyo")
    assert answer(run("project", "rename", "shop", "store", "--json"))["slug"] == "store"
    assert answer(run("project", "domains", "store", "--add", "b.example", "--remove", "example.com", "--json")) == [
        "b.example"
    ]
    assert run("project", "domains", "store").stdout == "b.example\n"
    rotated = answer(run("project", "rotate-key", "store", "--overlap-hours", "2", "--json"))
    assert [old["site_key"] for old in rotated["old_site_keys"]] == [shop.site_key]
    assert rotated["site_key"] != shop.site_key
    assert meta.project(shop.id).number == shop.number


def test_project_delete_asks_first(run, meta):
    meta.create_project("shop")
    assert run("project", "delete", "shop").exit_code == 1
    assert meta.project("shop")
    unknown = run("project", "delete", "nothing")
    assert (unknown.exit_code, "Delete the project" in unknown.stderr) == (1, False)
    assert "'nothing' does not exist" in unknown.stderr
    done = run("project", "delete", "shop", "--yes")
    assert done.stdout == "project 'shop' is deleted\n"
    assert '"logger": "audit"' in done.stderr
    assert meta.project("shop") is None


def test_project_snippet(run, meta, tmp_path):
    shop = meta.create_project("shop")
    for arguments, url in (
        (("--url", "https://stats.example/"), "https://stats.example"),
        (("--url", 'https://x/"><b>'), "https://x/&quot;&gt;&lt;b&gt;"),
    ):
        line = run("project", "snippet", "shop", *arguments).stdout
        assert line == f'<script defer src="{url}/t.js" data-key="{shop.site_key}"></script>\n'
    unknown = run("project", "snippet", "shop")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr.startswith("footfall: --url is missing: no server is running here")
    running = Settings(data=tmp_path / "data", host="0.0.0.0", port=8123)  # noqa: S104 - not bound
    with lock_data_directory(running.data), published_address(running):
        line = run("project", "snippet", shop.id).stdout
    assert line == f'<script defer src="http://127.0.0.1:8123/t.js" data-key="{shop.site_key}"></script>\n'
    (running.data / "server.url").write_text("http://127.0.0.1:8123\n")  # as after a kill
    assert run("project", "snippet", shop.id).exit_code == 1
    for url in ("stats.example", "//stats.example", "https://", "ftp://stats.example", "/stats"):
        bad = run("project", "snippet", "shop", "--url", url)
        assert (bad.exit_code, bad.stdout) == (1, "")
        assert bad.stderr == f"footfall: --url {url!r} is no address: it begins with https:// or http://\n"
    missing = run("project", "snippet", "blog")
    assert (missing.exit_code, missing.stderr) == (1, "footfall: project 'blog' does not exist\n")


def test_token_create_json(run, meta):
    shop = meta.create_project("shop")
    blog = meta.create_project("blog")
    before = system_clock()
    made = answer(
        run(
            *("token", "create", "--project", "shop", "--project", "blog", "--scope", "read", "--scope", "ingest"),
            *("--expires", "90d", "--label", "CI", "--json"),
        )
    )
    assert list(made) == ["token"]
    info = meta.token(made["token"])
    assert (info.label, info.scopes, info.projects) == ("CI", {Scope.READ, Scope.INGEST}, {shop.number, blog.number})
    assert before + 90 * DAY <= info.expires_at <= system_clock() + 90 * DAY


def test_token_create_prints_the_bare_token(run, meta):
    meta.create_project("shop")
    text = run("token", "create", "--project", "shop", "--scope", "read").stdout
    assert re.fullmatch(r"ff_pat_[0-9A-Za-z]{46}\n", text)
    assert meta.token(text.strip()).expires_at is None


def test_admin_token_without_a_project_is_the_installations(run, meta):
    made = answer(run("token", "create", "--scope", "admin", "--json"))
    assert meta.token(made["token"]).projects is None


def test_token_list_and_revoke(run, meta):
    meta.create_project("shop")
    text, info = meta.create_token("CI", ["read"], ["shop"])
    _, other = meta.create_token("", ["admin"], None)
    revoked = answer(run("token", "revoke", text[-4:], "--json"))
    assert revoked["id"] == info.id
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", revoked["revoked_at"])
    first, second = answer(run("token", "list", "--json"))
    assert first == {
        "id": info.id,
        "last_four": text[-4:],
        "label": "CI",
        "scopes": ["read"],
        "projects": ["shop"],
        "created_at": first["created_at"],
        "expires_at": None,
        "revoked_at": revoked["revoked_at"],
        "last_used_at": None,
    }
    assert (second["id"], second["projects"], second["revoked_at"]) == (other.id, None, None)
    plain = run("token", "list").stdout
    assert text[-4:] in plain
    assert text not in plain


def test_revoke_says_which_token_it_means(run, meta):
    meta.create_project("shop")
    text, info = meta.create_token("CI", ["read"], ["shop"])
    said = run("token", "revoke", text).stdout
    assert f"token {info.id} (ends in {text[-4:]}, 'CI', read, projects shop) is revoked since " in said
    assert text not in said


def test_data_option_wins_over_the_environment(run, tmp_path):
    answer(run("project", "create", "shop", "--json", "--data", str(tmp_path / "other")))
    assert (tmp_path / "other" / "meta.db").exists()
    assert not (tmp_path / "data").exists()


def test_a_host_that_a_project_lists_is_refused_by_name(run):
    assert run("project", "create", "shop", "--domain", "example.com").exit_code == 0
    result = run("project", "create", "blog", "--domain", "www.example.com")
    assert result.exit_code == 1
    assert result.stderr == "footfall: domain 'example.com' is listed by another project, 'shop'\n"


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["project", "create", "Shop"], 1, "footfall: slug 'Shop' does not match"),
        (["project", "create", "shop", "--domain", "a b"], 1, "footfall: domain 'a b' is not a host name"),
        (["token", "create", "--project", "nope", "--scope", "read"], 1, "footfall: project 'nope' does not exist"),
        (["token", "revoke", "99"], 1, "footfall: token '99' does not exist"),
        (["project", "create"], 2, "Missing argument"),
        (["token", "create", "--project", "shop"], 2, "Missing option"),
        (["token", "create", "--project", "shop", "--scope", "write"], 2, "write"),
        (["token", "create", "--scope", "read"], 2, "--project is missing"),
        (["token", "create", "--project", "shop", "--scope", "read", "--expires", "soon"], 2, "soon"),
        (["token", "create", "--project", "shop", "--scope", "read", "--expires", "999999w"], 2, "999999w"),
        (["demo", "--days", "many"], 2, "'many'"),
        (["demo", "--days", "0"], 2, "'0'"),
        (["nope"], 2, "nope"),
    ],
)
@pytest.mark.usefixtures("meta")
def test_failures(run, args, code, message):
    result = run(*args)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stdout == ""
    if code == 1:
        assert result.stderr.count("\n") == 1


def test_bad_setting_is_named(run):
    result = run("project", "list", env={"FOOTFALL_PORT": "x"})
    assert result.exit_code == 1
    assert result.stderr.startswith("footfall: FOOTFALL_PORT 'x': ")


@pytest.mark.parametrize(("text", "millis"), [("1h", HOUR), ("90d", 90 * DAY), ("52w", 364 * DAY)])
def test_lifetimes(text, millis):
    assert lifetime(text) == millis


def test_version(run):
    assert run("--version").stdout == f"{__version__}\n"


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from footfall.cli import main; sys.argv = ['footfall', '--help']\n"
        "try: main()\n"
        "finally: print(sorted({'chdb', 'polars', 'fastapi', 'sqlalchemy'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert "project" in done.stdout
    assert done.stderr == "[]\n"
