from __future__ import annotations

import re

import pytest

from footfall.errors import UserError
from footfall.idn import ascii_host
from footfall.meta.domains import listed_domain


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        (" www.Example.com ", "example.com"),
        ("*.Example.com", "*.example.com"),
        ("localhost", "localhost"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("www.BÜCHER.example", "xn--bcher-kva.example"),
        ("*.bücher.example", "*.xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),  # browsers keep the ß
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_is_listed_as_browsers_send_it(text: str, domain: str) -> None:
    assert listed_domain(text) == domain


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("localhost:3000", "localhost"),
        ("https://example.com", "example.com"),
        ("HTTPS://www.Example.com:8443/x?y#z", "example.com"),
        ("example.com/x", "example.com"),
        ("bücher.example:80", "xn--bcher-kva.example"),
        ("*.example.com:80", "*.example.com"),
        ("a b", ""),
        ("", ""),
        ("a..b:80", ""),
        ("*.*.com", ""),
        ("ü..example", ""),
        ("ü" * 300, ""),
        ("[::1]:80", ""),
    ],
)
def test_what_is_no_host_is_refused_by_its_name_and_with_what_to_type(text: str, meant: str) -> None:
    with pytest.raises(UserError, match=re.escape(f"domain {text!r} is not a host name")) as caught:
        listed_domain(text)
    assert caught.value.code == "bad_parameter"
    hint = re.search(r": type '(.*)', without scheme, port and path$", str(caught.value))
    assert (hint[1] if hint else "") == meant


@pytest.mark.parametrize("host", ["shop.example", "a_b", "ü..x", "ü" * 254, "*.ü..x", ""])
def test_what_has_no_other_form_stays(host: str) -> None:
    assert ascii_host(host) == host
