from __future__ import annotations

import socket

import pytest

from footfall.errors import FatalError
from footfall.runtime.address import check_address, reachable
from footfall.settings import Settings


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 - not bound
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("stats.example", "http://stats.example:8000"),
    ],
)
def test_a_url_that_works_here(host: str, url: str) -> None:
    assert reachable(Settings(host=host)) == url
    assert reachable(Settings(host=host, base_path="/stats/")) == f"{url}/stats"


def test_an_address_in_use_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(FatalError, match=rf"can't listen on 127\.0\.0\.1 port {port}"):
            check_address(Settings(host="127.0.0.1", port=port))
    check_address(Settings(host="127.0.0.1", port=port))
