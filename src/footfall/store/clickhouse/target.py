"""Where the tables are: `FOOTFALL_STORE_URL`, parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from footfall.errors import FatalError

_DATABASE = "footfall"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_FORMS = "use chdb:///path or clickhouse[s]://user:password@host:port/database[?cluster=name], or leave it empty"


@dataclass(frozen=True, slots=True)
class LocalTarget:
    """An engine in this process, over a directory."""

    path: Path
    database: str = _DATABASE


@dataclass(frozen=True, slots=True)
class RemoteTarget:
    """A server's HTTP interface. `cluster` is `""` for a single server."""

    host: str
    port: int
    secure: bool
    user: str = "default"
    password: str = field(default="", repr=False)
    database: str = _DATABASE
    cluster: str = ""


def parse(url: str, data: Path) -> LocalTarget | RemoteTarget:
    """FatalError naming the part that can't be used. The password is never repeated."""
    if not url:
        return LocalTarget(data / "clickhouse")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FatalError(f"FOOTFALL_STORE_URL can't be read ({error}); {_FORMS}") from error
    if parts.scheme == "chdb":
        return _local(parts)
    if parts.scheme in {"clickhouse", "clickhouses"}:
        return _remote(parts, port)
    raise FatalError(f"FOOTFALL_STORE_URL has the scheme {parts.scheme!r}; {_FORMS}")


def _local(parts: SplitResult) -> LocalTarget:
    if parts.netloc or parts.path in {"", "/"}:
        raise FatalError(f"FOOTFALL_STORE_URL names no absolute directory after chdb://; {_FORMS}")
    options = _options(parts, {"database"})
    return LocalTarget(Path(unquote(parts.path)), _name("database", options.get("database", _DATABASE)))


def _remote(parts: SplitResult, port: int | None) -> RemoteTarget:
    if not parts.hostname:
        raise FatalError(f"FOOTFALL_STORE_URL names no host; {_FORMS}")
    secure = parts.scheme == "clickhouses"
    options = _options(parts, {"cluster"})
    return RemoteTarget(
        host=parts.hostname,
        port=port or (8443 if secure else 8123),
        secure=secure,
        user=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=_name("database", unquote(parts.path).strip("/") or _DATABASE),
        cluster=_name("cluster", options["cluster"]) if "cluster" in options else "",
    )


def _options(parts: SplitResult, known: set[str]) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := options.keys() - known:
        raise FatalError(f"FOOTFALL_STORE_URL has the unknown option {min(unknown)!r}; {_FORMS}")
    return options


def _name(what: str, value: str) -> str:
    # Names are used as identifiers in SQL, so only plain ones are accepted.
    if not _NAME.fullmatch(value):
        raise FatalError(f"FOOTFALL_STORE_URL has the {what} {value!r}: letters, digits and _ only, at most 64")
    return value
