"""Answers put together from parts: rows of facts, of sessions, and cells of roll-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from footfall.catalog.columns import EARNED_UNKNOWN, MIXED, varies_in
from footfall.catalog.metrics import METRICS, UNCOUNTED
from footfall.catalog.tables import TABLES, Table
from footfall.clock import HOUR
from footfall.model.period import Period
from footfall.query.ast import Keys, Query, Term
from footfall.query.plan import (
    AnyPart,
    CellPart,
    MatchedPart,
    Mixed,
    Part,
    RevenuePart,
    Uneven,
    UnknownEarnings,
    UnmixedPart,
    Variants,
    Whole,
)
from footfall.query.sql import variants
from footfall.query.sql.binder import Binder
from footfall.query.sql.cells import rows_of
from footfall.query.sql.select import bucket_of, inside_of, keys_of, tail, where
from footfall.query.sql.shapes import TOLD, earned_by_label, earned_by_rows

UNEVEN = ("first", "last", "sessions", "superseded", "told")
UNKNOWN_EARNINGS = ("first", "last", "sessions", "unknown")

MIXED_ROW = f"bitAnd(varies, {MIXED}) != 0"

REACHING = {"sessions": "reaching", "bounces": "reaching_bounces", "duration_ms": "reaching_duration_ms"}
"""Figures of sessions and the columns of cells that hold them of those that began before the cell."""

_MAX_EDGES = 4
"""Each is compared with every row."""

_ONE_THREAD = " SETTINGS max_threads = 1"
"""Of thousands of pairs of labels, each thread would have a state of visitors for each, which costs memory and time."""

_SESSIONS = TABLES[Table.SESSIONS]
_VIEWED = METRICS["pageviews"].expressions[Table.EVENTS]
_CELLS = TABLES[Table.ROLLUPS]


def whole(query: Whole, binder: Binder) -> str:
    asked = query.asked
    keys = [f"c{number}" for number in range(bool(asked.buckets) + len(asked.dimensions))]
    values = [METRICS[name].whole.format(f"c{number}") for number, name in enumerate(asked.metrics, start=len(keys))]
    shown = ", ".join(f"{text} AS c{number}" for number, text in enumerate([*keys, *values]))
    parts = rows_of_parts(query, binder)
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    paired = len(asked.dimensions) > 1 and "visitors" in asked.metrics
    return f"SELECT {shown} FROM ({parts}){group}{tail(asked, binder)}{_ONE_THREAD if paired else ''}"


def rows_of_parts(query: Whole, binder: Binder) -> str:
    """What is put together: keys and parts of figures, named by position."""
    return " UNION ALL ".join(_part(part, query.asked.metrics, binder) for part in query.parts)


def _part(part: AnyPart, metrics: tuple[str, ...], binder: Binder) -> str:
    match part:
        case Part():
            return _rows(part, metrics, binder)
        case UnmixedPart():
            return _unmixed(part, metrics, binder)
        case MatchedPart():
            return _matched(part, metrics, binder)
        case CellPart():
            return _cells(part, metrics, binder)
        case RevenuePart():
            found = _revenue(part, binder)
            return f"SELECT f0 AS c0, f1 AS c1, f2 AS c2 FROM ({found})"


def _revenue(part: RevenuePart, binder: Binder) -> str:
    if part.differing is None:
        return earned_by_label(part.revenue, binder)
    return earned_by_rows(part.revenue, part.differing, part.without, binder)


def _rows(part: Part, metrics: tuple[str, ...], binder: Binder) -> str:
    query, told = part.query, part.told
    if told and query.table is Table.SESSIONS:
        return _telling(part, told, metrics, binder)
    rows = [where(query, binder), *_which(part, binder)]
    if part.differing:
        rows.append(variants.alike(part.differing))
    keys = keys_of(query, binder)
    source = _events_of(told, binder) if told else query.table
    found = f"{source} WHERE {' AND '.join(rows)}"
    if not part.signed:
        return _select(keys, _counts(query), metrics, found)
    return _added(query, keys, metrics, found)


def _told_apart(query: Query) -> tuple[tuple[Term, ...], Query]:
    """The terms about what may differ within a session, and the query without them."""
    differ = tuple(term for term in query.filters if varies_in((term.key,)))
    return differ, replace(query, filters=tuple(term for term in query.filters if term not in differ))


def _events_of(told: Variants, binder: Binder) -> str:
    without = _members(told.without, binder) if told.without else ""
    return f"({variants.events(told, without, binder)}) AS events"


def _which(part: Part, binder: Binder) -> list[str]:
    """The conditions on sessions."""
    rows = inside_of(part.query, binder) if part.inside else []
    if part.without:
        rows.append(f"session NOT IN {_members(part.without, binder)}")
    if part.among:
        rows.append(f"session IN {_members(part.among, binder)}")
    return rows


def _telling(part: Part, told: Variants, metrics: tuple[str, ...], binder: Binder) -> str:
    """Rows of sessions, of which those that differ count if one of their variants matches."""
    differ, query = _told_apart(part.query)
    matching = variants.Matching(differ, told.differing, binder)
    inside = [] if part.inside else inside_of(told.base, binder)
    rows = [where(query, binder), *_which(part, binder), matching.condition(inside)]
    values = _counts(query)
    if "pageviews" in values:
        values["pageviews"] = f"sum({matching.pageviews()})"
    return _select(keys_of(query, binder), values, metrics, f"sessions WHERE {' AND '.join(rows)}")


def _counts(query: Query) -> dict[str, str]:
    return {name: METRICS[name].parts[query.table] for name in query.metrics}


def _added(
    query: Query, keys: list[str], metrics: tuple[str, ...], found: str, own: Mapping[str, str] | None = None
) -> str:
    """Of rows of sessions, whose signs add up: where visitors are counted, first what is left of each.

    `own` are sums of `found`, in place of those of the table.
    """
    sums = {
        name: (own or {}).get(name) or METRICS[name].expressions[query.table]
        for name in query.metrics
        if not METRICS[name].distinct
    }
    if not any(METRICS[name].distinct for name in query.metrics):
        return _select(keys, sums, metrics, found)
    places = [f"k{number}" for number in range(len(keys))]
    inner = ["visitor", *(f"{text} AS {place}" for text, place in zip(keys, places, strict=True))]
    inner += [f"{text} AS {name}_left" for name, text in sums.items()]
    groups = ", ".join(["visitor", *places])
    left = f"(SELECT {', '.join(inner)} FROM {found} GROUP BY {groups} HAVING sum(sign) > 0)"
    values = {name: f"sum({name}_left)" if name in sums else METRICS[name].parts[query.table] for name in query.metrics}
    return _select(places, values, metrics, left)


def _select(keys: list[str], values: dict[str, str], metrics: tuple[str, ...], found: str) -> str:
    """The columns of a part: keys, then metrics, of which `values` may lack some. No row where none is found."""
    by = f" GROUP BY {', '.join(f'c{number}' for number in range(len(keys)))}" if keys else " HAVING count() > 0"
    return f"SELECT {_columns(keys, values, metrics)} FROM {found}{by}"


def _columns(keys: list[str], values: dict[str, str], metrics: tuple[str, ...]) -> str:
    texts = [*keys, *(_typed(name, values.get(name, METRICS[name].nothing)) for name in metrics)]
    return ", ".join(f"{text} AS c{number}" for number, text in enumerate(texts))


def _typed(name: str, value: str) -> str:
    """Parts of a figure must agree in their type."""
    kind = METRICS[name].kind
    return f"to{kind}({value})" if kind else value


def _unmixed(part: UnmixedPart, metrics: tuple[str, ...], binder: Binder) -> str:
    query = part.query
    times = [
        f"start >= {binder.instant(window.start)} AND start < {binder.instant(window.end)}" for window in query.windows
    ]
    few = len(part.edges) <= _MAX_EDGES
    spans = [(edge, edge) for edge in part.edges] if few else [(part.edges[0], part.edges[-1])]
    over = [_over(first, last, query.longest, binder) for first, last in spans]
    first = min([*(window.start for window in query.windows), *part.edges])
    last = max([*(window.end for window in query.windows), *(edge + 1 for edge in part.edges)])
    all_of = replace(query, period=Period(first, last), windows=())  # for the index of ends
    differ, all_of = _told_apart(all_of)
    lying = [_in_one_tile(part.tiles, binder)] if part.tiles else ["0"]
    matching = variants.Matching(differ, MIXED, binder).condition(lying)
    rows = [where(all_of, binder), matching, f"({_any([*times, *over])})"]
    found = f"sessions WHERE {' AND '.join(rows)}"
    if not query.buckets:  # the only edge is the start of the period
        return _added(query, keys_of(query, binder), metrics, found)
    begin, end = (_SESSIONS.millis.format(name) for name in ("start", "end"))
    counts = [f"arrayFilter(edge -> {begin} < edge AND {end} >= edge, {binder.instants(part.edges)})"] if over else []
    counts += [f"if({_any(times)}, [{begin}], [])"] if times else []
    at = f"arrayJoin(arrayConcat({', '.join(counts)}))"
    keys = [f"roundDown(at, {binder.instants(query.buckets)})"]
    return _added(query, keys, metrics, f"(SELECT *, {at} AS at FROM {found})")


def _over(first: int, last: int, longest: int | None, binder: Binder) -> str:
    """Sessions that reach over one of the edges from `first` to `last`.

    In an OR the index of ends leaves nothing out, so the key has to: how long before the edge may they begin?
    """
    found = f"start < {binder.instant(last)} AND end >= {binder.instant(first)}"
    return found if longest is None else f"start >= {binder.instant(first - longest)} AND {found}"


def _any(conditions: list[str]) -> str:
    return " OR ".join(f"({condition})" for condition in conditions)


def _matched(part: MatchedPart, metrics: tuple[str, ...], binder: Binder) -> str:
    query, events = part.query, part.events
    buckets = [bucket_of("timestamp", events, binder)] if events.buckets else []
    among = [f"session IN {_members(part.among, binder)}"] if part.among else []
    matching = " AND ".join([*among, where(events, binder)])
    columns = ", ".join(["session AS matched", *(f"{text} AS at" for text in buckets)])
    rows = " AND ".join([where(replace(query, windows=()), binder), *among])
    keys = ["at"] if buckets else keys_of(query, binder)
    own = {}
    if "pageviews" in query.metrics:
        found = f"SELECT {columns}, {_VIEWED} AS viewed FROM events WHERE {matching}"
        found += f" GROUP BY matched{', at' if buckets else ''}"
        own = {"pageviews": "sum(sign * viewed)"}
    else:
        found = f"SELECT DISTINCT {columns} FROM events WHERE {matching}"
    joined = f"(SELECT * FROM sessions WHERE {rows}) AS sessions JOIN ({found}) AS matching ON session = matched"
    return _added(query, keys, metrics, joined, own)


def _cells(part: CellPart, metrics: tuple[str, ...], binder: Binder) -> str:
    """Rows as they are: `rollups` has a column for each metric, which the answer adds up or merges once."""
    query = part.query
    rows = [rows_of(query.project, part.cells, binder)]
    if query.only:
        rows.append(f"label IN {binder.texts(query.only)}")
    values = {name: "NOT counted" if name == UNCOUNTED else name for name in query.metrics}
    for name in REACHING.keys() & values.keys() if part.opening else ():
        reached = f"{_CELLS.millis.format('bucket')} IN {binder.instants(part.opening)}"
        values[name] = f"{name} + if({reached}, {REACHING[name]}, 0)"
    keys = [bucket_of("bucket", replace(query, table=Table.ROLLUPS), binder)] if query.buckets else []
    keys += ["label", "label_2"][: len(query.dimensions)]
    return f"SELECT {_columns(keys, values, metrics)} FROM rollups WHERE {' AND '.join(rows)}"


def uneven(query: Uneven, binder: Binder) -> str:
    """The times of uneven sessions by the hour."""
    return _by_hour(_uneven(query, "session, start, end", binder, counting=True))


def mixed(query: Mixed, binder: Binder) -> str:
    """The times of mixed sessions by the hour."""
    return _by_hour(_mixed(query, "session, start, end, 0 AS superseded, 0 AS told", binder))


def unknown_earnings(query: UnknownEarnings, binder: Binder) -> str:
    """The times of these sessions by the hour. Of several versions of a session, the one that is left decides.

    Those of an earlier version may be all that there are: they are one group.
    """
    base = query.base
    start, end = (binder.instant(at) for at in (base.period.start, base.period.end))
    left_open = _any([variants.differ(query.differing), f"start < {start}", f"end >= {end}", f"NOT {TOLD}"])
    first, last = (f"if(unknown, 0, {_SESSIONS.millis.format(name)})" for name in ("start", "end"))
    rows = f"{where(base, binder)} AND earned != '' AND ({left_open})"
    found = (
        f"SELECT earned = '{EARNED_UNKNOWN}' AS unknown, if(unknown, 0, session) AS key,"
        f" {first} AS first, {last} AS last FROM sessions WHERE {rows}"
        f" GROUP BY unknown, key, first, last HAVING unknown OR sum(sign) > 0 LIMIT {binder.number(query.limit)}"
    )
    return (
        "SELECT min(first) AS c0, max(last) AS c1, groupUniqArrayIf(key, NOT unknown) AS c2, unknown AS c3"
        f" FROM ({found}) GROUP BY intDiv(first, {HOUR}), unknown"
    )


def _by_hour(rows: str) -> str:
    first, last = _SESSIONS.millis.format("min(start)"), _SESSIONS.millis.format("max(end)")
    return (
        f"SELECT {first} AS c0, {last} AS c1, groupUniqArrayIf(session, NOT told) AS c2,"
        f" groupUniqArrayIf(session, superseded) AS c3, countIf(told) AS c4 FROM ({rows})"
        " GROUP BY toStartOfHour(start), told ORDER BY c0, told"
    )


def _members(sessions: Uneven | Mixed | Keys, binder: Binder) -> str:
    match sessions:
        case Keys():
            return binder.numbers(sessions.values)
        case Mixed():
            return f"({_mixed(sessions, 'session', binder)})"
        case Uneven():
            return f"(SELECT session FROM ({_uneven(sessions, 'session', binder)}))"


def _mixed(query: Mixed, columns: str, binder: Binder) -> str:
    """Of several versions of a session, the one that is left decides."""
    base = query.base
    rows = [where(base, binder), MIXED_ROW]
    if query.tiles:
        counted = f"{_tile('start', query.tiles, binder)} IN {binder.instants(query.cells)} OR NOT {variants.OPEN}"
        rows.append(f"NOT ({_in_one_tile(query.tiles, binder)} AND ({counted}))")
    return (
        f"SELECT {columns} FROM sessions WHERE {' AND '.join(rows)} GROUP BY session, start, end HAVING sum(sign) > 0"
    )


def _in_one_tile(tiles: tuple[int, ...], binder: Binder) -> str:
    first, last = (_tile(name, tiles, binder) for name in ("start", "end"))
    return f"{first} = {last} AND start >= {binder.instant(tiles[0])}"


def _tile(column: str, tiles: tuple[int, ...], binder: Binder) -> str:
    """The start of the tile that an instant lies in; the first, of one before all."""
    return f"roundDown({_SESSIONS.millis.format(column)}, {binder.instants(tiles)})"


def _uneven(query: Uneven, columns: str, binder: Binder, *, counting: bool = False) -> str:
    """One SELECT per kind, so that each finds its rows by an index; `counting` finds those that tell variants, too."""
    base = query.base
    rows = where(base, binder)
    # All rows of superseded sessions: the version that is left may reach further than those that it replaces.
    differ = variants.differ(query.differing)
    superseded = f"session IN (SELECT session FROM sessions WHERE {rows} AND sign < 0)"
    kinds = [superseded, differ if counting else f"{differ} AND {variants.OPEN}"]
    start, end = (binder.instant(at) for at in (base.period.start, base.period.end))
    reach = [f"start < {start}", f"end >= {end}"]
    if base.buckets:
        reach.append(f"{bucket_of('start', base, binder)} != {bucket_of('end', base, binder)}")
    kinds += reach if query.across else [f"{differ} AND {over}" for over in reach]
    shown = [f"{columns}, sign < 0 AS superseded"] * len(kinds)
    if counting:
        told = ["0", f"NOT {variants.OPEN}", *["0"] * len(reach)]
        shown = [f"{text}, {flag} AS told" for text, flag in zip(shown, told, strict=True)]
    found = zip(shown, kinds, strict=True)
    return " UNION ALL ".join(f"SELECT {text} FROM sessions WHERE {rows} AND {kind}" for text, kind in found)
