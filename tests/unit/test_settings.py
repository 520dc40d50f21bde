"""Settings as an operator writes them: in the environment."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from footfall.settings import Settings

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        (None, LOOPBACK),
        ("", ()),
        ("10.0.0.0/8", (ip_network("10.0.0.0/8"),)),
        ("10.0.0.0/8, 2001:db8::/32,192.0.2.7", tuple(map(ip_network, ("10.0.0.0/8", "2001:db8::/32", "192.0.2.7")))),
    ],
)
def test_trusted_proxies_are_networks_separated_by_commas(monkeypatch, text, networks):
    if text is not None:
        monkeypatch.setenv("FOOTFALL_TRUSTED_PROXIES", text)
    assert Settings().trusted_proxies == networks


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "10.0.0.0/8,nowhere"),
        ("PORT", "70000"),
        ("FLUSH_INTERVAL", "0"),
        ("STORE_IP", "some"),
        ("AUTH", "maybe"),
        ("RETENTION_DAYS", "-1"),
        ("BASE_PATH", "stats"),
        ("BASE_PATH", "/a/../b"),
        ("BASE_PATH", "//a"),
        ("BACKUP_DIR", "ftp://x"),
        ("BACKUP_DIR", "s3://bucket"),
    ],
)
def test_what_can_not_be_is_refused(monkeypatch, name, value):
    monkeypatch.setenv(f"FOOTFALL_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1
