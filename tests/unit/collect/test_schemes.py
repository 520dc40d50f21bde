from __future__ import annotations

import pytest

from footfall.collect.limits import RefusedError
from footfall.collect.schemes import check_page_url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/a:b",
        "a b:c",
        "?x=javascript:y",
        "http://a.example/",
        "HTTPS://A.example/",
        "app://shop/start",
        "capacitor://localhost/",
        "file:///index.html",
        "chrome-extension://abc/page.html",
        "shop.example:8080/x",
        "localhost:3000",
        "://x",
        "é:x",
    ],
)
def test_urls_of_pages(url):
    assert check_page_url("url", url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript://shop.example/%0aalert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "java\nscript:alert(1)",
        "javascript:1/alert(1)",
        "javascript:8080",
        "data:text/html,<script>",
        "vbscript:x",
        "blob:https://a.example/1",
        "about:blank",
        "ftp://a.example/",
        "mailto:ann@a.example",
        "shop.example:99999999/",
    ],
)
def test_what_is_no_page(url):
    with pytest.raises(RefusedError, match="is no page") as caught:
        check_page_url("url", url)
    assert (caught.value.code, caught.value.field) == ("bad_url", "url")
