from __future__ import annotations

import re

import pytest

from footfall.meta import tokens


def test_new_token_has_the_documented_shape():
    text = tokens.new_token()
    assert re.fullmatch(r"ff_pat_[0-9A-Za-z]{46}", text)
    assert tokens.well_formed(text)
    assert tokens.new_token() != text


@pytest.mark.parametrize(
    ("body", "crc"),
    [
        ("", 0),
        ("123456789", 0xCBF43926),  # the check value of every CRC catalogue
    ],
)
def test_checksum_is_crc32_in_base62(body, crc):
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = tokens.checksum(body)
    assert len(text) == 6
    assert sum(alphabet.index(char) * 62**power for power, char in enumerate(reversed(text))) == crc


def test_any_changed_character_is_noticed():
    text = tokens.new_token()
    for at in range(len(text)):
        other = "A" if text[at] != "A" else "B"
        assert not tokens.well_formed(text[:at] + other + text[at + 1 :])


@pytest.mark.parametrize("text", ["", "ff_pat_", "x" * 53, "ff_pat_" + "é" * 46, "ff_pat_" + "-" * 46, "ff_site_abc"])
def test_malformed_is_refused(text):
    assert not tokens.well_formed(text)


def test_spaces_and_extra_characters_are_refused():
    text = tokens.new_token()
    assert not tokens.well_formed(text + "0")
    assert not tokens.well_formed(" " + text)
    assert not tokens.well_formed(text[:-1] + "\n")
