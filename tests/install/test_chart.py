"""The Helm chart, rendered by Helm's own engine: manifests that Kubernetes takes, and settings that Footfall has.

Nothing here starts a container; there is no Kubernetes where these tests run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from tests.support.helm import MISSING, Rendered, lint, render

from footfall import __version__
from footfall.api.surfaces import SURFACES
from footfall.settings import Settings

pytestmark = pytest.mark.skipif(MISSING, reason="without Helm's engine")

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "footfall"
URLS = {
    "store": {"url": "clickhouse://footfall:secret@clickhouse:8123/footfall"},
    "meta": {"url": "postgresql+psycopg://footfall:secret@postgres/footfall"},
}
FULL = URLS | {
    "basePath": "/site.stats",
    "imagePullSecrets": [{"name": "registry"}],
    "settings": {"FOOTFALL_RETENTION_DAYS": "400", "FOOTFALL_METRICS": "token"},
    "collect": {"replicas": 3, "persistence": {"size": "1Gi", "storageClass": "fast"}},
    "query": {"nodeSelector": {"disk": "none"}, "tolerations": [{"key": "spare", "operator": "Exists"}]},
    "front": {"service": {"type": "LoadBalancer", "port": 8080}},
    "ingress": {
        "enabled": True,
        "host": "stats.example",
        "className": "nginx",
        "tlsSecret": "stats-tls",
        "annotations": {"a.example/b": "c"},
    },
}
ELSEWHERE = {"existingSecret": "urls", "podSecurityContext": {"runAsUser": None, "fsGroup": None}}
"""As on OpenShift."""

OWN = {"ROLE", "DATA", "STORE_URL", "META_URL", "TRUSTED_PROXIES", "BASE_PATH", "DRAIN_URL", "HOST", "PORT"}
"""Settings that the chart or the image sets."""


@pytest.fixture(scope="module")
def rendered() -> dict[str, Rendered]:
    """By name; each manifest was held to the schemas of Kubernetes."""
    values = {"least": URLS, "full": FULL, "elsewhere": ELSEWHERE}
    return dict(zip(values, render(CHART, *values.values()), strict=True))


def workloads(found: Rendered) -> list[dict[str, Any]]:
    return found.of("StatefulSet") + found.of("Deployment")


def pod(workload: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = workload["spec"]["template"]["spec"]
    return spec


def ours(found: Rendered) -> list[dict[str, Any]]:
    """The containers of Footfall."""
    return [one for workload in workloads(found) for one in pod(workload)["containers"] if one["name"] == "footfall"]


def variables(container: dict[str, Any], found: Rendered) -> dict[str, str]:
    """What the container finds in its environment."""
    secrets = {one["metadata"]["name"]: one["stringData"] for one in found.of("Secret")}
    values = {}
    for one in container["env"]:
        reference = one.get("valueFrom", {}).get("secretKeyRef")
        values[one["name"]] = one["value"] if reference is None else secrets[reference["name"]][reference["key"]]
    return values


@pytest.mark.parametrize("values", [URLS, FULL, ELSEWHERE])
def test_helm_finds_nothing_to_say(values):
    assert lint(CHART, values) == []


def test_every_form_of_it_is_rendered(rendered):
    assert {name: one.refused for name, one in rendered.items()} == dict.fromkeys(rendered, "")
    kinds = ("Deployment", "StatefulSet", "PodDisruptionBudget", "Ingress", "Secret")
    assert [len(rendered["least"].of(kind)) for kind in kinds] == [2, 2, 3, 0, 1]
    assert [len(rendered["full"].of(kind)) for kind in kinds] == [2, 2, 3, 1, 1]
    assert [len(rendered["elsewhere"].of(kind)) for kind in kinds] == [2, 2, 3, 0, 0]


@pytest.mark.parametrize("name", ["least", "full"])
def test_roles_get_settings_that_hold(rendered, name):
    found = rendered[name]
    roles = {}
    for container in ours(found):
        assert (container["args"], container["image"]) == (["serve"], f"footfall:{__version__}")
        given = variables(container, found)
        values = {key.removeprefix("FOOTFALL_").lower(): value for key, value in given.items()}
        assert set(values) <= set(Settings.model_fields)
        settings = Settings(**values)
        roles[settings.role] = settings
        mounted = {one["mountPath"] for one in container["volumeMounts"]}
        assert (str(settings.data.parent) in mounted, settings.port) == (True, container["ports"][0]["containerPort"])
    assert set(roles) == {"collect", "drain", "query"}
    drain = found.one("Service", "footfall-drain")
    assert roles["collect"].drain_url == f"http://{drain['metadata']['name']}:8000{roles['drain'].base_path}"
    if name == "full":
        assert {one.retention_days for one in roles.values()} == {400}


def test_the_environment_holds_nothing_but_what_is_written_here(rendered):
    """Kubernetes would set FOOTFALL_PORT to the address of the service `footfall`."""
    for workload in workloads(rendered["least"]):
        assert pod(workload)["enableServiceLinks"] is False


@pytest.mark.parametrize("name", ["least", "full"])
def test_pods_are_closed(rendered, name):
    for workload in workloads(rendered[name]):
        spec = pod(workload)
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            closed = container["securityContext"]
            assert closed["readOnlyRootFilesystem"] is True
            assert closed["allowPrivilegeEscalation"] is False
            assert closed["capabilities"] == {"drop": ["ALL"]}
            assert "/tmp" in {one["mountPath"] for one in container["volumeMounts"]}  # noqa: S108 - in the container


def test_the_platform_may_choose_the_user(rendered):
    of = {name: pod(workloads(one)[0])["securityContext"] for name, one in rendered.items()}
    assert (of["least"]["runAsUser"], of["least"]["fsGroup"]) == (10001, 10001)
    assert not of["elsewhere"].keys() & {"runAsUser", "fsGroup"}


@pytest.mark.parametrize(("name", "base"), [("least", ""), ("full", "/site.stats")])
def test_probes_ask_what_is_served(rendered, name, base):
    served = {base + one.path for surface in SURFACES for one in surface.router.routes if isinstance(one, APIRoute)}
    for container in ours(rendered[name]):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = container[probe]["httpGet"]
            assert (asked["path"] in served, asked["port"]) == (True, container["ports"][0]["name"])


def test_services_budgets_and_volumes_meet_their_pods(rendered):
    found = rendered["full"]
    labels = {one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"] for one in workloads(found)}
    for workload in workloads(found):
        spec, name = workload["spec"], workload["metadata"]["name"]
        assert spec["selector"]["matchLabels"].items() <= labels[name].items()
        volumes = [*pod(workload)["volumes"], *(one["metadata"] for one in spec.get("volumeClaimTemplates", ()))]
        for container in pod(workload)["containers"]:
            assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in volumes}
        if workload["kind"] == "StatefulSet":
            assert found.one("Service", spec["serviceName"])["spec"]["clusterIP"] == "None"
    for one in found.of("Service"):
        selector = {key: value for key, value in one["spec"]["selector"].items() if "pod-name" not in key}
        assert sum(selector.items() <= of.items() for of in labels.values()) == 1
    for one in found.of("PodDisruptionBudget"):
        assert sum(one["spec"]["selector"]["matchLabels"].items() <= of.items() for of in labels.values()) == 1
    pods = [f"footfall-collect-{number}" for number in range(3)]
    named = {one["spec"]["selector"].get("statefulset.kubernetes.io/pod-name") for one in found.of("Service")}
    assert named == {None, *pods}
    configuration = found.one("ConfigMap")["data"]["default.conf"]
    for name in (*pods, "footfall-query"):
        assert f"server {name}:8000;" in configuration
        assert found.of("Service", name)


def test_the_ingress_leads_to_the_front(rendered):
    spec = rendered["full"].one("Ingress")["spec"]
    assert spec["tls"] == [{"hosts": ["stats.example"], "secretName": "stats-tls"}]
    (path,) = spec["rules"][0]["http"]["paths"]
    service = rendered["full"].one("Service", path["backend"]["service"]["name"])
    assert (path["path"], path["pathType"]) == ("/site.stats", "Prefix")
    assert path["backend"]["service"]["port"]["name"] == service["spec"]["ports"][0]["name"]


def test_the_notes_tell_where_it_serves_and_where_the_token_is(rendered):
    assert "https://stats.example/site.stats/" in rendered["full"].notes
    assert "exec footfall-drain-0 -- cat /data/footfall/first-token" in rendered["least"].notes


REFUSED = [
    ({}, "store.url, or existingSecret, is needed"),
    ({"store": URLS["store"]}, "meta.url, or existingSecret, is needed"),
    (URLS | {"ingress": {"enabled": True}}, "ingress.host is needed"),
    (URLS | {"replicas": 3}, "'replicas' not allowed"),
    (URLS | {"settings": {"FOOTFALL_RETENTION_DAY": "90"}}, "'FOOTFALL_RETENTION_DAY' not allowed"),
    (URLS | {"settings": {"FOOTFALL_RETENTION_DAYS": 90}}, "got number, want string"),
    (URLS | {"settings": {"FOOTFALL_ROLE": "all"}}, "'FOOTFALL_ROLE' not allowed"),
    (URLS | {"basePath": "stats/"}, "does not match pattern"),
    ({"store": {"url": "http://clickhouse"}, "meta": URLS["meta"]}, "does not match pattern"),
    (URLS | {"drain": {"replicas": 2}}, "'replicas' not allowed"),
]


def test_what_can_not_work_is_refused():
    found = render(CHART, *(values for values, _ in REFUSED))
    for one, (values, said) in zip(found, REFUSED, strict=True):
        assert said in one.refused, values


def test_the_schema_names_every_setting_that_the_chart_does_not_set():
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    named = set(schema["properties"]["settings"]["properties"])
    assert named == {f"FOOTFALL_{name.upper()}" for name in Settings.model_fields if name.upper() not in OWN}


def test_the_versions_are_those_of_the_package():
    chart = (CHART / "Chart.yaml").read_text(encoding="utf-8").splitlines()
    assert {f"version: {__version__}", f"appVersion: {__version__}"} <= set(chart)
