from __future__ import annotations

from ipaddress import ip_network

import pytest

from footfall.collect.address import ClientAddresses, canonical, client_of, packed, truncate

TRUSTED = tuple(ip_network(text) for text in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "2001:db8:aaaa::/48"))
PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("peer", "lines", "client"),
    [
        # nobody in between
        ("198.51.100.7", [], "198.51.100.7"),
        ("2001:DB8::0:7", [], "2001:db8::7"),
        ("::ffff:198.51.100.7", [], "198.51.100.7"),
        ("", [], ""),
        # forged by a client that is no trusted proxy
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),
        ("198.51.100.7", ["127.0.0.1"], "198.51.100.7"),
        ("", ["203.0.113.9"], ""),
        # one trusted proxy
        (PROXY, [], PROXY),
        (PROXY, ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("::1", ["203.0.113.9"], "203.0.113.9"),
        # forged left part that the trusted proxy passed on
        (PROXY, ["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
        (PROXY, ["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
        (PROXY, ["10.0.0.9, 1.2.3.4, 203.0.113.9"], "203.0.113.9"),
        (PROXY, ["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
        (PROXY, ["garbage", "203.0.113.9"], "203.0.113.9"),
        # a chain of trusted proxies
        (PROXY, ["203.0.113.9, 10.0.0.2, 10.0.0.3"], "203.0.113.9"),
        (PROXY, ["203.0.113.9", "10.0.0.2", "2001:db8:aaaa::5"], "203.0.113.9"),
        (PROXY, ["1.2.3.4, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        (PROXY, ["10.0.0.2"], "10.0.0.2"),
        # what is no address ends the walk at the last one believed
        (PROXY, ["garbage"], PROXY),
        (PROXY, [""], PROXY),
        (PROXY, ["203.0.113.9, unknown"], PROXY),
        (PROXY, ["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2"),
        # empty elements do not count
        (PROXY, ["203.0.113.9,"], "203.0.113.9"),
        (PROXY, ["1.2.3.4, 203.0.113.9, ,\t, 10.0.0.2,,"], "203.0.113.9"),
        (PROXY, ["", "203.0.113.9", ""], "203.0.113.9"),
        (PROXY, [", ,"], PROXY),
        (PROXY, ["203.0.113.256"], PROXY),
        (PROXY, ["\xff\x00"], PROXY),
        # spellings
        (PROXY, ["203.0.113.9:4711"], "203.0.113.9"),
        (PROXY, ["[2001:db8::1]:4711"], "2001:db8::1"),
        (PROXY, ["[2001:db8::1]"], "2001:db8::1"),
        (PROXY, ["2001:DB8:0::1"], "2001:db8::1"),
        (PROXY, ["::ffff:203.0.113.9"], "203.0.113.9"),
        (PROXY, ["  203.0.113.9\t,10.0.0.2 "], "203.0.113.9"),
        (PROXY, ["203.0.113.9, [2001:db8:aaaa::5]:1"], "203.0.113.9"),
        # a header of thousands of hops is read only so far
        (PROXY, ["203.0.113.9" + ", 10.0.0.2" * 5000], "10.0.0.2"),
    ],
)
def test_client_address(peer, lines, client):
    headers = [(b"host", b"x"), *((b"x-forwarded-for", line.encode("latin-1")) for line in lines)]
    assert ClientAddresses(TRUSTED)(peer, headers) == client


def test_nobody_is_trusted_without_a_list():
    assert ClientAddresses(())("127.0.0.1", [(b"x-forwarded-for", b"203.0.113.9")]) == "127.0.0.1"


def test_other_headers_are_not_read():
    headers = [
        (b"forwarded", b"for=203.0.113.9"),
        (b"cf-connecting-ip", b"203.0.113.9"),
        (b"x-real-ip", b"203.0.113.9"),
    ]
    assert ClientAddresses(TRUSTED)(PROXY, headers) == PROXY


@pytest.mark.parametrize(
    ("header", "value", "client"),
    [
        ("forwarded", "for=203.0.113.9", "203.0.113.9"),
        ("forwarded", 'For="[2001:db8:aaaa::5]:4711";proto=https;by=10.0.0.2', "2001:db8:aaaa::5"),
        ("forwarded", "for=198.51.100.1, for=203.0.113.9;host=x, for=10.0.0.2", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9, proto=https", PROXY),
        ("forwarded", "for=_hidden", PROXY),
        ("forwarded", "", PROXY),
        ("cf-connecting-ip", "203.0.113.9", "203.0.113.9"),
        ("cf-connecting-ip", "nonsense", PROXY),
    ],
)
def test_another_header_where_it_is_configured(header, value, client):
    headers = [(b"x-forwarded-for", b"198.51.100.7"), (header.encode(), value.encode())]
    assert ClientAddresses(TRUSTED, header)(PROXY, headers) == client
    assert ClientAddresses(TRUSTED, header)("198.51.100.3", headers) == "198.51.100.3", "who is no proxy says nothing"


@pytest.mark.parametrize(
    ("address", "full", "truncated"),
    [
        ("198.51.100.7", "198.51.100.7", "198.51.100.0"),
        ("2001:DB8:1:2:3::4", "2001:db8:1:2:3::4", "2001:db8:1::"),
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.0"),
        ("fe80::1%eth0", "fe80::1", "fe80::"),
        ("198.51.100.7:4711", "198.51.100.7", "198.51.100.0"),
        ("[2001:db8:1:2:3::4]:4711", "2001:db8:1:2:3::4", "2001:db8:1::"),
        ("[2001:db8:1:2:3::4]", "2001:db8:1:2:3::4", "2001:db8:1::"),
        ("client.example.com", "client.example.com", ""),
        ("", "", ""),
    ],
)
def test_truncate(address, full, truncated):
    assert truncate(address, "full") == full
    assert truncate(address, "truncated") == truncated
    assert truncate(address, "none") == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.4\0",
        "::1::",
        "\ud800",
        "x",
        "1.2.3.4/8",
        "1.2.3.4:",
        "x:80",
        "1.2.3.4:123456",
        "[]:80",
        "[x]:80",
        "[::1",
        "::1]",
        "[::1]x",
        "[1.2.3.4",
        "[[::1]]",
        ":80",
    ],
)
def test_what_is_no_address(text):
    assert packed(text) is None
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("text", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("2001:DB8::0:7", "2001:db8::7"),
        ("-", ""),
        ("", ""),
        ("unix:", ""),
        ("unix:/run/app.sock", ""),
        ("198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.2, 192.168.0.1, 198.51.100.9", "198.51.100.9"),
        ("203.0.113.7, 100.64.3.2,169.254.1.1, fe80::1, fd00::1, ::1, 127.0.0.1", "203.0.113.7"),
        ("203.0.113.7, 2001:db8:aaaa::5", "203.0.113.7"),
        ("192.168.0.9, 10.0.0.1", "192.168.0.9"),
        ("192.168.0.9,, -, 10.0.0.1:80", "192.168.0.9"),
        ("host.example", None),
        ("203.0.113.7, unknown", None),
        ("203.0.113.7 10.0.0.1", None),
    ],
)
def test_a_logged_list_names_one_client(text, client):
    assert client_of(text, TRUSTED) == client
