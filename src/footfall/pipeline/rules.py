"""Ordered rules over text: the first pattern that matches names the answer.

Matching is the Rust engine that `ua-parser` uses: finite automata behind a filter on the literals of all patterns,
so time is linear in the text and thousands of rules cost microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable

from ua_parser_rs import UserAgentExtractor


class RuleSet:
    """`rules` are (label, pattern) in order of precedence; patterns are Rust regexes, unanchored, case-sensitive."""

    def __init__(self, rules: Iterable[tuple[str, str]]) -> None:
        self._extractor = UserAgentExtractor((pattern, label, None, None, None, None) for label, pattern in rules)

    def first(self, text: str) -> str:
        """The label of the first rule that matches, or `""`."""
        found = self._extractor.extract(text)
        return found.family if found else ""
