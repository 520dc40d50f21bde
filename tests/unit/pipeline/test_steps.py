from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline_frames import events, requests

from footfall.catalog.columns import EVENTS, REQUESTS, TEXT_CAPS
from footfall.pipeline.steps import EVENT_STEPS, REQUEST_STEPS, Tools, run

DERIVED = ["browser", "browser_version", "os", "os_version", "device", "traffic"]
EVENT_DERIVED = ["source", "channel", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", *DERIVED]
CHANNELS = {"direct", "search", "social", "ai", "email", "paid", "referral"}

HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="%&=?#/:@+.\\ \x00\n\r\t[]utm_source", max_size=60),
    st.sampled_from(
        [
            "",
            "A" * 100_000,
            "%" * 100_000,
            "https://" + "a." * 50_000,
            "https://e.example/?" + "utm_source=%ff&" * 7_000,
            "https://" + "@" * 5_000 + ":" * 5_000,
            "Mozilla/5.0 (" + "Android; " * 10_000,
            "%E0%A4%A",
            "https://\u202eevil.example/\u0000",
            "'; DROP TABLE events --\\",
            "new path",
        ]
    ),
)
EVENT_TEXTS = (
    "url",
    "path",
    "hostname",
    "referrer",
    "user_agent",
    "language",
    "timezone",
    "screen",
    "country",
    "title",
)
REQUEST_TEXTS = ("endpoint", "user_agent", "country")


def rows_of(columns: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(st.fixed_dictionaries(dict.fromkeys(columns, HOSTILE)), max_size=6)


@given(rows=rows_of(EVENT_TEXTS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_events(tools: Tools, rows: list[dict[str, str]]) -> None:
    frame = events([row | {"id_lo": n} for n, row in enumerate(rows)])
    found = run(EVENT_STEPS, frame, tools, lambda *_: None)
    assert set(found.columns) == {*(column.name for column in EVENTS if column.spooled), *EVENT_DERIVED}
    assert found["id_lo"].to_list() == list(range(len(rows)))
    assert sum(found.null_count().row(0)) == 0
    assert set(found["channel"]) <= CHANNELS
    for row in found.select(pl.col(pl.String).str.len_chars()).iter_rows(named=True):
        assert all(length <= TEXT_CAPS.get(name, 256) for name, length in row.items())
    # A row's answer does not depend on the rows around it.
    alone = [run(EVENT_STEPS, frame[n], tools, lambda *_: None) for n in range(len(rows))]
    assert [one.row(0) for one in alone] == found.rows()


@given(rows=rows_of(REQUEST_TEXTS))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_requests(tools: Tools, rows: list[dict[str, str]]) -> None:
    found = run(REQUEST_STEPS, requests([row | {"id_lo": n} for n, row in enumerate(rows)]), tools, lambda *_: None)
    assert set(found.columns) == {*(column.name for column in REQUESTS if column.spooled), *DERIVED}
    assert found["id_lo"].to_list() == list(range(len(rows)))


@pytest.mark.parametrize(
    ("column", "sent", "kept"),
    [
        ("country", "de", "DE"),
        ("country", "US", "US"),
        ("country", "USA", ""),
        ("country", "U1", ""),
        ("country", "ǆe", ""),
        ("country", "U\n", ""),
        ("language", "en-us", "en-US"),
        ("language", "EN", "en"),
        ("language", "en_GB", "en-GB"),
        ("language", "de-AT,de;q=0.9,en;q=0.8", "de-AT"),
        ("language", "de;q=0.9", "de"),
        ("language", "zh-Hans-CN", "zh-CN"),
        ("language", "es-419", "es-419"),
        ("language", "en-GB-oxendict", "en-GB"),
        ("language", "fil", "fil"),
        ("language", "*", ""),
        ("language", "english", ""),
        ("language", "", ""),
        ("timezone", "Europe/Bucharest", "Europe/Bucharest"),
        ("timezone", "Asia/Calcutta", "Asia/Calcutta"),  # the older name, which browsers still report
        ("timezone", "UTC", "UTC"),
        ("timezone", "europe/bucharest", ""),
        ("timezone", "Mars/Olympus", ""),
        ("timezone", " UTC", ""),
        ("timezone", "", ""),
        ("screen", "1920x1080", "1920x1080"),
        ("screen", "1" * 20, "1" * 16),
        ("title", "é" * 600, "é" * 512),
        ("name", "n" * 200, "n" * 120),
        ("url", "/" + "u" * 5_000, "/" + "u" * 4_095),
        ("path", "/" + "p" * 5_000, "/" + "p" * 2_047),
        ("hostname", "h" * 300, "h" * 253),
        ("properties", '{"a": 1}', '{"a": 1}'),
    ],
)
def test_what_is_kept(tools: Tools, column: str, sent: str, kept: str) -> None:
    assert run(EVENT_STEPS, events([{column: sent}]), tools, lambda *_: None)[column].to_list() == [kept]


def test_a_path_out_of_a_long_url_is_capped(tools: Tools) -> None:
    found = run(EVENT_STEPS, events([{"url": "/" + "u" * 5_000}]), tools, lambda *_: None)
    assert found["path"].str.len_chars().to_list() == [TEXT_CAPS["path"]]


def test_each_step_is_timed_by_name(tools: Tools) -> None:
    seen: list[tuple[str, float]] = []
    run(EVENT_STEPS, events([{}]), tools, lambda name, seconds: seen.append((name, seconds)))
    assert [name for name, _ in seen] == [step.name for step in EVENT_STEPS]
    assert all(seconds >= 0 for _, seconds in seen)


def test_no_rows(tools: Tools) -> None:
    assert run(EVENT_STEPS, events([]), tools, lambda *_: None).height == 0
    assert run(REQUEST_STEPS, requests([]), tools, lambda *_: None).height == 0
