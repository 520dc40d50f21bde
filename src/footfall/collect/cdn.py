"""Content delivery networks, by the headers that they add to a request and by the autonomous systems that they own.

Sources: each network's documentation of the headers that it adds to requests to an origin, RFC 8586 (`CDN-Loop`) and
RFC 9110 (`Via`); autonomous systems as registered.
"""

from __future__ import annotations

from collections.abc import Mapping

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


def named_by(headers: Mapping[str, str]) -> str:
    """The CDN that a request's headers name, `""` for none. Names may be in any case."""
    lower = {name.lower(): value for name, value in headers.items()}
    for name, network in HEADERS.items():
        if name in lower:
            return network
    named = f"{lower.get('cdn-loop', '')} {lower.get('via', '')}".lower()
    return next((network for word, network in _WORDS.items() if word in named), "")
