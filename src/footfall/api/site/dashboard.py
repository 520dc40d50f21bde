"""The built dashboard: `index.html`, and beside it `assets/`, whose names change with their contents.

The document names its assets relative to itself (`./assets/…`), and all pages are this document: it is served with the
path that they lie below. Scripts find that path by their own address (`web/src/lib/base.ts`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable

from fastapi import Response

from footfall.errors import UserError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
_PACKED = (("br", ".br"), ("gzip", ".gz"))
"""Encodings that files may lie in packed, the best first, with the ends of their names."""

_KINDS = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webp": "image/webp",
    "woff2": "font/woff2",
}
_MARKED = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
_PAGE = {
    **_MARKED,
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}",
    "cache-control": "no-cache",
}
_ASSET = {**_MARKED, "cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding"}


def page(headers: Mapping[str, str], ancestors: str = "'none'", base_path: str = "") -> Response | None:
    """The document of every page; None where the dashboard is not built. `ancestors` may show it in a frame."""
    file = _folder() / "index.html"
    if not file.is_file():
        return None
    content = file.read_bytes().replace(b'"./assets/', f'"{base_path}/assets/'.encode())
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    policy = _PAGE["content-security-policy"].format(ancestors=ancestors)
    told = {**_PAGE, "content-security-policy": policy, "etag": tag}
    if headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=told)
    return Response(content, media_type="text/html; charset=utf-8", headers=told)


def asset(name: str, headers: Mapping[str, str]) -> Response:
    """One file, packed where the client takes it so and it lies packed beside; UserError `not_found`."""
    folder = _folder() / "assets"
    if not _NAME.fullmatch(name) or name.endswith(tuple(end for _, end in _PACKED)) or not (folder / name).is_file():
        raise UserError("not_found", f"{name[:100]!r} does not exist")
    kind = _KINDS.get(name.rpartition(".")[2], "application/octet-stream")
    taken = {part.partition(";")[0].strip() for part in headers.get("accept-encoding", "").split(",")}
    for encoding, end in _PACKED:
        packed = folder / f"{name}{end}"
        if encoding in taken and packed.is_file():
            told = {**_ASSET, "content-encoding": encoding}
            return Response(packed.read_bytes(), media_type=kind, headers=told)
    return Response((folder / name).read_bytes(), media_type=kind, headers=_ASSET)


def _folder() -> Traversable:
    return resources.files("footfall").joinpath("assets", "web")
