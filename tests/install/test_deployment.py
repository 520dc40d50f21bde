"""Dockerfile, compose files and the unit of systemd: what they name exists, and what they promise is written there.

Images can't be built where these tests run, so nothing here starts a container.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
import yaml
from tests.support.clickhouse_node import running

from footfall import __version__
from footfall.settings import Settings
from footfall.store.clickhouse.target import ClusterTarget, parse

ROOT = Path(__file__).parents[2]
SETTINGS = {f"FOOTFALL_{name.upper()}" for name in Settings.model_fields}
COMPOSED = ("compose.yaml", "compose.cluster.yaml")
CLICKHOUSE = ROOT / "deploy" / "clickhouse"
UNIT = ROOT / "deploy" / "systemd" / "footfall.service"


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage of the Dockerfile: (word, arguments)."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    found: list[list[tuple[str, str]]] = []
    for word, _, arguments in (line.partition(" ") for line in lines):
        if word == "FROM":
            found.append([])
        found[-1].append((word, arguments))
    return found


def composed(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def xml_of(name: str) -> ET.Element:
    return ET.parse(CLICKHOUSE / name).getroot()  # noqa: S314 - our own file


def test_what_the_image_copies_exists_and_is_let_in():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "*"
    let_in = [line[1:] for line in ignored if line.startswith("!")]
    for stage in stages():
        for word, arguments in stage:
            if word == "COPY" and "--from" not in arguments:
                for source in arguments.split()[:-1]:
                    assert (ROOT / source).exists(), source
                    assert any(source == one or source.startswith(f"{one}/") for one in let_in), source


def test_the_image_is_slim_and_runs_as_nobody_in_particular():
    last = stages()[-1]
    found = dict(last)
    assert "slim" in found["FROM"]
    assert "RUN" in found
    assert not re.search(r"apt|npm|pip", found["RUN"])
    user, group = found["USER"].split(":")
    assert (int(user) > 0, group) == (True, "0")
    assert "chmod 0770 /data" in found["RUN"]
    assert "healthcheck.py" in found["HEALTHCHECK"]
    assert (found["ENTRYPOINT"], found["CMD"]) == ('["footfall"]', '["serve"]')
    assert set(re.findall(r"FOOTFALL_\w+", found["ENV"])) <= SETTINGS


def test_everything_that_is_installed_into_it_is_pinned():
    for word, arguments in (one for stage in stages() for one in stage):
        if word == "RUN":
            for command in re.findall(r"pip (?:install|wheel) [^&]*", arguments):
                assert "--require-hashes" in command or "--no-deps" in command, command
            assert "npm install" not in arguments


@pytest.mark.parametrize("name", COMPOSED)
def test_composed_services_name_settings_and_volumes_that_exist(name):
    found = composed(name)
    volumes = set(found["volumes"])
    for service in found["services"].values():
        environment = service.get("environment", {})
        assert {key for key in environment if key.startswith("FOOTFALL_")} <= SETTINGS
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in volumes
        for other in service.get("depends_on", ()):
            assert other in found["services"]
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")


@pytest.mark.parametrize("name", COMPOSED)
def test_composed_containers_of_ours_are_closed(name):
    ours = [one for one in composed(name)["services"].values() if one["image"].startswith("footfall:")]
    assert ours
    for service in ours:
        assert service["image"] == f"footfall:{__version__}"
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert "no-new-privileges:true" in service["security_opt"]
        assert "/tmp" in service["tmpfs"]  # noqa: S108 - in the container


def test_composed_roles_are_whole():
    services = composed("compose.cluster.yaml")["services"]
    roles = [one["environment"]["FOOTFALL_ROLE"] for one in services.values() if one["image"].startswith("footfall:")]
    assert sorted(roles) == ["collect", "collect", "drain", "query", "query"]
    for service in services.values():
        if service["image"].startswith("footfall:"):
            checked = {**service["environment"], "FOOTFALL_DATA": "/data"}
            values = {key.removeprefix("FOOTFALL_").lower(): value for key, value in checked.items()}
            assert Settings(**values).meta_url
    front = (ROOT / "deploy" / "nginx" / "cluster.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"server (\w+):8000;", front)) <= set(services)


def test_the_composed_cluster_is_the_one_that_its_servers_know():
    """In the URL of the roles, in the configuration of ClickHouse and Keeper, and as services."""
    services = composed("compose.cluster.yaml")["services"]
    target = parse(services["drain"]["environment"]["FOOTFALL_STORE_URL"].replace(":?", ""), Path())
    assert isinstance(target, ClusterTarget)
    configured = xml_of("cluster.xml")
    shards = configured.find("remote_servers").find(target.name).findall("shard")
    hosts = [[replica.findtext("host") for replica in shard.findall("replica")] for shard in shards]
    assert hosts == [[host.name for host in shard.hosts] for shard in target.shards]
    names = [name for name, one in services.items() if "clickhouse-server" in one["image"]]
    assert sorted(names) == sorted(chain.from_iterable(hosts))
    for name in names:
        environment = services[name]["environment"]
        assert environment["REPLICA"] == name
        assert {one.get("from_env") for one in configured.iter()} - {None} <= environment.keys()
    keeper = xml_of("keeper.xml").find("keeper_server")
    node = configured.find("zookeeper").find("node")
    assert node.findtext("port") == keeper.findtext("tcp_port")
    assert {node.findtext("host"), keeper.findtext("raft_configuration/server/hostname")} == {"keeper"}
    ready = f":{keeper.findtext('http_control/port')}{keeper.findtext('http_control/readiness/endpoint')}"
    assert services["keeper"]["healthcheck"]["test"][-1].endswith(ready)
    kept = {one.partition(":")[2] for one in services["keeper"]["volumes"]}
    assert any(keeper.findtext("log_storage_path").startswith(f"{path}/") for path in kept)


def test_a_real_server_takes_the_composed_configuration(tmp_path, monkeypatch):
    for name, value in composed("compose.cluster.yaml")["services"]["clickhouse2"]["environment"].items():
        monkeypatch.setenv(name, value)
    (tmp_path / "node" / "config.d").mkdir(parents=True)
    text = (CLICKHOUSE / "cluster.xml").read_text(encoding="utf-8")
    # Names that resolve here.
    text = re.sub(r"<host>\w+</host>", "<host>127.0.0.1</host>", text)
    (tmp_path / "node" / "config.d" / "footfall.xml").write_text(text)
    with running(tmp_path / "node") as port:
        ask = "SELECT shard_num, replica_num, user FROM system.clusters WHERE cluster = 'footfall' ORDER BY ALL"
        answer = httpx.post(f"http://127.0.0.1:{port}/", content=ask)
        assert answer.text == "1\t1\tfootfall\n1\t2\tfootfall\n"
        macros = httpx.post(f"http://127.0.0.1:{port}/", content="SELECT * FROM system.macros ORDER BY ALL")
        assert macros.text == "replica\tclickhouse2\nshard\t1\n"


def test_the_unit_is_hardened():
    text = UNIT.read_text(encoding="utf-8")
    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "User=footfall",
        "UMask=0077",
    ):
        assert f"\n{line}\n" in text
    assert set(re.findall(r"FOOTFALL_\w+", text)) <= SETTINGS


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="without systemd")
def test_the_unit_holds_for_systemd(tmp_path):
    """Its program need not be there."""
    unit = tmp_path / "footfall.service"
    unit.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/footfall/bin/footfall", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)  # noqa: S603, S607 - as above
    assert [line for line in done.stderr.splitlines() if "footfall.service" in line] == []
