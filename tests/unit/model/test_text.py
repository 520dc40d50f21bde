"""What a name or label may hold: any script and any emoji, on one line."""

from __future__ import annotations

import pytest

from footfall.model.text import is_line

TEXTS = {
    "a family of joined emoji": "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}",
    "Persian": "می\u200cنیم",
    "Hindi": "क्\u200dष",
    "Japanese, with its space": "東京\u3000支店",
    "a space that does not break": "10\u00a0%",
    "nothing": "",
}
OTHERS = (
    "\0",
    "\x1b[31m",
    "a\tb",
    "a\nb",
    "a\rb",
    "a\u2028b",
    "a\u2029b",
    "\x85",
    "\ud83e",
    "a\u202eb",
    "\u2066a",
    "\u200b",
    "\ufeff ",
)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_script_is_taken(text):
    assert is_line(text)


@pytest.mark.parametrize("text", OTHERS, ids=ascii)
def test_controls_and_breaks_are_not(text):
    assert not is_line(text)
