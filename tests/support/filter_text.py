"""Filter terms as the string that a client would send."""

from __future__ import annotations

from footfall.query.ast import Term


def written(*terms: Term) -> str:
    """A filter string with these terms, every value in quotes."""
    return " ".join(
        f"{'!' if term.negated else ''}{_escaped(term.key)}:"
        + "|".join('"' + "*".join(_escaped(part) for part in value.parts) + '"' for value in term.values)
        for term in terms
    )


def _escaped(text: str) -> str:
    return "".join("\\" + char if char in ' \t\r\n|"\\*:!' else char for char in text)
