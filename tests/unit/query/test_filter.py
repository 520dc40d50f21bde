from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.filter_text import written

from footfall.errors import UserError
from footfall.query.ast import Pattern, Term
from footfall.query.filter import MAX_LENGTH, MAX_VALUES, parse


def lit(text: str) -> Pattern:
    return Pattern((text,))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("   \t", []),
        ("country:RO|US", [Term("country", (lit("RO"), lit("US")))]),
        ("!device:mobile", [Term("device", (lit("mobile"),), negated=True)]),
        (
            "country:RO|US !device:mobile",
            [Term("country", (lit("RO"), lit("US"))), Term("device", (lit("mobile"),), negated=True)],
        ),
        ("path:/blog/*", [Term("path", (Pattern(("/blog/", "")),))]),
        ("path:*a**b*", [Term("path", (Pattern(("", "a", "b", "")),))]),
        (r"path:/a\*b", [Term("path", (lit("/a*b"),))]),
        (r"path:a\|b\ c\"d\\", [Term("path", (lit('a|b c"d\\'),))]),
        ('path:"/a b|c"', [Term("path", (lit("/a b|c"),))]),
        (r'path:"say \"hi\""|x', [Term("path", (lit('say "hi"'), lit("x")))]),
        ('path:"/blog/*"', [Term("path", (Pattern(("/blog/", "")),))]),
        ('utm_source:""', [Term("utm_source", (lit(""),))]),
        ('path:/a"b', [Term("path", (lit('/a"b'),))]),
        ("path:/a:b", [Term("path", (lit("/a:b"),))]),
        ("checkout", [Term("search", (lit("checkout"),))]),
        ("!checkout|cart", [Term("search", (lit("checkout"), lit("cart")), negated=True)]),
        ('"two words"', [Term("search", (lit("two words"),))]),
        (r"http\://x", [Term("search", (lit("http://x"),))]),
        ("search:check*", [Term("search", (Pattern(("check", "")),))]),
        ("prop.plan:pro", [Term("prop.plan", (lit("pro"),))]),
        ("prop.cart.items:3", [Term("prop.cart.items", (lit("3"),))]),
        (r"prop.plan\ name:pro", [Term("prop.plan name", (lit("pro"),))]),
        ("referrer:https://news.example/*", [Term("referrer", (Pattern(("https://news.example/", "")),))]),
        ("event_type:pageview|custom", [Term("event_type", (lit("pageview"), lit("custom")))]),
    ],
)
def test_grammar(text: str, terms: list[Term]) -> None:
    assert parse(text) == tuple(terms)


@pytest.mark.parametrize(
    ("text", "position", "found"),
    [
        ("colour:red", 0, "colour:red"),
        ("country:RO colour:red", 11, "colour:red"),
        ("!colour:red", 1, "colour:red"),
        ("Country:RO", 0, "Country:RO"),
        ("country:", 8, "the end"),
        ("country: device:x", 8, " device:x"),
        ("country:RO|", 11, "the end"),
        ("country:RO||US", 11, "|US"),
        ("country:|RO", 8, "|RO"),
        (":x", 0, ":x"),
        ("prop.:x", 0, "prop.:x"),
        ("prop.a..b:x", 0, "prop.a..b:x"),
        ("!", 1, "the end"),
        ("! path:/", 1, " path:/"),
        ("|a", 0, "|a"),
        ('path:"/a', 5, '"/a'),
        ('path:/x "open', 8, '"open'),
        ('path:"a"b', 8, "b"),
        ('"path":/x', 6, ":/x"),
        ("path:a\\", 6, "\\\\"),
        ("event_type:click", 11, "click"),
        ('event_type:""', 11, '""'),
    ],
)
def test_errors_name_the_position(text: str, position: int, found: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(text)
    assert caught.value.code == "bad_filter"
    assert f"at position {position}" in caught.value.message
    assert caught.value.message.split("at position")[1].find(found) > 0


def test_limits() -> None:
    assert len(parse("path:" + "|".join(["x"] * MAX_VALUES))[0].values) == MAX_VALUES
    for text in ("path:" + "|".join(["x"] * (MAX_VALUES + 1)), "path:x " * 25 + "country:" + "|".join(["x"] * 26)):
        with pytest.raises(UserError, match="more than 50 values"):
            parse(text)
    assert parse("path:" + "x" * (MAX_LENGTH - 5))
    with pytest.raises(UserError, match="2001 characters long"):
        parse("x" * (MAX_LENGTH + 1))


PIECES = st.sampled_from([*'!|"\\*: \t%_/é\x00\n', "path", "prop.", "search:", "country:", "a", "'", "referrer:"])


def outcome(text: str) -> tuple[Term, ...] | UserError:
    try:
        return parse(text)
    except UserError as error:
        return error


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60))
def test_what_parses_is_written_and_parsed_to_the_same(text: str) -> None:
    found = outcome(text)
    if isinstance(found, UserError):
        assert found.code == "bad_filter"
    else:
        assert parse(written(*found)) == found


@pytest.mark.parametrize("char", ["*", "\\", '"', "!", "a", ":", "|", " "])
def test_the_longest_input_is_parsed(char: str) -> None:
    found = outcome(char * MAX_LENGTH)
    assert len(found.message if isinstance(found, UserError) else found) < 500


SAVED = {
    ("goal", "signup"): "custom_event_name:signup",
    ("segment", "big spender"): 'country:RO|US !path:"/free*"',
    ("segment", "none"): "",
    ("goal", "old"): "colour:red",
    ("segment", "many"): "path:" + "|".join("a" * MAX_VALUES),
    ("segment", "hostile"): 'path:"\\\\\' OR 1=1 --"',
}


def find(key: str, name: str) -> str | None:
    return SAVED.get((key, name.casefold()))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("goal:Signup", "custom_event_name:signup"),
        ("!goal:signup device:mobile", "!custom_event_name:signup device:mobile"),
        ('segment:"Big spender" x', 'country:RO|US !path:"/free*" x'),
        ("segment:none", ""),
        ("segment:hostile", 'path:"\\\\\' OR 1=1 --"'),
    ],
)
def test_saved_filters_stand_for_their_terms(text: str, meant: str) -> None:
    assert parse(text, find) == parse(meant)


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("goal:other", 5, "there is no goal 'other'"),
        ("x segment:signup", 10, "there is no segment 'signup'"),
        ("goal:signup|old", 5, "one whole name"),
        ("goal:sign*", 5, "one whole name"),
        ("goal:old", 5, "does not hold any more"),
        ('!segment:"big spender"', 9, "has 2 terms"),
        ("path:b segment:many", 15, "more than 50 values with those of segment"),
        ("goal:", 5, "a value is missing"),
    ],
)
def test_saved_filters_that_do_not_hold_are_refused(text: str, position: int, said: str) -> None:
    with pytest.raises(UserError, match=f"at position {position}") as caught:
        parse(text, find)
    assert caught.value.code == "bad_filter"
    assert said in caught.value.message


def test_a_saved_filter_names_no_other() -> None:
    for text in ("goal:signup", "segment:none"):
        with pytest.raises(UserError, match="the filter of a goal or segment can't name a"):
            parse(text)
