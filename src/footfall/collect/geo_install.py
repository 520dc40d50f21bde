"""Installs a geography database: downloads or copies it, checks it, and renames it into `<data>/geo`."""

from __future__ import annotations

import gzip
import http.client
import os
import socket
import ssl
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv6Address, IPv6Network, ip_address
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import maxminddb

from footfall.collect.geo import KINDS, read_place
from footfall.errors import UserError

MAX_BYTES = 1 << 30
"""Most bytes of a database, before and after decompression."""

_TIMEOUT = 60.0  # seconds without a byte
_CHUNK = 1 << 20
_SAMPLE = 1_000  # records that are read to check that the file holds data of its kind
_INCOMING = ".incoming-"
_LEFT_SECONDS = 600
_NAT64 = IPv6Network("64:ff9b::/96")
_GZIP_MAGIC = b"\x1f\x8b"
_TYPES = (("city", "city"), ("enterprise", "city"), ("asn", "asn"), ("isp", "asn"), ("country", "country"))


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def install(source: str, data: Path, kind: str = "") -> Path:
    """Install a file or an https URL, gzipped or not, as the database of its kind; returns its path.

    `kind` is one of `KINDS`, or `""` for the kind that the file's metadata names. A failure leaves the current database
    untouched. Raises UserError (`bad_database`, `bad_source`, `too_large`).
    """
    if kind and kind not in KINDS:
        raise UserError("bad_parameter", f"kind: {kind!r} is not one of {', '.join(KINDS)}")
    folder = data / "geo"
    folder.mkdir(parents=True, exist_ok=True)
    _tidy(folder)
    with _naming(source), _temporary(folder) as incoming:
        with _open_source(source) as stream:
            _copy(stream, incoming)
        _unpack(incoming)
        target = folder / f"{check(incoming, kind)}.mmdb"
        incoming.replace(target)
    _sync(folder)
    return target


@contextmanager
def _naming(source: str) -> Iterator[None]:
    """Around what raises UserErrors, which then name the source."""
    try:
        yield
    except UserError as error:
        shown = source.partition("?")[0]  # a query may hold a licence key
        raise UserError(error.code, f"source: {shown!r}: {error.message}") from error


def check(path: Path, kind: str = "") -> str:
    """The kind of a database; UserError where it can't be read, is of another kind, or holds no data of its kind."""
    try:
        with maxminddb.open_database(path, maxminddb.MODE_MMAP) as reader:
            found = _kind(str(reader.metadata().database_type), kind)
            records = [record for _, record in islice(reader, _SAMPLE)]
    except (OSError, ValueError, maxminddb.InvalidDatabaseError, RecursionError) as error:
        raise UserError("bad_database", f"not a readable MaxMind DB file: {error}") from error
    if not any(_useful(found, record) for record in records):
        raise UserError("bad_database", f"none of its first {len(records)} records holds {found} data")
    return found


def _kind(database_type: str, wanted: str) -> str:
    named = next((kind for word, kind in _TYPES if word in database_type.lower()), "")
    if wanted and named and wanted != named:
        raise UserError("bad_database", f"type {database_type!r} is a {named} database, not a {wanted} database")
    if not (wanted or named):
        raise UserError("bad_database", f"type {database_type!r} names no kind; give --kind {'|'.join(KINDS)}")
    return wanted or named


def _useful(kind: str, record: Any) -> bool:
    if kind == "asn":
        return isinstance(record, dict) and bool({"autonomous_system_number", "asn"} & record.keys())
    return bool(read_place(record).country)


def _tidy(folder: Path) -> None:
    """Remove what an install that was killed left there; one that goes on writes all the time."""
    for left in folder.glob(f"{_INCOMING}*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                left.unlink()


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=_INCOMING, suffix=".mmdb", dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _copy(stream: _Readable, target: Path) -> None:
    """Write a stream durably, at most `MAX_BYTES` of it."""
    left = MAX_BYTES
    with target.open("wb") as out:
        try:
            while chunk := stream.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise UserError("too_large", f"the database is over {MAX_BYTES} bytes")
                out.write(chunk)
        except (OSError, EOFError, zlib.error, http.client.HTTPException) as error:
            raise UserError("bad_source", f"could not be read completely: {error}") from error
        out.flush()
        os.fsync(out.fileno())


def _unpack(path: Path) -> None:
    """Decompress the file in place where it is gzip."""
    with path.open("rb") as file:
        if file.read(2) != _GZIP_MAGIC:
            return
    with _temporary(path.parent) as plain:
        with gzip.open(path) as stream:
            _copy(stream, plain)
        plain.replace(path)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _open_source(source: str) -> Iterator[_Readable]:
    scheme, separator, _ = source.partition("://")
    if separator and scheme.lower() != "https":
        raise UserError("bad_source", "neither a path nor an https URL")
    try:
        stream: Any = opener().open(source, timeout=_TIMEOUT) if separator else Path(source).open("rb")  # noqa: SIM115 - closed below
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UserError("bad_source", str(error)) from error
    with stream:
        yield stream


def opener(https: urllib.request.BaseHandler | None = None) -> urllib.request.OpenerDirector:
    """Opens https URLs and follows redirects to others, on public addresses only, without a proxy.

    Each connection, also that of a redirect, resolves its host once and uses the address that was checked.
    """
    director = urllib.request.OpenerDirector()
    for handler in (
        https or _PublicHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        director.add_handler(handler)
    return director


class _PublicHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicConnection, req)


class _PublicConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        plain = socket.create_connection((public_address(self.host, self.port), self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


def public_address(host: str, port: int) -> str:
    """An address of the host; OSError where any of its addresses is not public."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not _is_public(address):
            raise OSError(f"{host} is at {address}, which is not a public address")
    return found[0]


def _is_public(address: str) -> bool:
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and (parsed.teredo or parsed.sixtofour or parsed in _NAT64):
        return False  # it embeds an IPv4 address that would not be checked
    return parsed.is_global and not parsed.is_multicast
