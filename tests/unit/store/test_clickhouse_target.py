from pathlib import Path

import pytest

from footfall.errors import FatalError
from footfall.store.clickhouse.target import ClusterTarget, Host, LocalTarget, RemoteTarget, Target, parse

DATA = Path("data")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", LocalTarget(DATA / "clickhouse", "footfall")),
        ("chdb:///srv/store", LocalTarget(Path("/srv/store"), "footfall")),
        ("chdb:///srv/a%20b?database=x_1", LocalTarget(Path("/srv/a b"), "x_1")),
        ("clickhouse://host", RemoteTarget((Host("host", 8123),), secure=False)),
        ("clickhouses://host", RemoteTarget((Host("host", 8443),), secure=True)),
        (
            "clickhouse://ann:p%40s%2Fs@[::1]:9000/stats",
            RemoteTarget((Host("::1", 9000),), False, "ann", "p@s/s", "stats"),
        ),
        (
            "clickhouse://ann:x@a|b:1,[::1]:2/stats?cluster=main",
            ClusterTarget(
                "main",
                RemoteTarget((Host("a", 8123), Host("b", 1), Host("::1", 2)), False, "ann", "x", "stats"),
                (
                    RemoteTarget((Host("a", 8123), Host("b", 1)), False, "ann", "x", "stats_local"),
                    RemoteTarget((Host("::1", 2),), False, "ann", "x", "stats_local"),
                ),
            ),
        ),
    ],
)
def test_a_url_names_a_target(url: str, expected: Target) -> None:
    assert parse(url, DATA) == expected


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", "the embedded store"),
        ("clickhouses://ann:x@host", "clickhouses://host:8443/footfall"),
        ("clickhouse://ann:x@a|b:1,c/stats?cluster=main", "clickhouse://a:8123|b:1,c:8123/stats?cluster=main"),
    ],
)
def test_a_target_is_shown_without_user_and_password(url: str, shown: str) -> None:
    assert str(parse(url, DATA)) == shown


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("postgres://h/db", "scheme 'postgres'"),
        ("/srv/store", "scheme ''"),
        ("chdb://relative/path", "no absolute directory"),
        ("chdb:///", "no absolute directory"),
        ("chdb:///srv?cluster=x", "unknown option 'cluster'"),
        ("clickhouse:///db", "no host"),
        ("clickhouse://a,,b/db?cluster=x", "no host, or leaves one out"),
        ("clickhouse://a|/db?cluster=x", "no host, or leaves one out"),
        ("clickhouse://a,b/db", "several hosts and no cluster"),
        ("clickhouse://a,b|a:8123/db?cluster=x", "a:8123 twice"),
        ("clickhouse://h:port/db", "can't be read"),
        ("clickhouse://h:99999/db", "can't be read"),
        ("clickhouse://h/a-b", "database 'a-b'"),
        ("clickhouse://h/db?cluster=", "cluster ''"),
        ("clickhouse://h/db?cluster=a'b", 'cluster "a\'b"'),
        ("clickhouse://h/db?secure=1", "unknown option 'secure'"),
    ],
)
def test_anything_else_is_refused_by_name(url: str, named: str) -> None:
    with pytest.raises(FatalError) as caught:
        parse(url, DATA)
    assert named in str(caught.value)
    assert str(caught.value).startswith("FOOTFALL_STORE_URL")


def test_the_password_is_not_shown() -> None:
    assert "hunter2" not in repr(parse("clickhouse://ann:hunter2@host/db", DATA))
