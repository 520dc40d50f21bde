"""`POST /api/collect`, `GET /p.gif` and `GET /t.js`."""

from __future__ import annotations

import gzip
import hashlib
import re
from base64 import b64decode
from functools import lru_cache
from importlib import resources
from urllib.parse import parse_qsl

from footfall.api.collect.taking import project_of_key, take
from footfall.api.ignored import STRICT, count, refuse_parameters
from footfall.api.ingest.calls import with_headers
from footfall.api.ingest.public import OPEN, PublicCall, PublicHandler, accepted, coded, dropped, readable
from footfall.api.problem import Headers, Reply
from footfall.api.state import Collecting
from footfall.collect.formats.beacon import Beacon, as_sent, hit, read_beacon, read_query
from footfall.collect.limits import RefusedError
from footfall.collect.unknown import refuse
from footfall.model.drops import DropReason
from footfall.model.project import Project

SCRIPTS = ("t.js", "t-actions.js", "t-engagement.js", "t-vitals.js")
"""The tracker, and the parts that it loads on pages that use them."""

_GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_ANYWHERE = (b"cross-origin-resource-policy", b"cross-origin")
_IMAGE: Headers = [*OPEN, (b"content-type", b"image/gif"), (b"cache-control", b"no-store"), _ANYWHERE]
_SCRIPT: Headers = [
    *OPEN,
    (b"content-type", b"text/javascript; charset=utf-8"),
    (b"x-content-type-options", b"nosniff"),
    _ANYWHERE,
]
_CACHED = (b"cache-control", b"public, max-age=3600, stale-while-revalidate=86400")
_GZIP = re.compile(r"(?i)(?:^|[\s,])gzip\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))")
_NOT_BUILT = b"// The tracker is not part of this installation: `make setup` builds it.\n"


async def collect(collecting: Collecting, call: PublicCall) -> Reply:
    beacon, ignored = read_beacon(call.body)
    if call.strict:
        refuse(ignored)
    project = project_of_key(collecting, beacon.key)
    answered = accepted(await _taken(collecting, call, project, beacon))
    if not ignored:
        return answered
    count(collecting, project.number, ignored)
    return with_headers(answered, readable(ignored))


async def pixel(collecting: Collecting, call: PublicCall) -> Reply:
    """Global Privacy Control always applies here, whatever the settings say: no script could honour it before."""
    query = dict(parse_qsl(call.query.decode("latin-1"), encoding="utf-8", errors="replace"))
    strict = query.pop(STRICT, "0") == "1"
    beacon, ignored = read_query(query, call.header(b"referer"))
    if strict:
        refuse_parameters(ignored)
    project = project_of_key(collecting, beacon.key)
    reason = await _taken(collecting, call, project, beacon, image=True)
    count(collecting, project.number, ignored)
    return 200, [*_IMAGE, *dropped(reason), *readable(ignored)], _GIF


async def _taken(
    collecting: Collecting, call: PublicCall, project: Project, beacon: Beacon, *, image: bool = False
) -> DropReason | None:
    try:
        return await take(collecting, call, project, hit(beacon), image=image)
    except RefusedError as error:
        raise as_sent(error) from error


async def blank(_: Collecting, __: PublicCall) -> Reply:
    """The pixel for HEAD requests, which only check that it exists: nothing is counted."""
    return 200, _IMAGE, _GIF


def broken_pixel(error: Exception, path: str) -> Reply:
    """Still an image, since the page would show a broken one; the reason is in a header."""
    status, headers, _ = coded(error, path)
    kept = [(name, value) for name, value in headers if name == b"retry-after"]
    reason = str(error).encode("ascii", "replace").translate(None, b"\r\n\0")[:200]
    return status, [*_IMAGE[1:], *kept, (b"x-footfall-error", reason if status < 500 else b"unavailable")], _GIF


def script(name: str) -> PublicHandler:
    """Serves one of `SCRIPTS`."""

    async def serve(_: Collecting, call: PublicCall) -> Reply:
        gzipped = bool(_GZIP.search(call.header(b"accept-encoding")))
        return _script(name, call.header(b"if-none-match"), gzipped=gzipped)

    return serve


def _script(name: str, known: str, *, gzipped: bool) -> Reply:
    found = _read(name, gzipped=gzipped)
    if found is None:
        return 404, [*_SCRIPT, (b"cache-control", b"no-store")], _NOT_BUILT
    content, tag = found
    headers = [*_SCRIPT, _CACHED, (b"vary", b"Accept-Encoding"), (b"etag", tag.encode())]
    if tag in known:
        return 304, headers, b""
    return 200, [*headers, (b"content-encoding", b"gzip")] if gzipped else headers, content


@lru_cache
def _read(name: str, *, gzipped: bool) -> tuple[bytes, str] | None:
    """The content and its ETag, which caches use to tell the two encodings apart."""
    file = resources.files("footfall").joinpath("assets", name)
    if not file.is_file():
        return None
    content = file.read_bytes()
    tag = hashlib.sha256(content).hexdigest()[:16]
    return (gzip.compress(content, mtime=0), f'"{tag}-gzip"') if gzipped else (content, f'"{tag}"')
