"""URLs to path, hostname, campaign and ad click, as text: nothing is fetched, resolved or normalised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from urllib.parse import unquote_plus

import polars as pl

from footfall.catalog.columns import TEXT_CAPS, UTM
from footfall.pipeline.lookup import on_distinct, translate

_PATH_CHARS = TEXT_CAPS["path"]
_HOST_CHARS = TEXT_CAPS["hostname"]

_ORIGIN = r"^[A-Za-z][A-Za-z0-9+.\-]*://([^/?#\\]*)"
_NAMED = r"^([^?#]*(?:#!?/[^?#]*)?)"
_WITH_FRAGMENT = r"^([^?#]*#[^?]*)"
_FRAGMENT = r"^[^#]*(#[^?]+)"
_QUERY = r"^[^?#]*\?([^#]*)"
_ENCODED_NAME = r"&[^=&]*%"
_PARAMETER_NAME = re.compile(r"&([^=&]*%[^=&]*)")


def host(authority: pl.Expr) -> pl.Expr:
    """The host of `user@Example.com:8080`: lower case, without user and port, at most 253 characters."""
    bare = authority.str.replace(r"^.*@", "").str.replace(r":[0-9]*$", "")
    return bare.str.to_lowercase().str.slice(0, _HOST_CHARS)


def parse_urls(frame: pl.DataFrame, click_ids: Iterable[Iterable[str]]) -> pl.DataFrame:
    """Adds path, hostname, the five utm labels and click_id, the name of a click id in the query, or `""`.

    Reads url, path and hostname. A path and a hostname that the sender gives apart from the URL take precedence. Such a
    path ends at `?` or `#`, unless its fragment is the route of a single-page application: `/app#/inbox`, or a fragment
    that the URL has, too. Paths are kept as received, never decoded; an absolute URL without a path has `/`. Labels are
    the first of their name, decoded, at most 256 characters; bytes that are not UTF-8 become U+FFFD. Names of
    parameters are decoded, too: `utm%5Fsource` is `utm_source`. `click_ids` are groups in order of precedence; the
    first name of the first group that occurs in the query is taken.
    """
    names = [tuple(group) for group in click_ids]
    groups = ["|".join(re.escape(name) for name in group) for group in names]
    read = frozenset((*UTM, *(name for group in names for name in group)))

    def parse(distinct: pl.DataFrame) -> pl.DataFrame:
        found = distinct.select(pl.concat_str(pl.lit("&"), pl.col("url").str.extract(_QUERY)).fill_null(""))
        query = pl.col("query")
        parsed = distinct.with_columns(query=_decode_names(found.to_series(), read)).select(
            path=_path(),
            hostname=_hostname(),
            click_id=pl.coalesce(*(query.str.extract(rf"&({group})=[^&]") for group in groups), pl.lit("")),
            **{name: query.str.extract(rf"&{name}=([^&]*)").fill_null("") for name in UTM},
        )
        return parsed.with_columns(
            translate(parsed.get_column(name), partial(_decode, cap=TEXT_CAPS[name])) for name in UTM
        )

    return on_distinct(frame, ["url", "path", "hostname"], parse)


def _path() -> pl.Expr:
    url, named = pl.col("url"), pl.col("path")
    # Split, not captured: a regular expression takes ten times as long over long paths.
    before = _until(_until(url, "?"), "#")
    tail = before.str.strip_prefix(url.str.extract(_ORIGIN, 0))
    absolute = pl.when(tail == "").then(pl.lit("/")).otherwise(tail)
    chosen = pl.when(named == "").then(absolute.fill_null(before)).otherwise(_named(named, url))
    return chosen.str.slice(0, _PATH_CHARS)


def _until(text: pl.Expr, mark: str) -> pl.Expr:
    return text.str.splitn(mark, 2).struct.field("field_0")


def _named(named: pl.Expr, url: pl.Expr) -> pl.Expr:
    whole = named.str.extract(_WITH_FRAGMENT)
    both = whole.str.extract(_FRAGMENT) == url.str.extract(_FRAGMENT)
    return pl.when(both).then(whole).otherwise(named.str.extract(_NAMED))


def _hostname() -> pl.Expr:
    named = pl.col("hostname")
    from_url = pl.col("url").str.extract(_ORIGIN, 1).fill_null("")
    return host(pl.when(named == "").then(from_url).otherwise(named))


def _decode_names(queries: pl.Series, names: frozenset[str]) -> pl.Series:
    """The queries, each beginning with `&`, with those of `names` that are percent-encoded written plainly."""
    encoded = queries.filter(queries.str.contains(_ENCODED_NAME)).unique()
    if encoded.is_empty():
        return queries
    plain = pl.Series([_plain_names(query, names) for query in encoded.to_list()], dtype=pl.String)
    return queries.replace(encoded, plain)


def _plain_names(query: str, names: frozenset[str]) -> str:
    def plain(found: re.Match[str]) -> str:
        name = unquote_plus(found[1])
        return f"&{name}" if name in names else found[0]

    return _PARAMETER_NAME.sub(plain, query)


def _decode(text: str, *, cap: int) -> str:
    return unquote_plus(text)[:cap] if "%" in text or "+" in text else text[:cap]
