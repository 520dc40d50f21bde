from __future__ import annotations

import gzip
import io
import json
import os
import random
import socket
import urllib.error
import urllib.request
from email.message import Message
from ipaddress import ip_address
from pathlib import Path
from urllib.response import addinfourl

import polars as pl
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from typer.testing import CliRunner

from footfall.cli.geo import geo_app
from footfall.collect import geo_install
from footfall.collect.geo import ATTRIBUTION, GeoLocator, _public, read_network
from footfall.collect.geo_install import install, public_address
from footfall.collect.privacy import Place
from footfall.errors import UserError

MAXMIND_CITY = {
    "country": {"iso_code": "GB", "names": {"en": "United Kingdom"}},
    "subdivisions": [{"iso_code": "ENG", "names": {"en": "England"}}],
    "city": {"names": {"de": "Londen", "en": "London"}},
    "location": {"accuracy_radius": 20, "latitude": 51.50853, "longitude": -0.12574, "time_zone": "Europe/London"},
}
LONDON = Place("GB", "England", "London", 51.5085, -0.1257)
FLAT_CITY = {"country_code": "fr", "state1": "Bretagne", "city": "Brest", "latitude": 48.3903, "longitude": -4.4863}


def database(path: Path, records: dict[str, object], kind: str = "Test-Country", version: int = 6) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = MMDBWriter(ip_version=version, database_type=kind, ipv4_compatible=version == 6)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


def country(code: str) -> dict[str, object]:
    return {"country": {"iso_code": code}}


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def packaged(tmp_path: Path) -> Path:
    return database(tmp_path / "packaged.mmdb", {"8.8.8.0/24": {"country_code": "US"}, "1.1.1.0/24": country("AU")})


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (MAXMIND_CITY, LONDON),
        ({"country": {"iso_code": "DE"}, "subdivisions": [{"iso_code": "BE"}]}, Place("DE", "BE")),
        (FLAT_CITY, Place("FR", "Bretagne", "Brest", 48.3903, -4.4863)),
        ({"country_code": "US"}, Place("US")),
        ({"country": {"iso_code": "XXL"}}, Place()),
        ({"country": "US"}, Place("US")),
        ({"country": "United States", "city": {"names": []}, "subdivisions": [3]}, Place()),
        ({"other": 1}, Place()),
        ({"country_code": "EC", "latitude": 0.0, "longitude": -78.4559}, Place("EC", "", "", 0.0, -78.4559)),
        ({"country_code": "NZ", "latitude": -90, "longitude": 180}, Place("NZ", "", "", -90.0, 180.0)),
        ({"country_code": "US", "latitude": 0.0, "longitude": 0.0}, Place("US")),
        ({"country_code": "US", "latitude": 37.751}, Place("US")),
        ({"country_code": "US", "latitude": 90.1, "longitude": 1.0}, Place("US")),
        ({"country_code": "US", "latitude": 1.0, "longitude": -180.1}, Place("US")),
        ({"country_code": "US", "latitude": float("nan"), "longitude": 1.0}, Place("US")),
        ({"country_code": "US", "latitude": "37.751", "longitude": "-97.822"}, Place("US")),
        ({"country_code": "US", "location": {}, "latitude": 1.0, "longitude": 1.0}, Place("US")),
        ({"country_code": "US", "location": "here"}, Place("US")),
    ],
)
def test_both_layouts(tmp_path: Path, packaged: Path, record: object, expected: Place) -> None:
    database(tmp_path / "geo/city.mmdb", {"81.2.69.0/24": record, "2a00::/16": record}, "Test-City")
    locator = GeoLocator(tmp_path, packaged=packaged)
    assert locator.place("81.2.69.142") == expected
    assert locator.place("2a00:1450::8888") == expected


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to look up, nothing is bound
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "",
        "unknown",
        "8.8.8.8:443",
        "8.8.8",
        "8.8.8.8\x00",
        "9" * 100_000,
        "9.9.9.9",
    ],
)
def test_no_place(tmp_path: Path, address: str) -> None:
    everywhere = {"0.0.0.0/5": country("US"), "10.0.0.0/8": country("US"), "fe80::/10": country("US")}
    locator = GeoLocator(tmp_path, packaged=database(tmp_path / "p.mmdb", everywhere))
    assert locator.place(address) == Place()


def test_mapped_addresses_are_ipv4(tmp_path: Path, packaged: Path) -> None:
    assert GeoLocator(tmp_path, packaged=packaged).place("::ffff:8.8.8.8") == Place("US")


def test_an_ipv4_database_has_no_ipv6(tmp_path: Path) -> None:
    only4 = database(tmp_path / "p.mmdb", {"8.8.8.0/24": country("US")}, version=4)
    locator = GeoLocator(tmp_path, packaged=only4)
    assert [locator.place("8.8.8.8"), locator.place("2a00::1")] == [Place("US"), Place()]


def test_columns_answer_like_single_look_ups(tmp_path: Path, packaged: Path) -> None:
    database(tmp_path / "geo/city.mmdb", {"81.2.69.0/24": MAXMIND_CITY}, "Test-City")
    organisation = {"autonomous_system_number": 2529, "autonomous_system_organization": "Demon"}
    database(tmp_path / "geo/asn.mmdb", {"81.2.69.0/24": organisation}, "Test-ASN")
    locator = GeoLocator(tmp_path, packaged=packaged)
    addresses = ["8.8.8.8", "10.0.0.1", "81.2.69.1", "8.8.8.8", "", "1.1.1.1", None]
    assert locator.places(pl.Series("ip_address", addresses)).rows() == [
        ("US", "", "", ""),
        ("", "", "", ""),
        ("GB", "England", "London", "Demon"),
        ("US", "", "", ""),
        ("", "", "", ""),
        ("AU", "", "", ""),
        ("", "", "", ""),
    ]
    assert locator.places(pl.Series("ip_address", [], dtype=pl.String)).shape == (0, 4)


@pytest.mark.parametrize(
    ("record", "network"),
    [
        ({"autonomous_system_number": 2529, "autonomous_system_organization": "Demon"}, "Demon"),
        ({"asn": "AS2529", "as_name": "Demon", "as_domain": "demon.example"}, "Demon"),
        ({"asn": "AS2529", "name": "Demon"}, "Demon"),
        ({"autonomous_system_number": 13335, "autonomous_system_organization": "CLOUDFLARENET"}, "Cloudflare"),
        ({"asn": "AS54113", "as_name": "Fastly, Inc."}, "Fastly"),
        ({"autonomous_system_number": 2529}, ""),
        ({"autonomous_system_organization": 5}, ""),
        ("no mapping", ""),
    ],
)
def test_networks_of_every_layout(record: object, network: str) -> None:
    assert read_network(record) == network


def test_the_operators_country_database_wins(tmp_path: Path, packaged: Path) -> None:
    database(tmp_path / "geo/country.mmdb", {"8.8.8.0/24": country("CA")})
    locator = GeoLocator(tmp_path, packaged=packaged)
    assert [locator.place("8.8.8.8"), locator.place("1.1.1.1")] == [Place("CA"), Place()]


def test_a_new_file_is_taken_up_after_a_second(tmp_path: Path, packaged: Path) -> None:
    seconds = Seconds()
    locator = GeoLocator(tmp_path, packaged=packaged, now=seconds)
    assert locator.place("8.8.8.8") == Place("US")
    install(str(database(tmp_path / "new.mmdb", {"8.8.8.0/24": country("CA")})), tmp_path)
    assert locator.place("8.8.8.8") == Place("US")
    seconds.now += 1
    assert locator.place("8.8.8.8") == Place("CA")
    install(str(database(tmp_path / "newer.mmdb", {"8.8.8.0/24": country("MX")})), tmp_path)
    seconds.now += 1
    assert locator.place("8.8.8.8") == Place("MX")
    (tmp_path / "geo/country.mmdb").unlink()
    seconds.now += 1
    assert locator.place("8.8.8.8") == Place("US")


def test_a_broken_file_leaves_the_one_before_in_use(tmp_path: Path, packaged: Path) -> None:
    seconds = Seconds()
    database(tmp_path / "geo/country.mmdb", {"8.8.8.0/24": country("CA")})
    locator = GeoLocator(tmp_path, packaged=packaged, now=seconds)
    broken = tmp_path / "broken"
    broken.write_bytes(b"nonsense")
    broken.replace(tmp_path / "geo/country.mmdb")
    seconds.now += 1
    assert locator.place("8.8.8.8") == Place("CA")
    assert "country.mmdb" in locator.status()[0].problem


def test_status(tmp_path: Path, packaged: Path) -> None:
    database(tmp_path / "geo/city.mmdb", {"81.2.69.0/24": MAXMIND_CITY}, "DBIP-City-Lite")
    found = GeoLocator(tmp_path, packaged=packaged).status()
    assert [(one.kind, one.size, one.attribution, one.problem) for one in found] == [
        ("country", packaged.stat().st_size, "", ""),
        ("city", (tmp_path / "geo/city.mmdb").stat().st_size, ATTRIBUTION, ""),
    ]


def test_without_any_database_nothing_has_a_place_and_status_says_why(tmp_path: Path) -> None:
    locator = GeoLocator(tmp_path, packaged=tmp_path / "absent.mmdb")
    assert locator.place("8.8.8.8") == Place()
    assert "footfall geo install" in locator.status()[0].problem


@pytest.mark.parametrize(
    ("database_type", "record", "kind", "expected"),
    [
        ("GeoLite2-Country", country("US"), "", "country"),
        ("DBIP-City-Lite", MAXMIND_CITY, "", "city"),
        ("GeoLite2-ASN", {"autonomous_system_number": 64500}, "", "asn"),
        ("Mine", country("US"), "country", "country"),
    ],
)
def test_install_goes_by_the_type(tmp_path: Path, database_type: str, record: object, kind: str, expected: str) -> None:
    source = database(tmp_path / "source.mmdb", {"8.8.8.0/24": record}, database_type)
    assert install(str(source), tmp_path / "data", kind) == tmp_path / f"data/geo/{expected}.mmdb"
    assert files(tmp_path / "data/geo") == [f"{expected}.mmdb"]


def test_install_unpacks_gzip(tmp_path: Path) -> None:
    source = database(tmp_path / "source.mmdb", {"8.8.8.0/24": country("US")})
    packed = tmp_path / "source.mmdb.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    assert install(str(packed), tmp_path / "data").read_bytes() == source.read_bytes()


def test_what_an_install_left_that_was_killed_goes_with_the_next(tmp_path: Path) -> None:
    """One that goes on keeps its file."""
    folder = tmp_path / "data" / "geo"
    folder.mkdir(parents=True)
    left, written = (folder / f".incoming-{name}.mmdb" for name in ("left", "written"))
    for path in (left, written):
        path.write_bytes(b"part")
    os.utime(left, (1, 1))
    source = database(tmp_path / "one.mmdb", {"8.8.8.0/24": country("CA")})
    installed = install(str(source), tmp_path / "data")
    assert {*folder.iterdir()} == {installed, written}


def refusals(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    good = database(tmp_path / "good.mmdb", {"8.8.8.0/24": country("US")})
    files = {
        "corrupt": b"nonsense" * 1000,
        "empty": b"",
        "headless": good.read_bytes()[:40],
        "bad gzip": b"\x1f\x8b" + b"nonsense" * 10,
        "cut gzip": gzip.compress(good.read_bytes())[:-9],
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return {name: (tmp_path / name, "") for name in files} | {
        "absent": (tmp_path / "absent.mmdb", ""),
        "other kind": (good, "city"),
        "no such kind": (good, "continent"),
        "unnamed": (database(tmp_path / "unnamed.mmdb", {"8.8.8.0/24": country("US")}, "Mine"), ""),
        "other records": (database(tmp_path / "asn.mmdb", {"8.8.8.0/24": {"asn": 64500}}), ""),
    }


@pytest.mark.parametrize(
    "name",
    [
        "corrupt",
        "empty",
        "headless",
        "bad gzip",
        "cut gzip",
        "absent",
        "other kind",
        "no such kind",
        "unnamed",
        "other records",
    ],
)
def test_install_refuses_and_changes_nothing(tmp_path: Path, name: str) -> None:
    source, kind = refusals(tmp_path)[name]
    before = database(tmp_path / "data/geo/country.mmdb", {"8.8.8.0/24": country("CA")}).read_bytes()
    with pytest.raises(UserError) as refused:
        install(str(source), tmp_path / "data", kind)
    assert repr(kind if name == "no such kind" else str(source)) in refused.value.message
    assert files(tmp_path / "data/geo") == ["country.mmdb"]
    assert (tmp_path / "data/geo/country.mmdb").read_bytes() == before


@pytest.mark.parametrize("packed", [False, True])
def test_install_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(geo_install, "MAX_BYTES", 10_000)
    content = bytes(20_000)
    (tmp_path / "big").write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(UserError, match="over 10000 bytes"):
        install(str(tmp_path / "big"), tmp_path / "data")
    assert files(tmp_path / "data/geo") == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.mmdb",
        "file:///etc/passwd",
        "ftp://example.com/a.mmdb",
        "https://127.0.0.1:1/a.mmdb",
        "https://[::1]:1/a.mmdb",
        "https://10.0.0.1/a.mmdb",
        "https://169.254.169.254/a.mmdb",
        "https:///a.mmdb",
        "https://[/a.mmdb",
    ],
)
def test_urls_that_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UserError) as refused:
        install(url, tmp_path)
    assert refused.value.code == "bad_source"
    assert "Connection refused" not in refused.value.message


@pytest.mark.parametrize(
    ("answer", "public"),
    [
        (["93.184.216.34"], True),
        (["2606:2800:220:1:248:1893:25c8:1946"], True),
        (["93.184.216.34", "192.168.0.1"], False),
        (["127.0.0.1"], False),
        (["fe80::1%eth0"], False),
        (["::ffff:10.0.0.1"], False),
        (["64:ff9b::a00:1"], False),
        (["2002:a00:1::"], False),
        (["224.0.0.1"], False),
    ],
)
def test_only_public_addresses(monkeypatch: pytest.MonkeyPatch, answer: list[str], public: bool) -> None:
    infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in answer]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
    if public:
        assert public_address("db.example", 443) == answer[0]
    else:
        with pytest.raises(OSError, match="not a public address"):
            public_address("db.example", 443)


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that has another address the next time is not looked up again."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    reached = []

    def connect(address: tuple[str, int], *_: object) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError

    infos = lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 443))]  # noqa: E731 - one line
    monkeypatch.setattr(socket, "getaddrinfo", infos)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(urllib.error.URLError):
        geo_install.opener().open("https://db.example/")
    assert reached == [("93.184.216.34", 443)]


class Redirecting(urllib.request.HTTPSHandler):
    """Answers `/` with a redirect to `target`, all else with the path."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    def https_open(self, req: urllib.request.Request) -> addinfourl:
        headers = Message()
        if req.selector == "/":
            headers["Location"] = self.target
        answer = addinfourl(
            io.BytesIO(req.selector.encode()), headers, req.full_url, 302 if req.selector == "/" else 200
        )
        answer.msg = ""
        return answer


def test_redirects_stay_on_https() -> None:
    with geo_install.opener(Redirecting("https://db.example/found")).open("https://db.example/") as answer:
        assert answer.read() == b"/found"
    for target in ("http://db.example/found", "file:///etc/passwd", "ftp://db.example/found"):
        with pytest.raises(OSError, match=r"unknown url type|not allowed"):
            geo_install.opener(Redirecting(target)).open("https://db.example/")


def test_the_commands(tmp_path: Path) -> None:
    source = database(tmp_path / "source.mmdb", {"81.2.69.0/24": MAXMIND_CITY}, "DBIP-City-Lite")
    data = ["--data", str(tmp_path / "data")]
    target = str(tmp_path / "data/geo/city.mmdb")
    done = CliRunner().invoke(geo_app, ["install", str(source), "--kind", "city", *data])
    assert (done.exit_code, done.stdout) == (0, f"{target}\n")
    listed = CliRunner().invoke(geo_app, ["status", "--json", *data])
    found = {one["kind"]: one for one in json.loads(listed.stdout)}
    assert (found["city"]["path"], found["city"]["attribution"]) == (target, ATTRIBUTION)
    assert "city" in CliRunner().invoke(geo_app, ["status", *data]).stdout


def test_the_short_cut_to_public_addresses_agrees_with_the_registries():
    dice = random.Random(1)
    raw = [bytes([first, second, dice.randrange(256), 7]) for first in range(256) for second in range(256)]
    raw += [bytes([first, second]) + dice.randbytes(14) for first in range(256) for second in range(256)]
    wrong = [address for address in map(ip_address, raw) if bool(_public(str(address))) != address.is_global]
    mapped = {address for address in wrong if address.version == 6 and address.ipv4_mapped}
    assert set(wrong) == mapped
