"""What a user can type, set or call stands in the docs, and what is generated is current."""

from __future__ import annotations

import json
import re
import subprocess
from fnmatch import fnmatch

import pytest
from tools.docs import ROOT, commands, endpoints, page_of, pages, rendered

from footfall.api.collect.native import SCRIPTS
from footfall.catalog.dimensions import FILTER_KEYS
from footfall.settings import Settings

DOCS = ROOT / "docs"
CASES = ROOT / "tests" / "golden" / "json"
HOSTS = {"registry.npmjs.org", "pypi.org", "files.pythonhosted.org"}
LOCKS = ("requirements/", "vendor/", "web/", "tracker/", "sdk/", "pyproject.toml", "Makefile", ".ci/")


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def tracked() -> list[str]:
    command = ["git", "ls-files", "-z"]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603 - constant
    return [name for name in found.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    ("path", "wanted"), [pytest.param(*page, id=str(page[0].relative_to(ROOT))) for page in sorted(rendered().items())]
)
def test_generated_parts_are_current(path, wanted):
    assert path.exists()
    assert path.read_text(encoding="utf-8") == wanted, "run `make docs`"


def test_commands_and_their_options_are_documented():
    page, readme = text("cli.md"), (ROOT / "README.md").read_text(encoding="utf-8")
    for command in commands():
        assert f"`{command.name}`" in readme
        section = page.partition(f"## `{command.name}")[2].partition("\n## ")[0]
        for param in command.params:
            for option in param.opts if param.param_type_name == "option" else [param.metavar or param.name.upper()]:
                assert re.search(rf"`{re.escape(option)}\b", section), (command.name, option)


def test_commands_have_a_help_text_on_every_parameter():
    for command in commands():
        assert command.help, command.name
        for param in command.params:
            assert param.help, (command.name, param.name)


def test_settings_are_documented():
    rows = re.findall(r"^\| `(FOOTFALL_\w+)` \| .+ \| (.+) \|$", text("settings.md"), re.MULTILINE)
    assert {name for name, _ in rows} == {f"FOOTFALL_{name.upper()}" for name in Settings.model_fields}
    assert all(meaning.strip() for _, meaning in rows)


def test_settings_that_pages_name_exist():
    known = {f"FOOTFALL_{name.upper()}" for name in Settings.model_fields}
    known |= {"FOOTFALL_URL", "FOOTFALL_TOKEN", "FOOTFALL_PROJECT"}  # the SDK's
    for page in pages():
        named = set(re.findall(r"\bFOOTFALL_[A-Z_]*[A-Z]", page.read_text(encoding="utf-8")))
        assert named <= known, page


def test_endpoints_are_on_the_page_of_their_surface():
    index = text("api/README.md")
    for method, path, summary in endpoints():
        assert f"| `{method}` | `{path}` |" in index
        assert summary, path
        page = page_of(path)
        assert page, f"{path}: tools/docs.py knows no page for it"
        # A surface's page may name its endpoints by what follows the surface's path.
        tail = path if path.endswith("{slug}") else "/" + path.rpartition("/")[2]
        assert re.search(rf"{re.escape(tail)}(?![\w-])", text(f"api/{page}")), (method, path, page)


@pytest.mark.parametrize("key", [*FILTER_KEYS, "prop.<name>"])
def test_filter_keys_are_documented(key):
    assert f"`{key}`" in text("api/web.md")


def test_codes_of_refused_rows_are_documented():
    page = text("api/errors.md")
    for source in (ROOT / "src/footfall/collect").glob("*.py"):
        for code in re.findall(r'(?:RefusedError|_refused)\(\s*"(\w+)"', source.read_text(encoding="utf-8")):
            assert f"`{code}`" in page, (source.name, code)


@pytest.mark.parametrize("name", [*SCRIPTS, "p.gif", "api/collect"])
def test_blocks_for_proxies_pass_what_pages_need(name):
    page = text("operations.md")
    (nginx,) = re.findall(r"location ~ (\^/stats/\S+) \{", page)
    (caddy,) = re.findall(r"@stats path (.+)", page)
    assert re.match(nginx, f"/stats/{name}")
    assert any(fnmatch(f"/stats/{name}", pattern) for pattern in caddy.split())
    assert not re.match(nginx, "/stats/metrics")


def test_metrics_are_documented():
    modules = (ROOT / "src/footfall/api").glob("*metrics.py")
    source = "".join(module.read_text(encoding="utf-8") for module in modules)
    page = text("operations.md")
    for name in re.findall(r'"(footfall_\w+)"', source):
        assert re.search(rf"`{name}(_total)?[`{{]", page), name


def _anchor(heading: str) -> str:
    plain = re.sub(r"[`*\[\]]|\(.*?\)", "", heading).strip().lower()
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", plain))


def test_links_between_pages_resolve():
    for page in pages():
        prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\((?!https?://|mailto:)([^)\s]+)\)", prose):
            name, _, anchor = target.partition("#")
            found = (page.parent / name) if name else page
            assert found.exists(), (str(page), target)
            if anchor:
                headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in map(_anchor, headings), (str(page), target)


def test_decisions_are_numbered_and_listed():
    names = sorted(path.name for path in (DOCS / "adr").glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    index = text("adr/README.md")
    for name in names:
        assert f"({name})" in index
        parts = re.findall(r"^## (\w+)$", text(f"adr/{name}"), re.MULTILINE)
        assert parts == ["Context", "Decision", "Figures", "Consequences"], name


def test_committed_files_name_no_paths_of_one_machine():
    # Put together here, or this file would be the one that names them.
    forbidden = re.compile(rf"(?<![\w.])/(?:{'wo' + 'rk'}|{'tm' + 'p'})/\w")
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            found = forbidden.search(content.decode("utf-8", "replace"))
            assert found is None, (name, found and found[0])


def test_packages_come_from_the_public_registries_only():
    for name in tracked():
        if name.startswith(LOCKS) and name.endswith(
            (".txt", ".in", ".json", ".npmrc", ".toml", "Makefile", ".sh", "run")
        ):
            lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
            for line in lines:
                if re.search(r"index-url|find-links|registry|\"resolved\"", line) and "--no-emit-index-url" not in line:
                    assert set(re.findall(r"https?://([^/\"\s]+)", line)) <= HOSTS, (name, line)


def test_every_endpoint_of_the_web_surface_is_shown_with_an_answer():
    """The cases are those that tests/golden/test_json.py compares with the server."""
    shown = set(re.findall(r"<!-- generated: answer web/([a-z-]+) -->", text("api/web.md")))
    cases = {path.stem: json.loads(path.read_text())["get"].split("?")[0] for path in CASES.glob("web/*.json")}
    assert {cases[name] for name in shown} == set(cases.values())


def test_each_promise_of_the_checklist_names_tests_that_exist():
    rows = re.findall(r"^\| (\d+) \| .+ \| (.+) \|$", text("security.md"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 33))
    for number, tests in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", tests)
        assert named, number
        assert all((ROOT / path).is_file() for path in named), named
        assert "to come" not in tests
