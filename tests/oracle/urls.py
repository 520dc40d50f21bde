"""The parts of a page's URL, and the source and channel of a referrer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_plus

from tests.oracle.facts import CAMPAIGN_CHANNELS, CLICK_CHANNELS, HOST_CHANNELS, MEDIUM_CHANNELS

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
REFERRING_SCHEMES = ("http", "https", "android-app", "ios-app")
URL_CHARS, REFERRER_CHARS, PATH_CHARS, HOST_CHARS, UTM_CHARS = 4096, 2048, 2048, 253, 256


@dataclass(frozen=True)
class Page:
    """`path` is as received, never decoded; `utm` has the five campaign labels, `''` for absent ones."""

    path: str
    hostname: str
    utm: tuple[str, ...]
    click: str  # the name of a click id in the query


def page(url: str) -> Page:
    before_fragment = url.partition("#")[0]
    address, _, query = before_fragment.partition("?")
    authority, path = split(address)[1:]
    pairs = [part.partition("=") for part in query.split("&")]
    return Page(
        path[:PATH_CHARS],
        host(authority),
        tuple(label(next((value for key, eq, value in pairs if eq and key == name), "")) for name in UTM),
        next((name for name in CLICK_CHANNELS if any(key == name and value for key, _, value in pairs)), ""),
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
    name = host(authority).removeprefix("www.")
    if scheme.lower() not in REFERRING_SCHEMES or not is_host(name) or name == hostname.removeprefix("www."):
        return "direct"
    return name


def is_host(name: str) -> bool:
    labels = name.removesuffix(".").split(".")
    return all(part and part.replace("-", "").replace("_", "x").isalnum() for part in labels)


def channel(found: Page, sender: str) -> str:
    """The session's channel. `sender` is its source.

    Paid, where anything says so; else the link's own words, its medium before its source; else who the referrer is;
    else a network's click id. What is tagged or referred in a way nobody knows is a `referral`, the rest `direct`.
    """
    campaign, medium = found.utm[0], found.utm[1]
    said = [
        MEDIUM_CHANNELS.get(squeezed(medium), ""),
        CAMPAIGN_CHANNELS.get(campaign.strip().lower()) or HOST_CHANNELS.get(bare_name(campaign), ""),
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
    return campaign.strip().lower().removeprefix("www.")
