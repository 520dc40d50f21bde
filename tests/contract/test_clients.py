"""Public generators make clients of /openapi.json, with a warning for an image only; they type-check, and work."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.server import Server, running
from tools.docs import OPENAPI, ROOT, openapi

HERE = ROOT / "tests" / "clients"
PYTHON = ROOT / ".venv" / "generators" / "bin"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("clients") / "data", flush_interval="0.2") as started:
        yield started


def run(*command: str | Path, folder: Path) -> str:
    """Output of a command that must succeed."""
    path = os.pathsep.join((str(PYTHON), os.environ["PATH"]))  # the generator looks for its formatter there
    env = os.environ | {"PATH": path}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603 - the test's own
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_python_client(server, tmp_path):
    package = tmp_path / "footfall_api_client"  # what the generator makes of the title
    config = HERE / "python.yaml"
    told = run(
        PYTHON / "openapi-python-client",
        "generate",
        "--path",
        OPENAPI,
        "--config",
        config,
        "--meta",
        "none",
        folder=tmp_path,
    )
    images = told.count("Unsupported content_type image/svg+xml")  # a badge is for pages, not for programs
    assert told.lower().count("warning parsing") == images == 1, told
    shutil.copy(HERE / "walk.py", tmp_path)
    run(PYTHON / "mypy", "--config-file", HERE / "mypy.ini", "walk.py", package, folder=tmp_path)
    run(PYTHON / "python", "walk.py", server.url, server.admin().token, folder=tmp_path)


def test_a_typescript_client(server, tmp_path):
    for name in ("walk.ts", "tsconfig.json", "package.json", "node_modules"):
        (tmp_path / name).symlink_to(HERE / name)
    tools = HERE / "node_modules" / ".bin"
    told = run(
        tools / "openapi-typescript", OPENAPI, "--default-non-nullable", "false", "-o", "api.d.ts", folder=tmp_path
    )
    assert "warn" not in told.lower(), told
    run(tools / "tsc", "-p", ".", "--preserveSymlinks", "--outDir", "built", folder=tmp_path)
    run("node", "built/walk.js", server.url, server.admin().token, folder=tmp_path)


def test_names_are_unique_and_say_what_they_name():
    document = openapi()
    schemas = document["components"]["schemas"]
    assert {name: schema["title"] for name, schema in schemas.items()} == {name: name for name in schemas}
    assert not [name for name in schemas if "__" in name or name == "HTTPValidationError"]
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))
    assert not [name for name in ids if name.startswith(("api_", "v1_"))]


def test_examples_of_parameters_are_of_their_type():
    kinds = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}
    for path, item in openapi()["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                schema = parameter["schema"]
                for example in schema.get("examples", ()):
                    wanted = kinds.get(schema.get("type"), object)
                    assert isinstance(example, wanted), (path, parameter["name"], example)
                    assert json.dumps(example) in {json.dumps(one) for one in schema.get("enum", [example])}
