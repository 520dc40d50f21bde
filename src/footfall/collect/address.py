"""Client addresses: whose a request is, in one spelling, and how much of it is kept."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from footfall.settings import Network, StoreIp

_MAPPED = bytes(10) + b"\xff\xff"
_MAX_HOPS = 32
_MAX_CHARS = 64  # of an address, its zone and port included: arbitrary texts must not fill the cache
_PORT = re.compile(r"(?:\[([^\]]*)\]|([^:\[\]]*))(?::[0-9]{1,5})?")
_LOCAL_SOCKET = "unix:"

PRIVATE: tuple[Network, ...] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("100.64.0.0/10"),
    IPv6Network("::1/128"),
    IPv6Network("fe80::/10"),
    IPv6Network("fc00::/7"),
)
"""Networks whose addresses name nobody outside of them. Those set aside for documentation count as public."""


class ClientAddresses:
    """Finds the address that a request comes from, trusting what `trusted` proxies write into one header.

    Called with the peer's address and the headers (names in lower case, as ASGI gives them), it returns the peer unless
    that is a trusted proxy. Then it reads the header from its right end, where the nearest proxy wrote, up to the first
    address that is not a trusted proxy's; anything further left can be forged and is ignored. An entry that is not an
    address ends the walk at the last trusted proxy. Of `Forwarded` (RFC 7239), the parameters `for` are read.
    """

    def __init__(self, trusted: Iterable[Network], header: str = "x-forwarded-for") -> None:
        self._trusted = tuple(trusted)
        self._header = header.encode()
        # Cached by the text alone: hashing the networks at each call would cost more than everything else.
        self._hop = lru_cache(maxsize=65536)(self._read)

    def __call__(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        client, trusted = self._hop(peer)
        if not trusted:
            return client
        lines = [value for name, value in headers if name == self._header]
        return self._walk(client, b",".join(lines).decode("latin-1")) if lines else client

    def trusts(self, peer: str) -> bool:
        """Whether this is the address of a trusted proxy."""
        return self._hop(peer)[1]

    def _walk(self, client: str, entries: str) -> str:
        read = _forwarded_for if self._header == b"forwarded" else str.strip
        for entry in reversed(entries.rsplit(",", _MAX_HOPS)):
            if not entry.strip():  # RFC 9110, section 5.6.1.2: empty elements do not count
                continue
            hop = read(entry)
            if packed(hop) is None:
                return client
            client, trusted = self._hop(hop)
            if not trusted:
                return client
        return client

    def _read(self, text: str) -> tuple[str, bool]:
        """An address in its canonical spelling, and whether it is a trusted proxy's."""
        raw = packed(text)
        if raw is None:
            return text, False
        address = ip_address(raw)
        return render(raw), any(address in network for network in self._trusted)


def client_of(text: str, trusted: tuple[Network, ...] = ()) -> str | None:
    """The client that a logged address or list of addresses names, in its canonical spelling.

    Of a list, the last address that is neither private nor in `trusted` counts, else the first. `""` where the text
    names none (`-`, nothing, a local socket); None where something in it is no address.
    """
    if "," not in text and (single := packed(text)) is not None:
        return render(single)
    elements = [element.strip() for element in text.split(",")]
    hops = [packed(element) for element in elements if element not in {"", "-"} and not _is_local(element)]
    if not hops:
        return ""
    known = [hop for hop in hops if hop is not None]
    if len(known) < len(hops):
        return None
    return render(next((hop for hop in reversed(known) if not is_inner(hop, trusted)), known[0]))


def is_inner(raw: bytes, trusted: tuple[Network, ...] = ()) -> bool:
    """Whether a packed address is private or a trusted proxy's, so that it does not name a client from outside."""
    address = ip_address(raw)
    return any(address in network for network in (*PRIVATE, *trusted))


def canonical(text: str) -> str:
    """The canonical spelling of an address (IPv4-mapped IPv6 becomes IPv4), without brackets and port.

    Any other text is returned unchanged.
    """
    raw = packed(text)
    return text if raw is None else render(raw)


def truncate(address: str, mode: StoreIp) -> str:
    """What may be kept: all (`full`), the network (`truncated`: IPv4 /24, IPv6 /48), or `""` (`none`).

    A text that is not an address is kept in `full` only.
    """
    if mode == "none":
        return ""
    raw = packed(address)
    if raw is None:
        return address if mode == "full" else ""
    if mode == "full":
        return render(raw)
    kept = 3 if len(raw) == 4 else 6
    return render(raw[:kept] + bytes(len(raw) - kept))


def packed(text: str) -> bytes | None:
    """4 or 16 bytes in network order, without an IPv6 zone; None where the text is not an address.

    Brackets and a port (`192.0.2.1:80`, `[2001:db8::1]:80`) are no part of an address.
    """
    return _packed(text) if len(text) <= _MAX_CHARS else None


@lru_cache(maxsize=65536)
def _packed(text: str) -> bytes | None:
    if ":" in text:
        return _read(text)
    try:
        return socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):
        return _read(text)


def _read(text: str) -> bytes | None:
    match = _PORT.fullmatch(text)
    if match:
        text = match[1] or match[2] or ""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        raw = socket.inet_pton(family, text.partition("%")[0])
    except (OSError, ValueError):
        return None
    return raw[12:] if len(raw) == 16 and raw.startswith(_MAPPED) else raw


def render(raw: bytes) -> str:
    """The canonical spelling of a packed address."""
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


def _forwarded_for(element: str) -> str:
    """`[2001:db8::1]:80` of `for="[2001:db8::1]:80";proto=https`, `""` where it names none."""
    for pair in element.split(";"):
        name, _, value = pair.strip().partition("=")
        if name.lower() == "for":
            return value.strip('"')
    return ""


def _is_local(element: str) -> bool:
    return element.startswith(_LOCAL_SOCKET)


def is_loopback(host: str) -> bool:
    """Whether an address, or `localhost`, is of this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
