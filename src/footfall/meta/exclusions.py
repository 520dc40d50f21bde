"""What a project excludes, as it is written and stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_network

from footfall.errors import UserError
from footfall.meta.tables import ExclusionRow
from footfall.model.project import Exclusions
from footfall.model.text import is_line

MAX_EXCLUDED = 200
"""Paths, addresses and countries of one project, of each."""

PATH_CHARS = 500

_COUNTRY = re.compile("[A-Z]{2}")


def checked(wanted: Exclusions) -> Exclusions:
    """In one spelling, each once, sorted; UserError(`bad_parameter`) names the field and the value."""
    return Exclusions(
        _each("paths", wanted.paths, _path),
        _each("addresses", wanted.addresses, _network),
        _each("countries", wanted.countries, _country),
    )


def rows_of(excluded: Exclusions) -> list[ExclusionRow]:
    kinds = (("path", excluded.paths), ("address", excluded.addresses), ("country", excluded.countries))
    return [ExclusionRow(kind=kind, value=value) for kind, values in kinds for value in values]


def exclusions_of(rows: Iterable[ExclusionRow]) -> Exclusions:
    found = [(row.kind, row.value) for row in rows]
    paths, addresses, countries = (
        tuple(value for kind, value in found if kind == wanted) for wanted in ("path", "address", "country")
    )
    return Exclusions(paths, addresses, countries)


def _each(field: str, values: tuple[str, ...], check: Callable[[str], str]) -> tuple[str, ...]:
    if len(values) > MAX_EXCLUDED:
        raise UserError("bad_parameter", f"{field}: {len(values)} of them; at most {MAX_EXCLUDED} are allowed")
    return tuple(sorted({check(value.strip()) for value in values}))


def _path(text: str) -> str:
    if not text.startswith(("/", "*")) or len(text) > PATH_CHARS or not is_line(text):
        raise UserError(
            "bad_parameter",
            f"paths: {text[:100]!r} does not begin with / or *, is longer than {PATH_CHARS} characters, or has"
            " control characters",
        )
    if "?" in text:
        raise UserError("bad_parameter", f"paths: {text[:100]!r} has a query, which no path has")
    return text


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise UserError("bad_parameter", f"addresses: {text[:100]!r} is neither an address nor a network") from None


def _country(text: str) -> str:
    name = text.upper()
    if not _COUNTRY.fullmatch(name):
        raise UserError("bad_parameter", f"countries: {text[:100]!r} is not a code of two letters, such as DE")
    return name
