"""Which schemes the URL of a page may have: a closed list, since dashboards make links of pages."""

from __future__ import annotations

import re

from footfall.collect.limits import RefusedError

SCHEMES = frozenset(
    {
        *("http", "https", "file"),
        *("app", "capacitor", "ionic", "tauri", "wails", "electron"),  # shells around web applications
        *("android-app", "ios-app", "ms-appx", "ms-appx-web", "content"),
        *("chrome-extension", "moz-extension", "safari-extension", "safari-web-extension", "vscode-webview"),
    }
)

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"[a-z0-9.-]+:[0-9]{1,5}(?=[/?#]|$)", re.IGNORECASE)
_RUNS = frozenset({"javascript", "vbscript", "data"})
# Browsers leave both out before they look at the scheme.
_ANYWHERE = str.maketrans("", "", "\t\r\n")
_IN_FRONT = "".join(map(chr, range(0x21)))


def check_page_url(field: str, url: str) -> str:
    """The URL, or RefusedError `bad_url` where it has a scheme of no page. A path or `host:port/…` has none."""
    if url.startswith(("https://", "http://", "/")) or ":" not in url:
        return url
    text = url.translate(_ANYWHERE).lstrip(_IN_FRONT)
    found = _SCHEME.match(text)
    if found is None:
        return url
    scheme = found[1].lower()
    if scheme in SCHEMES or (scheme not in _RUNS and _HOST_AND_PORT.match(text)):
        return url
    raise RefusedError("bad_url", field, f"{field}: {url[:100]!r} is no page: the scheme {scheme[:40]!r} is not known")
