"""Which CDN a request's headers name."""

from __future__ import annotations

import pytest

from footfall.collect.cdn import completed, country_code, named_by, place_named_by
from footfall.collect.privacy import Place


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


@pytest.mark.parametrize(
    ("text", "code"),
    [("de", "DE"), (" RO ", "RO"), ("XX", ""), ("T1", ""), ("zz", ""), ("A1", ""), ("", ""), ("DEU", ""), ("1A", "")],
)
def test_codes_that_name_no_country_are_unknown(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("headers", "place"),
    [
        ({}, Place()),
        ({"CF-IPCountry": "DE"}, Place("DE")),
        ({"CF-IPCountry": "XX", "cf-ipcity": "Nowhere"}, Place()),
        ({"CF-IPCountry": "T1"}, Place()),
        ({"cf-ipcountry": "BR", "cf-region": "São Paulo", "cf-ipcity": "São Paulo"}, Place("BR", *["São Paulo"] * 2)),
        ({"cf-ipcountry": "BR", "cf-ipcity": "SÃ£o Paulo"}, Place("BR", "", "São Paulo")),
        ({"cf-ipcountry": "PL", "cf-ipcity": "Łódź"}, Place("PL", "", "Łódź")),
        ({"cf-ipcountry": "PL", "cf-ipcity": "Å\x81Ã³dÅº"}, Place("PL", "", "Łódź")),
        ({"x-vercel-ip-country": "BR", "x-vercel-ip-city": "S%C3%A3o%20Paulo"}, Place("BR", "", "São Paulo")),
        ({"x-vercel-ip-country": "US", "x-vercel-ip-country-region": "CA"}, Place("US", "CA")),
        ({"CloudFront-Viewer-Country": "DE", "CloudFront-Viewer-City": "M%C3%BCnchen"}, Place("DE", "", "München")),
        ({"x-appengine-country": "FR", "x-appengine-city": "?"}, Place("FR")),
        ({"x-vercel-ip-country": "BR", "x-vercel-ip-city": "S%E3o"}, Place("BR")),
        ({"cf-ipcity": "München"}, Place()),
    ],
)
def test_places_that_headers_name(headers: dict[str, str], place: Place) -> None:
    assert place_named_by(headers) == place


@pytest.mark.parametrize(
    ("found", "named", "place"),
    [
        (Place(), Place("DE", "Bayern", "München"), Place("DE", "Bayern", "München")),
        (Place("DE"), Place("DE", "", "München"), Place("DE", "", "München")),
        (Place("DE", "Berlin", "Berlin"), Place("DE", "Bayern", "München"), Place("DE", "Berlin", "Berlin")),
        (Place("US"), Place("DE", "Bayern", "München"), Place("US")),
        (Place("US"), Place(), Place("US")),
    ],
)
def test_databases_go_before_headers(found: Place, named: Place, place: Place) -> None:
    assert completed(found, named) == place
