"""Texts of URLs in the spelling of browsers: percent-encoded, as they report paths."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

_PLAIN = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>`{}')


def encoded(text: str) -> str:
    """As a browser sends it in a URL: the WHATWG's path percent-encode set, but for `?`, `#` and `^`.

    What is encoded already stays.
    """
    return quote(text, safe=_PLAIN, errors="surrogatepass")


@lru_cache(maxsize=4_096)
def spellings(text: str) -> tuple[str, ...]:
    """The text as it is, and as a browser sends it where that differs."""
    return tuple(dict.fromkeys((text, encoded(text))))
