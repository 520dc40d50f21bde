"""Queries about a history, filled in with what its site has: paths, texts of filters, bounds of ranges."""

from __future__ import annotations

from collections.abc import Iterable

from tests.oracle.filters import LOOKED_AT, property_text, searched
from tests.oracle.moments import DAY, MINUTE, iso, to_datetime
from tests.oracle.saved import SAVED
from tests.oracle.site import Site
from tests.support.history import Pairs, QueryTemplate, Term

RAW = (
    *("pricing", '"view item"', "!blog|pricing", "é", "a\\|b", "%", "_", "\\*", "*", '""', "shop.example !pricing"),
    *("colour:red", "path:", "path:|a", "!", '"open', 'path:"a"b', "event_type:click", "a\\", "prop.:x", ":x"),
    *("path:a|", "x" * 2001, "path:" + "|".join("a" * 51), "event_type:page*", "prop.plan:*", "device:"),
)
"""Raw filter strings: bare words, and malformed ones."""


def params_of(template: QueryTemplate, site: Site, now: int) -> Pairs:
    found = list(template.others)
    if isinstance(template.span, str):
        found += [("range", template.span)] if template.span else []
    else:
        instants = bounds(site, now)
        one, other, form = template.span
        start, end = sorted((instants[one % len(instants)], instants[-1 - other % len(instants)]))
        found += [("from", written(start, form)), ("to", written(end, form))]
    if template.terms:
        found += [("filter", " ".join(text_of(term, site) for term in template.terms))]
    return (*found, *(("steps", " ".join(text_of(term, site) for term in step)) for step in template.steps))


def visitor_of(template: QueryTemplate, site: Site) -> str:
    shown = sorted({site.visitor_id(event.visitor) for event in site.events})
    return [*shown, "nobody"][template.who % (len(shown) + 1)]


def bounds(site: Site, now: int) -> list[int]:
    """Instants on the edge of something."""
    times = [event.at for event in site.events]
    days = {at - at % DAY for at in (now, *times)}
    return sorted({now, now - 2 * DAY, now - 2 * DAY - 1, *times, *(at + 1 for at in times), *days})


def written(at: int, form: str) -> str:
    if form == "date":
        return to_datetime(at).date().isoformat()
    if form == "offset":
        return iso(at - 210 * MINUTE)[:-1] + "-03:30"
    return iso(at) if form == "zulu" else iso(at).removesuffix("Z")


def text_of(term: Term, site: Site) -> str:
    if not term.key:
        return RAW[term.picks[0][0] + 8 * len(term.picks) - 8]
    known = [text for text in sorted(values(term.key, site)) if text] or ["shop"]
    texts = [styled(known[pick % len(known)], style) for pick, style in term.picks]
    return f"{'!' if term.negated else ''}{term.key}:{'|'.join(texts)}"


def values(key: str, site: Site) -> Iterable[str]:
    """The values that the site's events have for a key."""
    if key == "search":
        return {text[:20] for event in site.events for text in searched(event)}
    if key in SAVED:
        return SAVED[key]
    if key.startswith("prop."):
        names = key.removeprefix("prop.").split(".")
        found = {property_text(event.properties, names) for event in site.events}
        return {text for text in found if text is not None}
    texts = {LOOKED_AT[key](site, event) for event in site.events}
    if key == "referrer":
        texts |= {event.referrer[:40] for event in site.events}
    return texts


def styled(text: str, style: str) -> str:
    half = (len(text) + 1) // 2
    shown = {
        "in capitals": text.upper(),
        "something else": text + "x",
        "with a fraction": text + ".0",
        "its beginning": text[:half],
        "its end": text[half:],
        "around its middle": text[1:half],
    }.get(style, text)
    if style in {"anything", "nothing"}:
        return "*" if style == "anything" else '""'
    before = "*" if style in {"its end", "around its middle"} else ""
    after = "*" if style in {"its beginning", "around its middle"} else ""
    bare = style != "quoted" and shown and not any(char.isspace() and char != " " for char in shown)
    escaped = "".join("\\" + char if char in (' |"\\*' if bare else '"\\*') else char for char in shown)
    return before + escaped + after if bare else f'"{before}{escaped}{after}"'
