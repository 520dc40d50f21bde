from __future__ import annotations

import pytest
from pipeline_frames import events

from footfall.pipeline.steps import EVENT_STEPS, Tools, run


def parsed(tools: Tools, **row: str) -> dict[str, str]:
    return run(EVENT_STEPS, events([row]), tools, lambda *_: None).row(0, named=True)


@pytest.mark.parametrize(
    ("row", "hostname", "path"),
    [
        ({"url": "https://Example.COM/a/B?x=1#y"}, "example.com", "/a/B"),
        ({"url": "https://example.com"}, "example.com", "/"),
        ({"url": "https://example.com?x=/1"}, "example.com", "/"),
        ({"url": "https://example.com#top"}, "example.com", "/"),
        ({"url": "HTTPS://user:p%40ss@example.com:8443/a"}, "example.com", "/a"),
        ({"url": "https://a@b@example.com/a"}, "example.com", "/a"),
        ({"url": "http://[2001:db8::1]:8080/a"}, "[2001:db8::1]", "/a"),
        ({"url": "https://example.com/caf%C3%A9/%zz"}, "example.com", "/caf%C3%A9/%zz"),
        ({"url": "https://example.com/a//b/"}, "example.com", "/a//b/"),
        ({"url": "file:///home/a.html"}, "", "/home/a.html"),
        ({"url": "/pricing?plan=1#faq"}, "", "/pricing"),
        ({"url": "//double"}, "", "//double"),
        ({"url": "?x=1"}, "", ""),
        ({}, "", ""),
        ({"path": "/named?x#y", "url": "https://example.com/other"}, "example.com", "/named"),
        ({"path": "/only#y"}, "", "/only"),
        ({"path": "/app#y", "url": "https://example.com/app?ref=a#y"}, "example.com", "/app#y"),
        ({"path": "/app#y#z?q", "url": "https://example.com/app#y#z?r"}, "example.com", "/app#y#z"),
        ({"path": "/app#y", "url": "https://example.com/app#yz"}, "example.com", "/app"),
        ({"path": "/app", "url": "https://example.com/app#y"}, "example.com", "/app"),
        ({"path": "/app#?y", "url": "https://example.com/app#?y"}, "example.com", "/app"),
        ({"path": "/app?x#y", "url": "https://example.com/app?x#y"}, "example.com", "/app"),
        ({"path": "/app#/inbox?x#y"}, "", "/app#/inbox"),
        ({"path": "/app#!/inbox"}, "", "/app#!/inbox"),
        ({"path": "/app?x#/inbox"}, "", "/app"),
        ({"hostname": "Shop.Example.com:443", "url": "https://example.com/a"}, "shop.example.com", "/a"),
        ({"url": "https://example.com/a\nb?c"}, "example.com", "/a\nb"),
    ],
)
def test_path_and_hostname(tools: Tools, row: dict[str, str], hostname: str, path: str) -> None:
    found = parsed(tools, **row)
    assert (found["hostname"], found["path"]) == (hostname, path)
    assert found["url"] == row.get("url", "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("utm_source=news&utm_source=other", "news"),
        ("a=1&utm_source=n%C3%A9ws+letter", "néws letter"),
        ("utm_source=a%2Bb%26c", "a+b&c"),
        ("utm_source=", ""),
        ("utm_source", ""),
        ("utm_source=100%&x", "100%"),
        ("utm_source=%ff", "\ufffd"),
        ("xutm_source=a", ""),
        ("UTM_SOURCE=a", ""),
        ("x=1#utm_source=a", ""),
        ("x=?utm_source=a", ""),
        ("utm_source=" + "é" * 300, "é" * 256),
    ],
)
def test_utm(tools: Tools, query: str, expected: str) -> None:
    assert parsed(tools, url=f"https://example.com/utm_source=path?{query}")["utm_source"] == expected


def test_all_five_labels(tools: Tools) -> None:
    labels = {f"utm_{name}": name for name in ("source", "medium", "campaign", "content", "term")}
    found = parsed(tools, url="/?" + "&".join(f"{key}={value}" for key, value in labels.items()))
    assert {key: found[key] for key in labels} == labels
