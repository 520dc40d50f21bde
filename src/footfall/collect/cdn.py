"""Content delivery networks, by the headers that they add to a request and by the autonomous systems that they own.

Sources: each network's documentation of the headers that it adds to requests to an origin, RFC 8586 (`CDN-Loop`) and
RFC 9110 (`Via`); autonomous systems as registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import unquote

from footfall.collect.privacy import Place

HEADERS = {
    "cf-ray": "Cloudflare",
    "cf-connecting-ip": "Cloudflare",
    "x-amz-cf-id": "Amazon CloudFront",
    "fastly-client-ip": "Fastly",
    "fastly-ff": "Fastly",
    "x-akamai-request-id": "Akamai",
    "akamai-origin-hop": "Akamai",
    "x-azure-ref": "Azure Front Door",
    "x-azure-fdid": "Azure Front Door",
    "x-vercel-id": "Vercel",
    "x-nf-request-id": "Netlify",
    "fly-request-id": "Fly.io",
    "cdn-requestid": "Bunny",
    "x-cdn77-pop": "CDN77",
}
"""Headers that only one CDN adds; names in lower case."""

_WORDS = {
    "cloudflare": "Cloudflare",
    "cloudfront": "Amazon CloudFront",
    "fastly": "Fastly",
    "akamai": "Akamai",
    "bunnycdn": "Bunny",
    "cdn77": "CDN77",
    "netlify": "Netlify",
    "google": "Google Cloud",
}
"""Words by which CDNs name themselves in `CDN-Loop` and `Via`."""

EDGES = {
    "13335": "Cloudflare",
    "209242": "Cloudflare",
    "54113": "Fastly",
    "20940": "Akamai",
    "16625": "Akamai",
    "200325": "Bunny",
    "60068": "CDN77",
}
"""Autonomous systems of CDNs, under the same names as above."""

_PLACES = (
    ("cf-ipcountry", "cf-region", "cf-ipcity"),
    ("cloudfront-viewer-country", "cloudfront-viewer-country-region-name", "cloudfront-viewer-city"),
    ("x-vercel-ip-country", "x-vercel-ip-country-region", "x-vercel-ip-city"),
    ("x-appengine-country", "x-appengine-region", "x-appengine-city"),
    ("cdn-requestcountrycode", "cdn-requeststatecode", ""),
)
"""The headers in which networks name the client's country, region and city."""

_NO_COUNTRY = frozenset({"XX", "ZZ", "T1", "A1", "A2", "O1"})
"""Codes that name no country: unknown, Tor, anonymous proxies, satellites, others. They are shown as unknown."""


def named_by(headers: Mapping[str, str]) -> str:
    """The CDN that a request's headers name, `""` for none. Names may be in any case."""
    lower = {name.lower(): value for name, value in headers.items()}
    for name, network in HEADERS.items():
        if name in lower:
            return network
    named = f"{lower.get('cdn-loop', '')} {lower.get('via', '')}".lower()
    return next((network for word, network in _WORDS.items() if word in named), "")


def country_code(text: str) -> str:
    """ISO 3166-1 alpha-2 in capitals; `""` for what is none, and for codes such as XX (unknown) and T1 (Tor)."""
    code = text.strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() and code not in _NO_COUNTRY else ""


def place_named_by(headers: Mapping[str, str]) -> Place:
    """Where a request's headers say that its client is. Names may be in any case."""
    lower = {name.lower(): value for name, value in headers.items()}
    for country, region, city in _PLACES:
        if country in lower:
            code = country_code(lower[country])
            return Place(code, _text(lower.get(region, "")), _text(lower.get(city, ""))) if code else Place()
    return Place()


def completed(found: Place, named: Place) -> Place:
    """The place that databases found; country, region and city from headers where the databases lack them."""
    if not named.country or found.region or found.city or found.country not in {"", named.country}:
        return found
    return replace(found, country=named.country, region=named.region, city=named.city)


def _text(value: str) -> str:
    """`São Paulo`, also of `S%C3%A3o%20Paulo`, and of the bytes of UTF-8 that a server read as Latin-1."""
    text = unquote(value.strip()) if "%" in value else value.strip()
    with suppress(UnicodeError):  # what is not Latin-1, or not UTF-8, was read correctly
        text = text.encode("latin-1").decode()
    return "" if text == "?" or "\ufffd" in text else text
