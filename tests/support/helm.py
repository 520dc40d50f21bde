"""Helm's own engine, out of the `helm-python-sdk` wheel: it renders and lints charts as `helm` does.

In a process of its own, which also holds what is rendered to the schemas of Kubernetes: the engine brings Go's runtime,
which no test should share.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MISSING = find_spec("helm_python") is None
"""Its wheels are for x86-64 alone."""


@dataclass(frozen=True)
class Rendered:
    """Manifests and the text for whoever installs the chart; or why it is refused."""

    manifests: list[dict[str, Any]] = field(default_factory=list)
    notes: str = ""
    refused: str = ""

    def of(self, kind: str, name: str = "") -> list[dict[str, Any]]:
        return [one for one in self.manifests if one["kind"] == kind and name in {"", one["metadata"]["name"]}]

    def one(self, kind: str, name: str = "") -> dict[str, Any]:
        (found,) = self.of(kind, name)
        return found


def lint(chart: Path, values: dict[str, Any]) -> list[str]:
    """What `helm lint --strict` finds, warnings included."""
    found: list[str] = _ask({"chart": str(chart), "lint": values})
    return found


def render(chart: Path, *values: dict[str, Any]) -> list[Rendered]:
    """For each of `values`, as the release `footfall`."""
    return [Rendered(**one) for one in _ask({"chart": str(chart), "values": values})]


def _ask(wanted: dict[str, Any]) -> Any:
    command = [sys.executable, __file__]
    done = subprocess.run(command, input=json.dumps(wanted), capture_output=True, text=True, check=False)  # noqa: S603 - our own file
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _lint(helm: Any, chart: str, values: dict[str, Any]) -> list[str]:
    told = helm.lint(chart, values, strict=True)
    return [*told["errors"], *(one["error"] for one in told["messages"] if one["severity"] > 1)]


def _render(helm: Any, chart: str, values: dict[str, Any]) -> dict[str, Any]:
    import kubernetes_validate  # noqa: PLC0415 - in the process of its own only
    import yaml  # noqa: PLC0415 - as above

    with helm.Chart.load(chart) as loaded:
        try:
            files = loaded.render(values, name="footfall", namespace="web")
        except helm.HelmError as error:
            return {"refused": str(error)}
    texts = [text for path, text in files.items() if path.endswith(".yaml")]
    manifests = [one for text in texts for one in yaml.safe_load_all(text) if one]
    for manifest in manifests:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
    notes = next(text for path, text in files.items() if path.endswith("NOTES.txt"))
    return {"manifests": manifests, "notes": notes}


def main(wanted: dict[str, Any]) -> Sequence[Any]:
    import helm_python as helm  # noqa: PLC0415 - as above

    if "lint" in wanted:
        return _lint(helm, wanted["chart"], wanted["lint"])
    return [_render(helm, wanted["chart"], values) for values in wanted["values"]]


if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
