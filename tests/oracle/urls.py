"""The parts of a page's URL, and the source and channel of a referrer."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from unicodedata import category
from urllib.parse import unquote, unquote_plus

import idna
from tests.oracle.facts import CAMPAIGN_CHANNELS, CLICK_CHANNELS, HOST_CHANNELS, MEDIUM_CHANNELS

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
REFERRING_SCHEMES = ("http", "https", "android-app", "ios-app")
PAGE_SCHEMES = {
    *("http", "https", "file", "app", "capacitor", "ionic", "tauri", "wails", "electron"),
    *("android-app", "ios-app", "ms-appx", "ms-appx-web", "content"),
    *("chrome-extension", "moz-extension", "safari-extension", "safari-web-extension", "vscode-webview"),
}
RUNNING_SCHEMES = {"javascript", "vbscript", "data"}
URL_CHARS, REFERRER_CHARS, PATH_CHARS, HOST_CHARS, UTM_CHARS = 4096, 2048, 2048, 253, 256


@dataclass(frozen=True)
class Page:
    """`path` is as received, never decoded; `utm` has the five campaign labels, `''` for absent ones."""

    path: str
    hostname: str
    utm: tuple[str, ...]
    click: str  # the name of a click id in the query


def names_a_page(url: str) -> bool:
    """Whether the URL has no scheme, one of a page, or is a host with its port."""
    scheme, colon, rest = re.sub(r"[\t\r\n]", "", url).lstrip("".join(map(chr, range(33)))).partition(":")
    if not colon or re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) is None:
        return True
    port = re.split(r"[/?#]", rest)[0]
    is_host = "+" not in scheme and scheme.lower() not in RUNNING_SCHEMES
    return scheme.lower() in PAGE_SCHEMES or (is_host and re.fullmatch(r"[0-9]{1,5}", port) is not None)


def page(url: str) -> Page:
    before_fragment = url.partition("#")[0]
    address, _, query = before_fragment.partition("?")
    authority, path = split(address)[1:]
    pairs = [part.partition("=") for part in query.split("&")]
    return Page(
        path[:PATH_CHARS],
        host(authority),
        tuple(label(next((value for key, eq, value in pairs if eq and unquote_plus(key) == name), "")) for name in UTM),
        next(
            (name for name in CLICK_CHANNELS if any(unquote_plus(key) == name and value for key, _, value in pairs)), ""
        ),
    )


def split(address: str) -> tuple[str, str, str]:
    """Scheme, authority and path of a URL without query and fragment; a relative URL is a path."""
    scheme, separator, rest = address.partition("://")
    if not separator or not is_scheme(scheme):
        return "", "", address
    end = min((rest.find(char) for char in "/\\" if char in rest), default=len(rest))
    return scheme, rest[:end], rest[end:] or "/"


def is_scheme(text: str) -> bool:
    plain = text.isascii() and text.replace("+", "").replace("-", "").replace(".", "").isalnum()
    return plain and text[0].isalpha()


def host(authority: str) -> str:
    """`Ada:pw@Example.com:8080` → `example.com`."""
    name = authority.rpartition("@")[2]
    before, colon, port = name.rpartition(":")
    bare = before if colon and (port == "" or (port.isascii() and port.isdigit())) else name
    return bare.lower()[:HOST_CHARS]


def label(text: str) -> str:
    return unquote_plus(text, errors="replace")[:UTM_CHARS]


def source(referrer: str, hostname: str) -> str:
    """The session's source: a host without `www.`, or an app; `direct` for none, a malformed one or the site itself."""
    address = referrer[:REFERRER_CHARS].partition("#")[0].partition("?")[0]
    scheme, authority, _ = split(address)
    name = one_spelling(host(authority))
    if scheme.lower() not in REFERRING_SCHEMES or not is_host(name) or name == one_spelling(hostname):
        return "direct"
    return name


def one_spelling(name: str) -> str:
    """As browsers send it, in ASCII, without a dot at its end and `www.`."""
    return ascii_host(unquote(name).lower()).removesuffix(".").removeprefix("www.")


def ascii_host(name: str) -> str:
    with suppress(idna.IDNAError):
        return name if name.isascii() or len(name) > HOST_CHARS else idna.encode(name, uts46=True).decode()
    return name


def is_host(name: str) -> bool:
    labels = name.split(".")
    return all(part and all(is_of_name(char) for char in part) for part in labels)


def is_of_name(char: str) -> bool:
    return char in "-_" or category(char)[0] in "LMN"


def channel(found: Page, sender: str) -> str:
    """The session's channel. `sender` is its source.

    Paid, where anything says so; else the link's own words, its medium before its source (but `organic`, which means
    search, after it); else who the referrer is; else a network's click id. What is tagged or referred in a way nobody
    knows is a `referral`, the rest `direct`.
    """
    campaign, medium = found.utm[0], found.utm[1]
    said = [
        MEDIUM_CHANNELS.get(squeezed(medium), ""),
        CAMPAIGN_CHANNELS.get(campaign.strip().lower()) or HOST_CHANNELS.get(bare_name(campaign), ""),
        "search" if squeezed(medium) == "organic" else "",
        HOST_CHANNELS.get(sender, ""),
        CLICK_CHANNELS.get(found.click, ""),
    ]
    if "paid" in said:
        return "paid"
    unknown = "referral" if campaign or medium or sender != "direct" else "direct"
    return next((each for each in said if each), unknown)


def squeezed(medium: str) -> str:
    return "".join(char for char in medium.lower() if not char.isspace() and char not in "-_")


def bare_name(campaign: str) -> str:
    return campaign.strip().lower().removeprefix("www.").removesuffix(".")
