"""Which format a file has, within which wrappers: every sample is a test of its entry."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import polars as pl
import pytest
from log_support import OPTIONS, at, combined, parsed, read

from footfall.errors import UserError
from footfall.importers.fields import Lines
from footfall.importers.formats import ENTRIES, Entry, Recognised, recognise
from footfall.importers.formats.operator import format_of
from footfall.importers.formats.wrappers import WRAPPERS, Wrapper

SAMPLES = [pytest.param(entry, id=entry.name) for entry in ENTRIES]
MADE = at(2026, 11, 27, 19, 49, 57)  # when the samples' request was
AT_SAMPLES = replace(OPTIONS, newest=MADE + 1000)


@cache
def of_sample(entry: Entry) -> dict[str, object]:
    found = recognise(entry.sample.split("\n"), OPTIONS)
    assert found is not None
    parsed = found.begin().parse(Lines(pl.Series("line", entry.sample.split("\n"))), AT_SAMPLES)
    assert parsed.rejects == []
    [row] = parsed.frame.to_dicts()
    return row


@pytest.mark.parametrize("entry", SAMPLES)
def test_every_format_takes_its_sample(entry: Entry) -> None:
    row = of_sample(entry)
    assert (row["method"], row["endpoint"], row["status"], row["ip_address"]) == ("GET", "/a", 200, "203.0.113.7")
    assert row["timestamp"] // 1000 == MADE // 1000
    assert row["bytes"] in ({0} if entry.name in {"http.server", "uvicorn", "fastly-text"} else {512})
    assert row["user_agent"] in {"Mozilla/5.0", ""}
    assert row["host"] in {"shop.example", "b.s3.example", ""}
    assert row["user_id"] == ""


@pytest.mark.parametrize("entry", SAMPLES)
def test_every_format_is_recognised(entry: Entry) -> None:
    found = recognise(["garbage", *entry.sample.split("\n"), ""], OPTIONS)
    assert found is not None
    assert found.form.name == entry.name
    assert (found.fitting, found.lines) == (1, 2)


@pytest.mark.parametrize("entry", SAMPLES)
def test_every_format_says_what_it_read(entry: Entry) -> None:
    found = recognise(entry.sample.split("\n"), OPTIONS)
    assert found is not None
    parser = found.begin()
    shown = [parser.explain(line, OPTIONS) for line in entry.sample.split("\n")][-1]
    assert {"203.0.113.7", "/a"} & {text.partition("?")[0].partition(":")[0] for _, text in shown}


@pytest.mark.parametrize("entry", SAMPLES)
@pytest.mark.parametrize("name", ["shop.example", "hello", "203.0.113.300", "203.0.113.7;DROP"])
def test_no_format_takes_a_name_for_an_address(entry: Entry, name: str) -> None:
    lines = entry.sample.replace("203.0.113.7", name).split("\n")
    parsed = Recognised(entry.form).begin().parse(Lines(pl.Series("line", lines)), AT_SAMPLES)
    assert set(parsed.frame["ip_address"]) <= {""}


@pytest.mark.parametrize("entry", [sample for sample in SAMPLES if sample.id not in {"uvicorn", "heroku"}])
@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda wrapper: wrapper.name)
def test_every_wrapper_comes_off_every_format(entry: Entry, wrapper: Wrapper) -> None:
    lines = [wrapped(wrapper, line) for line in entry.sample.split("\n")]
    found = recognise(lines, OPTIONS)
    assert found is not None
    assert found.form.name == entry.name
    assert wrapper.name in {known.name for known in found.wrappers}
    [row] = found.begin().parse(Lines(pl.Series("line", lines)), AT_SAMPLES).frame.to_dicts()
    plain = of_sample(entry)
    assert {**row, "line": 0} == {**plain, "line": 0}


def wrapped(wrapper: Wrapper, line: str) -> str:
    quoted = json.dumps(line + "\n" * (wrapper.name == "docker")) if wrapper.around.startswith("{") else line
    before, _, after = wrapper.around.partition("{}")
    return before + quoted + after


@pytest.mark.parametrize("name", ["uvicorn", "heroku"])
def test_a_line_without_a_time_needs_a_wrapper(name: str) -> None:
    [entry] = [entry for entry in ENTRIES if entry.name == name]
    bare = entry.sample.partition(" ")[2].removeprefix("heroku[router]: ")
    assert parsed(name, bare).rejects == [(0, "time: none, or one that can't be read")]
    docker = json.dumps({"log": bare + "\n", "time": "2024-10-10T13:55:36.5Z"})
    found = recognise([docker], OPTIONS)
    assert found is not None
    assert read(found.begin(), docker).frame["timestamp"].to_list() == [at(2024, 10, 10, 13, 55, 36) + 500]


def test_the_format_of_most_lines_wins() -> None:
    common, long = combined(rest="200 5"), combined(rest='200 5 "-" "a"')
    found = recognise([common, long, long], OPTIONS)
    assert found is not None
    assert str(found) == "combined"
    assert found.sureness() == "combined, which 2 of 3 sample lines fit"


def test_old_lines_tell_the_format_too() -> None:
    found = recognise([combined().replace("/2024:", "/1999:")] * 3, OPTIONS)
    assert found is not None
    assert str(found) == "combined"


def test_two_addresses_tell_no_format() -> None:
    """The first may be a host or a forwarded client."""
    assert recognise([f"203.0.113.7 {combined()}", f"- {combined()}"], OPTIONS) is None


def test_an_address_for_a_host_among_names() -> None:
    lines = [f"shop.example {combined()}", f"203.0.113.9 {combined()}", f"- {combined()}"]
    found = recognise(lines, OPTIONS)
    assert found is not None
    assert read(found.begin(), *lines).frame["host"].to_list() == ["shop.example", "203.0.113.9", ""]


@pytest.mark.parametrize("sample", [[], [""], ["garbage"], ["#Fields: a b", "1 2"]])
def test_nothing_recognised(sample: list[str]) -> None:
    assert recognise(sample, OPTIONS) is None


def test_an_unknown_format_is_named_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"format: 'apach' is not one of ingress-nginx, .*, combined, common"):
        format_of("apach")


def test_no_two_formats_have_one_name() -> None:
    names = [name for entry in ENTRIES for name in (entry.name, *entry.aliases)]
    assert len(names) == len(set(names))
