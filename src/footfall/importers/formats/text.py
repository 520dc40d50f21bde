r"""The formats of Apache and nginx that are one line of text: common, combined, and combined with the host in front.

Sources: https://httpd.apache.org/docs/2.4/logs.html and mod_log_config; nginx's `combined` is the same as Apache's.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from footfall.importers.fields import Fields, unescape

# Trap: a pattern whose next character always decides what to do next is matched several times faster.
# That is why texts are `[^ ]` and `[^"\\]` rather than `.*?`, and why no optional part may look like what follows it.
_WHO = r"(?P<ip_address>[^ ]+) [^ ]+ (?P<user_id>[^ ]+) \[(?P<time>[^\]]+)\] "
_REQUEST = r'"(?P<method>[A-Za-z_-]+) (?P<target>[^ "]+)(?: (?P<protocol>[A-Z]+/[0-9.]+))?" '
_ANSWER = r"(?P<status>[0-9]{3}) (?P<bytes>[0-9]+|-)"
_EXTRA = r'(?: (?:"(?:[^"\\]|\\.)*"|[^" ]*))*'  # what operators add at the end
_AGENT = r' "(?P<referer>(?:[^"\\]|\\.)*)" "(?P<user_agent>(?:[^"\\]|\\.)*)"' + _EXTRA
_HOST = r"(?P<host>[^ :\[][^ :]*|\[[^ \]]+\]):[0-9]+ "

# What real servers write now and then: a user with blanks, a target with blanks or quotes, a line cut off in its agent.
_LOOSE_WHO = r"(?P<ip_address>[^ :]+|[0-9A-Fa-f:.]+) [^ ]+ (?P<user_id>[^\[]+?) \[(?P<time>[^\]]+)\] "
_LOOSE_REQUEST = r'"(?P<method>[A-Za-z_-]+) (?P<target>[^ ].*?)(?: (?P<protocol>[A-Z]+/[0-9.]+))?" '
_LOOSE_AGENT = r' "(?P<referer>.*?)" "(?P<user_agent>.*?)"?'

_TIME = "%d/%b/%Y:%H:%M:%S %z"
_QUOTED = ("user_id", "target", "referer", "user_agent")


@dataclass(frozen=True, slots=True)
class TextFormat:
    """A line of text. `patterns` are tried in turn, each on the lines that those before it left."""

    name: str
    patterns: tuple[str, ...]

    def begin(self) -> TextFormat:
        """No line depends on an earlier one, so the format is its own parser."""
        return self

    def parse(self, lines: pl.Series) -> Fields:
        left = pl.DataFrame({"line": pl.int_range(lines.len(), dtype=pl.UInt32, eager=True), "text": lines})
        found = []
        for pattern in self.patterns:
            matched = left.with_columns(pl.col("text").str.extract_groups(f"^{pattern}$").struct.unnest())
            hit = matched["time"].is_not_null()
            found.append(matched.filter(hit).drop("text"))
            left = left.filter(~hit)
            if left.is_empty():
                break
        rejects = [(line, _reason(text, self.name)) for line, text in left.iter_rows()]
        return Fields(_typed(found[0] if len(found) == 1 else pl.concat(found).sort("line")), rejects)


def clf_time(column: str) -> pl.Expr:
    """`17/May/2015:10:05:03 +0200` as Unix milliseconds."""
    return pl.col(column).str.to_datetime(_TIME, time_unit="ms", strict=False).dt.epoch("ms").alias("timestamp")


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    user = pl.when(pl.col("user_id") != '""').then("user_id").otherwise(pl.lit("")).alias("user_id")
    status, size = pl.col("status").cast(pl.UInt16), pl.col("bytes").cast(pl.UInt64, strict=False)
    typed = frame.with_columns(user, clf_time("time"), status, size)
    return unescape(typed, *(name for name in _QUOTED if name in frame.columns))


def _reason(text: str, name: str) -> str:
    """Why no pattern took a line. No regular expression: hostile lines must not take long."""
    _, _, rest = text.partition("[")
    _time, closed, rest = rest.partition('] "')
    if not closed:
        return "no [time] before a quoted request"
    method, _, target = rest.partition('"')[0].partition(" ")
    if not method.replace("-", "").replace("_", "").isalpha():
        return "request without a method"
    if not target or target.startswith(" "):
        return "request without a target"
    return f"after the request, not what format {name} has"


def _format(name: str, who: tuple[str, str], request_on: tuple[str, str]) -> TextFormat:
    return TextFormat(name, (who[0] + request_on[0], who[1] + request_on[1]))


_STRICT, _LOOSE = _REQUEST + _ANSWER, _LOOSE_REQUEST + _ANSWER
TEXT_FORMATS = (
    # Before `combined`, whose user with blanks would take the host's line too.
    _format("vhost-combined", (_HOST + _WHO, _HOST + _LOOSE_WHO), (_STRICT + _AGENT, _LOOSE + _LOOSE_AGENT)),
    _format("combined", (_WHO, _LOOSE_WHO), (_STRICT + _AGENT, _LOOSE + _LOOSE_AGENT)),
    _format("common", (_WHO, _LOOSE_WHO), (_STRICT, _LOOSE)),
)
