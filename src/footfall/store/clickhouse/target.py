"""Where the tables are: `FOOTFALL_STORE_URL`, parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from footfall.errors import FatalError

_DATABASE = "footfall"
_OF_ROWS = "_local"
"""What the name of the database with a shard's rows has behind that of the cluster's."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_FORMS = (
    "use chdb:///path, clickhouse[s]://user:password@host:port/database, or leave it empty; a cluster is"
    " clickhouse[s]://user:password@SHARDS/database?cluster=name, SHARDS being hosts with commas between shards and"
    " | between replicas"
)


@dataclass(frozen=True, slots=True)
class LocalTarget:
    """An engine in this process, over a directory."""

    path: Path
    database: str = _DATABASE

    def __str__(self) -> str:
        """Wherever the data directory is."""
        return "the embedded store"


@dataclass(frozen=True, slots=True)
class Host:
    """The HTTP interface of a server."""

    name: str
    port: int

    def __str__(self) -> str:
        return f"{self.name}:{self.port}"


@dataclass(frozen=True, slots=True)
class RemoteTarget:
    """A database that each of the hosts has: of several, the first one that can be reached is used."""

    hosts: tuple[Host, ...]
    secure: bool
    user: str = "default"
    password: str = field(default="", repr=False)
    database: str = _DATABASE

    def __str__(self) -> str:
        """The URL without user and password."""
        return _url(self, str(self.hosts[0]))


@dataclass(frozen=True, slots=True)
class ClusterTarget:
    """Shards, each of which has one host or several replicas.

    `name` is that of the cluster in the servers' configuration, `everything` the database of `Distributed` tables on
    all hosts; the shards' targets name that of the tables that hold the rows.
    """

    name: str
    everything: RemoteTarget
    shards: tuple[RemoteTarget, ...]

    @property
    def replicated(self) -> bool:
        return any(len(shard.hosts) > 1 for shard in self.shards)

    def __str__(self) -> str:
        shards = (shard.hosts for shard in self.shards)
        hosts = ",".join("|".join(map(str, replicas)) for replicas in shards)
        return f"{_url(self.everything, hosts)}?cluster={self.name}"


Target = LocalTarget | RemoteTarget | ClusterTarget


def parse(url: str, data: Path, given_as: str = "FOOTFALL_STORE_URL") -> Target:
    """FatalError naming what the URL was given as, and the part that can't be used. The password is never repeated."""
    if not url:
        return LocalTarget(data / "clickhouse")
    try:
        return _parsed(url)
    except _UnusableError as error:
        raise FatalError(f"{given_as} {error}") from error


class _UnusableError(Exception):
    """The rest of a sentence that begins with what the URL was given as."""


def _parsed(url: str) -> Target:
    try:
        parts = urlsplit(url)
        shards = _shards(parts)
    except ValueError as error:
        raise _UnusableError(f"can't be read ({error}); {_FORMS}") from error
    if parts.scheme == "chdb":
        return _local(parts)
    if parts.scheme in {"clickhouse", "clickhouses"}:
        return _remote(parts, shards)
    raise _UnusableError(f"has the scheme {parts.scheme!r}; {_FORMS}")


def _local(parts: SplitResult) -> LocalTarget:
    if parts.netloc or parts.path in {"", "/"}:
        raise _UnusableError(f"names no absolute directory after chdb://; {_FORMS}")
    options = _options(parts, {"database"})
    return LocalTarget(Path(unquote(parts.path)), _name("database", options.get("database", _DATABASE)))


def _shards(parts: SplitResult) -> list[list[Host]]:
    """As in ClickHouse's addresses: commas separate shards, `|` separates the replicas of one."""
    port = 8443 if parts.scheme == "clickhouses" else 8123
    found = []
    for shard in parts.netloc.rpartition("@")[2].split(","):
        hosts = (urlsplit(f"//{host}") for host in shard.split("|"))
        found.append([Host(host.hostname or "", host.port or port) for host in hosts])
    return found


def _remote(parts: SplitResult, shards: list[list[Host]]) -> RemoteTarget | ClusterTarget:
    hosts = tuple(host for shard in shards for host in shard)
    if not all(host.name for host in hosts):
        raise _UnusableError(f"names no host, or leaves one out; {_FORMS}")
    options = _options(parts, {"cluster"})
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    everything = RemoteTarget(
        hosts=hosts,
        secure=parts.scheme == "clickhouses",
        user=unquote(user or "default"),
        password=unquote(password),
        database=_name("database", unquote(parts.path).strip("/") or _DATABASE),
    )
    if "cluster" not in options:
        if len(hosts) > 1:
            raise _UnusableError(f"names several hosts and no cluster; {_FORMS}")
        return everything
    if twice := next((host for host in hosts if hosts.count(host) > 1), None):
        raise _UnusableError(f"names {twice} twice; {_FORMS}")
    name = _name("cluster", options["cluster"])
    rows = f"{everything.database}{_OF_ROWS}"
    return ClusterTarget(
        name, everything, tuple(replace(everything, hosts=tuple(shard), database=rows) for shard in shards)
    )


def _url(target: RemoteTarget, hosts: str) -> str:
    return f"clickhouse{'s' if target.secure else ''}://{hosts}/{target.database}"


def _options(parts: SplitResult, known: set[str]) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := options.keys() - known:
        raise _UnusableError(f"has the unknown option {min(unknown)!r}; {_FORMS}")
    return options


def _name(what: str, value: str) -> str:
    # Names are used as identifiers in SQL, so only plain ones are accepted.
    if not _NAME.fullmatch(value):
        raise _UnusableError(f"has the {what} {value!r}: letters, digits and _ only, at most 64")
    return value
