"""Which CDN a request's headers name."""

from __future__ import annotations

import pytest

from footfall.collect.cdn import named_by


@pytest.mark.parametrize(
    ("headers", "network"),
    [
        ({}, ""),
        ({"accept": "*/*", "via": "1.1 proxy.example"}, ""),
        ({"CF-Ray": "8f1-FRA"}, "Cloudflare"),
        ({"x-amz-cf-id": "a=="}, "Amazon CloudFront"),
        ({"Via": "1.1 1a2b.cloudfront.net (CloudFront)"}, "Amazon CloudFront"),
        ({"cdn-loop": "Fastly"}, "Fastly"),
        ({"cdn-loop": "cloudflare; loops=1"}, "Cloudflare"),
        ({"via": "1.1 google"}, "Google Cloud"),
    ],
)
def test_named_by(headers: dict[str, str], network: str) -> None:
    assert named_by(headers) == network
