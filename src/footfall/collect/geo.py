"""Where addresses are: country, region, city and point from MaxMind DB files (https://maxmind.github.io/MaxMind-DB/).

The operator's databases are in `<data>/geo/{country,city,asn}.mmdb`; a country database comes with Footfall. Two
layouts are read: MaxMind's (`country.iso_code`, `subdivisions`, `city.names`, `location`) and the flat one of npm's
(`country_code` or `country`, `state1`, `city`, `latitude`, `longitude`). Networks come from either's
`autonomous_system_number` and `autonomous_system_organization`, or from `asn` and `as_name`, `name` or `org`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from importlib import resources
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import maxminddb

from footfall.collect.address import packed, render
from footfall.collect.cdn import EDGES
from footfall.collect.privacy import Place

if TYPE_CHECKING:
    import polars as pl

KINDS = ("country", "city", "asn")
ATTRIBUTION = "IP Geolocation by DB-IP (https://db-ip.com)"
MISSING = "no country database: run `make setup`, or `footfall geo install FILE-or-URL`"

_KEPT_ADDRESSES = 50_000
_ADDRESS_CHARS = 64
_NOWHERE = Place()
_Stamp = tuple[str, int, int, int]
_ORGANISATION = ("autonomous_system_organization", "as_name", "name", "org")


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """One database in use. `built` is ISO 8601, `size` in bytes; `problem` is why a file is not in use."""

    kind: str
    path: str
    built: str = ""
    size: int = 0
    attribution: str = ""
    problem: str = ""


def read_place(record: object) -> Place:
    """The place that a database record of either layout gives."""
    if not isinstance(record, dict):
        return _NOWHERE
    if len(record) == 1 and isinstance(code := record.get("country_code"), str):  # as in the packaged database
        return _country(code)
    country = _text(record.get("country"), "iso_code") or _text(record.get("country_code"))
    divisions = record.get("subdivisions")
    first = divisions[0] if isinstance(divisions, list) and divisions else None
    region = _text(first) or _text(first, "iso_code") or _text(record.get("state1"))
    return Place(country.upper() if len(country) == 2 else "", region, _text(record.get("city")), *_point(record))


@lru_cache(maxsize=1024)
def _country(code: str) -> Place:
    return Place(code.upper() if len(code) == 2 else "")


def read_network(record: object) -> str:
    """The organisation of a record's autonomous system, a CDN's by the CDN's name; `""` where it gives none."""
    if not isinstance(record, dict):
        return ""
    number = str(record.get("autonomous_system_number") or record.get("asn") or "").upper().removeprefix("AS")
    named = (_text(record.get(key)) for key in _ORGANISATION)
    return EDGES.get(number) or next(filter(None, named), "")


def _text(value: object, key: str = "") -> str:
    """A text itself, a mapping's `key`, or the English of its names."""
    if isinstance(value, dict):
        names = value.get("names")
        value = value.get(key) if key else names.get("en") if isinstance(names, dict) else None
    return value if isinstance(value, str) else ""


def _point(record: Mapping[str, object]) -> tuple[float | None, float | None]:
    """Latitude and longitude in degrees: both, or neither."""
    location = record.get("location")
    source = location if isinstance(location, dict) else record
    point = _degrees(source.get("latitude"), 90), _degrees(source.get("longitude"), 180)
    # Some databases write 0 and 0, which is at sea, where they know no point.
    return point if None not in point and any(point) else (None, None)


def _degrees(value: object, most: int) -> float | None:
    return round(float(value), 4) if isinstance(value, float | int) and -most <= value <= most else None


@dataclass(frozen=True, slots=True)
class _Database:
    path: Path
    stamp: _Stamp
    reader: maxminddb.Reader

    def record(self, address: str) -> object:
        try:
            return self.reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return None  # an IPv6 address in an IPv4 database, or a damaged record


class _Snapshot:
    """The databases in use at one time, and a cache of places found in them."""

    def __init__(self, databases: Mapping[str, _Database], problems: Mapping[str, str]) -> None:
        self.databases = databases
        self.problems = problems
        # A plain function: a bound method would make a reference cycle, which keeps the files open for longer.
        self.place = lru_cache(_KEPT_ADDRESSES)(partial(_place, databases))


def _place(databases: Mapping[str, _Database], address: str) -> Place:
    public = _public(address)
    if not public:
        return _NOWHERE
    found = _NOWHERE
    for kind in ("city", "country"):
        if kind in databases and not found.country:
            found = read_place(databases[kind].record(public))
    return replace(found, network=read_network(databases["asn"].record(public))) if "asn" in databases else found


def _public(address: str) -> str:
    """The canonical address (IPv4-mapped IPv6 becomes IPv4); `""` where it is not public."""
    raw = packed(address)
    if raw is None:
        return ""
    special = raw[0] in _SPECIAL_IPV4 if len(raw) == 4 else raw[0] >> 5 != 1 or raw[:2] in _SPECIAL_IPV6
    return "" if special and not ip_address(raw).is_global else render(raw)


# `is_global` compares with every special-purpose block there is, which takes longer than the look-up itself. These
# first bytes are all that the IANA registries of special-purpose addresses (RFC 6890) begin with.
_SPECIAL_IPV4 = frozenset({0, 10, 100, 127, 169, 172, 192, 198, 203, *range(224, 256)})
_SPECIAL_IPV6 = frozenset({b"\x20\x01", b"\x20\x02", b"\x3f\xff"})  # within 2000::/3; all else there is special


class GeoLocator:
    """A `Locator` over the databases of a data directory, from any thread.

    Files are checked at most once a second. A replaced file is used without a restart; a broken one is reported by
    `status`, and the previous one stays in use. `now` gives seconds. Addresses stay in memory only.
    """

    def __init__(self, data: Path, *, packaged: Path | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._folder = data / "geo"
        self._packaged = packaged or packaged_database()
        self._now = now
        self._lock = threading.Lock()
        self._stamps: dict[str, _Stamp] = {}
        self._snapshot = _Snapshot({}, {})
        self._checked = now()
        self._reload()

    def place(self, address: str) -> Place:
        if len(address) > _ADDRESS_CHARS:
            return _NOWHERE
        return self._current().place(address)

    def places(self, addresses: pl.Series) -> pl.DataFrame:
        import polars as pl  # noqa: PLC0415 - a process that only collects has no frames

        keys = addresses.cast(pl.String).fill_null("").alias("address").to_frame()
        distinct = keys.unique()
        place = self._current().place
        found = [
            place(address) if len(address) <= _ADDRESS_CHARS else _NOWHERE for address in distinct["address"].to_list()
        ]
        table = distinct.with_columns(
            pl.Series(name, [getattr(place, name) for place in found], dtype=pl.String)
            for name in ("country", "region", "city", "network")
        )
        return keys.join(table, on="address", how="left", maintain_order="left").drop("address")

    def status(self) -> list[DatabaseStatus]:
        """Every database that is in use or missing, in the order of `KINDS`."""
        snapshot = self._current()
        found = [_status(kind, snapshot) for kind in KINDS if kind in snapshot.databases or kind in snapshot.problems]
        if {"country", "city"} & snapshot.databases.keys():
            return found
        return found or [DatabaseStatus("country", str(self._packaged), problem=MISSING)]

    def _current(self) -> _Snapshot:
        if self._now() - self._checked >= 1:
            with self._lock:
                self._checked = self._now()
                self._reload()
        return self._snapshot

    def _reload(self) -> None:
        stamps = {kind: stamp for kind in KINDS if (stamp := self._stamp(kind))}
        if stamps == self._stamps:
            return
        databases, problems = {}, {}
        for kind, stamp in stamps.items():
            old = self._snapshot.databases.get(kind)
            try:
                databases[kind] = old if old and old.stamp == stamp else _open(stamp)
            except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
                problems[kind] = f"{stamp[0]}: {error}"
                if old:
                    databases[kind] = old
        # Replaced readers close once their last look-up ends; closing them here would unmap memory in use.
        self._snapshot, self._stamps = _Snapshot(databases, problems), stamps

    def _stamp(self, kind: str) -> _Stamp | None:
        paths = [self._folder / f"{kind}.mmdb", *([self._packaged] if kind == "country" else [])]
        for path in paths:
            try:
                stat = path.stat()
            except OSError:
                continue
            return str(path), stat.st_ino, stat.st_mtime_ns, stat.st_size
        return None


def packaged_database() -> Path:
    """Path of the country database that comes with Footfall; it may be missing."""
    return Path(str(resources.files("footfall") / "assets" / "geo" / "country.mmdb"))


def _open(stamp: _Stamp) -> _Database:
    return _Database(Path(stamp[0]), stamp, maxminddb.open_database(stamp[0]))


def _status(kind: str, snapshot: _Snapshot) -> DatabaseStatus:
    problem = snapshot.problems.get(kind, "")
    database = snapshot.databases.get(kind)
    if database is None:
        return DatabaseStatus(kind, "", problem=problem)
    metadata: Any = database.reader.metadata()
    built = datetime.fromtimestamp(metadata.build_epoch, UTC).date().isoformat()
    return DatabaseStatus(
        kind, str(database.path), built, database.stamp[3], _attribution(database.path, metadata), problem
    )


def _attribution(path: Path, metadata: Any) -> str:
    """DB-IP's line for its databases and the packaged one, MaxMind's for GeoLite, none for others."""
    names = f"{metadata.database_type} {metadata.description.get('en', '')}".lower()
    if path == packaged_database() or "db-ip" in names or "dbip" in names:
        return ATTRIBUTION
    if "geolite" in names:
        return "This product includes GeoLite data created by MaxMind (https://www.maxmind.com)"
    return ""
