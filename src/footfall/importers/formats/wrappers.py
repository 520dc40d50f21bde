"""What others put around a server's line: container runtimes, Compose, syslog, the journal.

Sources: Docker's json-file driver; Kubernetes' CRI log format; RFC 3164, RFC 5424; systemd's journal export to JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from footfall.importers import times
from footfall.importers.fields import Lines, ReadOptions, Reject
from footfall.importers.formats.records import NotARecordError, json_object
from footfall.importers.reader import COLOURS

_TIME = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)"
_PRIORITY = r"(?:<\d{1,3}>)?"
_TAG = r"[^ :\[]+(?:\[[^ \]]*\])?: "
_STRUCTURED = r'(?:[^ ]+ (?:-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+)|-)'  # Heroku leaves one of both out
_LOCAL_TIME = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
_LEVEL = r"\[?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\]?"
_LOGGER = r"[A-Za-z_][\w.]*(?::\w+:\d+)?"


@dataclass(frozen=True, slots=True)
class Wrapper:
    """`unwrap` gives, per line, what was wrapped (null where the line has no such wrapper) and its time, or null.

    `around` shows it around `{}`.
    """

    name: str
    about: str
    around: str
    unwrap: Callable[[pl.Series, ReadOptions], tuple[pl.Series, pl.Series]]

    def strip(self, lines: Lines, options: ReadOptions) -> tuple[Lines, list[Reject]]:
        """Lines without the wrapper; those that have none are empty there and refused."""
        texts, at = self.unwrap(lines.texts, options)
        bare = texts.is_null().arg_true()
        if lines.times is not None:
            at = pl.DataFrame({"a": at, "b": lines.times}).select(pl.coalesce("a", "b"))["a"]
        return Lines(texts.fill_null(""), at), [(line, f"wrapper: not as {self.name} writes it") for line in bare]


def _pattern(
    pattern: str, read: Callable[[pl.Expr, ReadOptions], pl.Expr]
) -> Callable[..., tuple[pl.Series, pl.Series]]:
    """A prefix with a group for the time (which may be missing) and one for the line."""

    def unwrap(lines: pl.Series, options: ReadOptions) -> tuple[pl.Series, pl.Series]:
        groups = lines.str.extract_groups(rf"^{pattern}(?P<line>.*)$").struct.unnest()
        if "time" not in groups.columns or groups["line"].null_count() == lines.len():
            return groups["line"], _timeless(lines)
        return groups["line"], groups.select(read(pl.col("time"), options)).to_series()

    return unwrap


def _timeless(lines: pl.Series) -> pl.Series:
    return pl.Series([None] * lines.len(), dtype=pl.Int64)


def _iso(text: pl.Expr, options: ReadOptions) -> pl.Expr:
    return times.iso(text, options.zone)


def _rfc3164(text: pl.Expr, options: ReadOptions) -> pl.Expr:
    return times.rfc3164(text, options.zone, options.newest)


def _records(line: Callable[[dict[str, Any]], str | None], time: str) -> Callable[..., tuple[pl.Series, pl.Series]]:
    def unwrap(lines: pl.Series, options: ReadOptions) -> tuple[pl.Series, pl.Series]:
        texts, stamps = list[str | None](), list[str | None]()
        for text in lines:
            record = _record(text)
            texts.append(line(record))
            stamps.append(str(record.get(time) or ""))
        if not any(stamps):
            return pl.Series(texts, dtype=pl.String), _timeless(lines)
        at = pl.DataFrame({"at": pl.Series(stamps, dtype=pl.String)})
        read = pl.coalesce(_iso(pl.col("at"), options), times.unix(pl.col("at")))
        return pl.Series(texts, dtype=pl.String), at.select(read).to_series()

    return unwrap


def _record(text: str) -> dict[str, Any]:
    try:
        return json_object(text) if text.startswith("{") else {}
    except NotARecordError:
        return {}


def _docker(record: dict[str, Any]) -> str | None:
    log = record.get("log")
    return COLOURS.sub("", log.rstrip("\r\n")) if isinstance(log, str) else None


def _journal(record: dict[str, Any]) -> str | None:
    message = record.get("MESSAGE")
    if isinstance(message, list):  # what is not printable stands as a list of bytes
        try:
            message = bytes(message).decode("utf-8", "replace")
        except (TypeError, ValueError):
            return None
    return COLOURS.sub("", message) if isinstance(message, str) else None


WRAPPERS: tuple[Wrapper, ...] = (
    Wrapper(
        "docker",
        "Docker's `json-file` log driver",
        '{"log": {}, "stream": "stdout", "time": "2026-11-27T19:49:58.1Z"}',
        _records(_docker, "time"),
    ),
    Wrapper(
        "journal",
        "`journalctl -o json`",
        '{"__REALTIME_TIMESTAMP": "1795808998000000", "MESSAGE": {}}',
        _records(_journal, "__REALTIME_TIMESTAMP"),
    ),
    Wrapper(
        "cri",
        "Kubernetes' container runtimes (`/var/log/containers`)",
        "2026-11-27T19:49:58.123456789Z stdout F {}",
        _pattern(rf"(?P<time>{_TIME}) (?:stdout|stderr) F ", _iso),
    ),
    Wrapper(
        "compose",
        "`docker compose logs`",
        "web-1  | {}",
        _pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]* +\| ", _iso),
    ),
    Wrapper(
        "pod",
        "`kubectl logs --prefix`",
        "[pod/web-6d4b/nginx] {}",
        _pattern(r"\[pod/[^\] ]+\] ", _iso),
    ),
    Wrapper(
        "rfc5424",
        "syslog, RFC 5424",
        "<190>1 2026-11-27T19:49:58.123Z web1 nginx 123 - - {}",
        _pattern(
            rf"(?:\d{{1,5}} )?<\d{{1,3}}>\d{{1,2}} (?P<time>{_TIME}|-) [^ ]+ [^ ]+ [^ ]+ {_STRUCTURED} (?:\x{{feff}})?",
            _iso,
        ),
    ),
    Wrapper(
        "rfc3164",
        "syslog, RFC 3164, and `journalctl`",
        "Nov 27 19:49:58 web1 nginx: {}",
        _pattern(rf"{_PRIORITY}(?P<time>[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d+)? (?:[^ ]+ )?{_TAG}", _rfc3164),
    ),
    Wrapper(
        "rsyslog",
        "syslog with ISO 8601 times (rsyslog, `journalctl -o short-iso`)",
        "2026-11-27T19:49:58.123456+00:00 web1 nginx[123]: {}",
        _pattern(rf"{_PRIORITY}(?P<time>{_LOCAL_TIME}) (?:[^ ]+ )?{_TAG}", _iso),
    ),
    Wrapper(
        "timestamps",
        "`kubectl logs --timestamps`, `docker logs --timestamps`",
        "2026-11-27T19:49:58.123456789Z {}",
        _pattern(rf"\[?(?P<time>{_LOCAL_TIME})\]?[ \t]", _iso),
    ),
    Wrapper(
        "logging",
        "Python's `logging`, Gunicorn's and Loguru's loggers",
        "2026-11-27 19:49:58,123 - INFO - {}",
        _pattern(
            rf"(?:\[?(?P<time>{_LOCAL_TIME})\]?[ |-]+)?(?:\[\d+\] |{_LOGGER} - )?"
            rf"{_LEVEL}(?::{_LOGGER}:| *(?:[:|-] *)?(?:{_LOGGER} - )?)",
            _iso,
        ),
    ),
)
