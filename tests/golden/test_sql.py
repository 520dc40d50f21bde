"""The SQL of every dimension, metric and shape, as files to be read by eye: every change there must be intended."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from footfall.api.tracking.toplists import TOP_ROUTES, TOP_USERS
from footfall.catalog.columns import GAPS, varies_in
from footfall.catalog.dimensions import DIMENSIONS, PROPERTY_PREFIX, SEARCH
from footfall.catalog.metrics import METRICS
from footfall.catalog.tables import Table
from footfall.model.period import Bucket, Period
from footfall.query import build, engagement, filter, proxy  # noqa: A004 - the module is named after what it parses
from footfall.query.ast import (
    AnyQuery,
    Breakdowns,
    BucketFigures,
    FiguresOfSource,
    Flows,
    Keys,
    Kpis,
    LabelCount,
    Pattern,
    Position,
    Query,
    SessionFigures,
    SessionPosition,
    SessionRevenue,
    SiteDays,
    SiteFigures,
    SitesWithRows,
    SiteVisitors,
    Slice,
    StoredRows,
    Term,
    TotalledLabels,
    VisitorSessions,
    equals,
)
from footfall.query.cells import (
    CellQuery,
    CellSizes,
    CrossedCells,
    FactsOfCells,
    FirstFacts,
    MadeCells,
    MakeCells,
    MakeEarned,
    MakeTogether,
    OverfullCells,
    RolledUp,
    StaleCells,
    Uncounted,
)
from footfall.query.passes import complete, prepare
from footfall.query.passes.clamp import EARLIEST
from footfall.query.plan import (
    AnyPlan,
    BreakdownsOfCells,
    CellPart,
    Cells,
    FlowBuckets,
    FlowsOfSessions,
    FunnelByTime,
    LabelsOfWhole,
    LookUp,
    MatchedPart,
    Mixed,
    Part,
    RetentionOfSessions,
    RevenuePart,
    TotalledWhole,
    Uneven,
    UnknownEarnings,
    UnknownFlows,
    UnknownReturns,
    UnmixedPart,
    Variants,
    Whole,
)
from footfall.query.sources.choose import KPIS_OF_EVENTS, KPIS_OF_SESSIONS
from footfall.query.sql import compile_query

FILES = Path(__file__).with_name("sql")
BASE = Query(project=7, table=Table.EVENTS, period=Period(1_780_000_000_000, 1_780_086_400_000))
REQUESTS = replace(BASE, table=Table.REQUESTS)
LOGS = replace(BASE, table=Table.PROXY_LOGS)

SESSIONS = replace(BASE, table=Table.SESSIONS)
HOUR = Period(1_780_012_800_000, 1_780_016_400_000)
CELLS = Cells(("pages",), ("day", "month"), (1_779_926_400_000, 1_777_593_600_000), (70, 71))

DIFFERING = varies_in(("traffic", "country")) | GAPS

STARTS = (1_779_926_400_000, 1_780_012_800_000)

FROM_THE_START = replace(
    SESSIONS, period=Period(EARLIEST, BASE.period.end), buckets=STARTS, filters=(equals("traffic", "human"),)
)

SITES = (
    SiteDays((7, 8), STARTS, Period(1_779_926_400_000, 1_779_963_600_000)),
    SiteDays((9,), tuple(start + 3_600_000 for start in STARTS), Period(1_779_930_000_000, 1_779_963_600_000)),
)
GOALS = (filter.parse("path:/pricing"), filter.parse("channel:search custom_event_name:signup"))
SHAPES: dict[str, AnyQuery] = {
    "totals": build.totals(BASE, "visitors", "pageviews", "sessions"),
    "totals-with-bots": replace(build.totals(BASE, "visitors"), bots=True),
    "kpis": Kpis(replace(BASE, filters=filter.parse("path:/blog/* channel:search"))),
    "series": build.series(BASE, STARTS, "pageviews"),
    "series-newest-first": build.series(REQUESTS, STARTS, "hits", newest_first=True),
    "series-of-labels": build.series_of(BASE, build.CUSTOM_EVENTS, ("signup",), STARTS),
    "top-pages": build.top(BASE, build.TOP_PAGES, 20),
    "top-referrers": build.top(BASE, build.TOP_REFERRERS, 20),
    "counts-of-labels": build.counts_of(BASE, build.TopList("country"), ("RO", "unknown")),
    "rows": build.newest(BASE, ("path",), 101),
    "rows-after": build.newest(BASE, ("path",), 101, Position(1_780_000_360_000, 5, 6)),
    "sessions-of-terms": build.totals(
        replace(BASE, filters=filter.parse("utm_source:mail channel:search|ai !entry_page:/")), "events"
    ),
    "sessions-of-urls": build.totals(
        replace(BASE, filters=filter.parse("!referrer:news.example|https://news.example/*")), "events"
    ),
    "pages-with-details": build.detailed(
        replace(BASE, filters=filter.parse("country:RO")), replace(build.TOP_PAGES, search="blog", skip=20), 20, STARTS
    ),
    "countries-with-details": build.detailed(BASE, build.declared("country"), 20),
    "countries-with-totals": build.detailed(BASE, build.declared("country"), 20, totals=True),
    "referrers-with-totals": TotalledLabels(build.top(BASE, build.TOP_REFERRERS, 20)),
    "first-row": build.first(7, Table.EVENTS),
    "last-row": build.last(7, Table.REQUESTS),
    "endpoints": build.endpoints(REQUESTS, 1_000),
    "top-requests": build.top(REQUESTS, TOP_ROUTES[0].ranking, 20),
    "top-users": build.top(REQUESTS, TOP_USERS, 20),
    "requests-of-people": replace(build.totals(REQUESTS, "hits"), bots=False),
    "top-entry-pages": build.top(BASE, build.TOP_ENTRY_PAGES, 20),
    "visitor-by-name": replace(BASE, dimensions=("path",), filters=filter.parse("visitor_id:0123456789abcdef|ann")),
    "properties-as-numbers": build.totals(replace(BASE, filters=filter.parse("prop.n:1.0|2|x")), "events"),
    "values-of-properties": build.values_of(BASE, ("plan",), 10),
    "latest-visitors": build.latest_visitors(BASE, 20),
    "newest-visitors": build.newest_visitors(BASE, 20),
    "profile": build.profile(BASE),
    "sessions-by-key": build.sessions(BASE, (8, 9)),
    "events-of-sessions": build.events_of(BASE, (8, 9), BASE.period, 1_000),
    "visitor-sessions": VisitorSessions(
        build.of_visitors(BASE, (5,)), 77, 21, SessionPosition(1_780_000_360_000, "s-1")
    ),
    "revenue-of-pages": build.revenue_of(BASE, build.TOP_PAGES, ("/", "/pricing")),
    "revenue-of-entry-pages": build.revenue_of(
        replace(BASE, filters=filter.parse("country:RO channel:search")), build.TOP_ENTRY_PAGES, ("/", "/pricing")
    ),
    "top-channels": build.top(BASE, build.declared("channel"), 20),
    "top-titles": build.top(BASE, build.declared("title"), 20),
    "session-figures-by-bucket": BucketFigures(
        replace(BASE, buckets=STARTS, filters=filter.parse("path:/blog/* channel:search"))
    ),
    "session-figures-of-countries": SessionFigures(
        replace(BASE, dimensions=("country", "session"), only=("RO", "unknown"))
    ),
    "session-figures-of-channels": FiguresOfSource(
        replace(BASE, filters=filter.parse("country:RO channel:search")), "channel", ("search", "direct")
    ),
    "session-figures-of-entry-pages": FiguresOfSource(BASE, "entry_page", ("/",), (build.VIEWED,)),
    "labels-that-match": LabelCount(
        replace(build.of_ranking(BASE, build.TOP_PAGES), metrics=("events",), search="50%_off")
    ),
    "part-of-a-list": build.top(BASE, replace(build.TOP_REFERRERS, order="visitors", search="news", skip=20), 20),
    "flows": Flows(replace(BASE, filters=filter.parse("country:RO channel:search")), 3, 20),
    "flows-of-labels": Flows(BASE, 2, only=(("/", "/pricing"), ("/",))),
    "funnel": build.funnel(
        replace(BASE, filters=filter.parse("country:RO")),
        (filter.parse("path:/"), filter.parse("channel:search custom_event_name:signup")),
        3_600_000,
    ),
    "conversions": build.conversions(replace(BASE, filters=filter.parse("country:RO")), GOALS),
    "conversion-revenue": build.conversion_revenue(BASE, GOALS),
    "retention": build.retention(BASE, STARTS),
    "engagement": engagement.engagement_of(replace(BASE, filters=filter.parse("country:RO")), ("/", "/pricing")),
    "breakdowns-of-people": Breakdowns(replace(REQUESTS, buckets=STARTS, bots=False), Bucket.DAY, ("country",), 100),
    "site-figures": SiteFigures(SITES, 1_780_050_000_000, 300_000),
    "site-visitors": SiteVisitors(SITES, 1_780_050_000_000),
    "sites-with-rows": SitesWithRows((7, 8), (Table.EVENTS, Table.REQUESTS)),
    "stored-rows": StoredRows(7),
    "proxy-series": build.series(LOGS, STARTS, "bytes_total", "total_count"),
    "proxy-errors": proxy.errors_of(LOGS, 50),
    "proxy-samples": proxy.samples_of(LOGS, ("timeout", "refused")),
    "proxy-page": replace(LOGS, dimensions=("domain",), metrics=("total_count",), limit=25, skip=50),
}


PLANS: dict[str, AnyPlan | LookUp] = {
    "unknown-flows": UnknownFlows(prepare(replace(SESSIONS, filters=filter.parse("country:RO traffic:human")))),
    "flows-of-sessions": FlowsOfSessions(Flows(BASE, 3, 20), prepare(SESSIONS)),
    "flows-of-sessions-of-buckets": FlowsOfSessions(Flows(BASE, 3, 20), prepare(SESSIONS), buckets=(7, 9)),
    "buckets-of-flows": FlowBuckets(FlowsOfSessions(Flows(BASE, 3, 20), prepare(SESSIONS)), 105),
    "flows-of-sessions-and-events": FlowsOfSessions(
        Flows(BASE, 3, 20), prepare(SESSIONS), Keys("session", (5, 6)), HOUR
    ),
    "flows-of-sessions-of-labels": FlowsOfSessions(
        Flows(BASE, 2, only=(("/",),)), prepare(SESSIONS), UnknownFlows(prepare(SESSIONS)), BASE.period
    ),
    "funnel-by-time": FunnelByTime(complete(replace(build.funnel(BASE, GOALS, 1_800_000), slice=Slice(1, 3))), 1_000),
    "unknown-returns": UnknownReturns(prepare(FROM_THE_START), BASE.period.start),
    "retention-of-sessions": RetentionOfSessions(build.retention(BASE, STARTS), prepare(FROM_THE_START)),
    "retention-of-sessions-and-events": RetentionOfSessions(
        build.retention(BASE, STARTS), prepare(FROM_THE_START), Keys("session", (5, 6)), (480_000, 480_001)
    ),
    "breakdowns": BreakdownsOfCells(
        Breakdowns(replace(REQUESTS, buckets=STARTS, windows=(HOUR,)), Bucket.HOUR, ("country", "asked_path"), 100),
        Cells(("network:",), ("hour", "hour"), (1_780_002_000_000, 1_780_005_600_000), (70, 71)),
    ),
}
"""What sources make of shapes, and look up: passes prepare or complete the queries in them before."""

READY: dict[str, AnyPlan | LookUp | CellQuery] = {
    "uneven-sessions": Uneven(replace(SESSIONS, buckets=STARTS), differing=DIFFERING, across=True),
    "unknown-earnings": UnknownEarnings(SESSIONS, DIFFERING, 11),
    "mixed-sessions": Mixed(replace(SESSIONS, windows=(HOUR,)), STARTS, STARTS[:1]),
    "from-sessions": Whole(
        build.top(BASE, build.declared("country"), 20),
        (
            Part(
                build.top(SESSIONS, replace(build.declared("country"), table=Table.SESSIONS), 20),
                without=Uneven(SESSIONS, differing=DIFFERING, across=True),
                differing=DIFFERING,
            ),
            Part(
                build.top(BASE, build.declared("country"), 20),
                Variants(SESSIONS, DIFFERING, Uneven(SESSIONS, differing=DIFFERING, across=True)),
            ),
            Part(
                replace(build.top(BASE, build.declared("country"), 20), windows=(HOUR,)),
                among=Uneven(SESSIONS, differing=DIFFERING, across=True),
            ),
        ),
    ),
    "kpis-from-sessions": Whole(
        build.totals(BASE, *KPIS_OF_EVENTS, *KPIS_OF_SESSIONS),
        (
            Part(
                replace(
                    build.totals(SESSIONS, *KPIS_OF_EVENTS, *KPIS_OF_SESSIONS),
                    filters=filter.parse("country:RO channel:search !screen_class:mobile"),
                ),
                Variants(SESSIONS, DIFFERING, Keys("session", (9,))),
                without=Keys("session", (9,)),
                differing=DIFFERING,
                inside=True,
            ),
            MatchedPart(
                build.totals(SESSIONS, *KPIS_OF_EVENTS, *KPIS_OF_SESSIONS),
                replace(BASE, windows=(HOUR,), filters=filter.parse("country:RO")),
                Keys("session", (8, 9)),
            ),
        ),
    ),
    "kpis-from-many-uneven-sessions": Whole(
        build.totals(BASE, *KPIS_OF_EVENTS, *KPIS_OF_SESSIONS),
        (
            MatchedPart(
                replace(build.totals(SESSIONS, *KPIS_OF_EVENTS, *KPIS_OF_SESSIONS), buckets=STARTS),
                replace(BASE, windows=(HOUR,), buckets=STARTS),
                Uneven(SESSIONS, differing=DIFFERING, across=True),
            ),
        ),
    ),
    "referrers-from-sessions": Whole(
        build.top(SESSIONS, build.TOP_REFERRERS, 20),
        (
            Part(
                replace(build.top(SESSIONS, build.TOP_REFERRERS, 20), filters=filter.parse("country:RO")),
                Variants(SESSIONS, DIFFERING),
                without=Uneven(SESSIONS, differing=DIFFERING),
                differing=DIFFERING,
            ),
            Part(
                build.top(SESSIONS, build.TOP_REFERRERS, 20), among=Uneven(SESSIONS, differing=DIFFERING), signed=True
            ),
        ),
    ),
    "revenue-from-sessions": Whole(
        replace(BASE, dimensions=("entry_page", "currency"), metrics=("earned",), limit=20),
        (
            RevenuePart(
                SessionRevenue(
                    replace(BASE, filters=filter.parse("country:RO channel:search")),
                    *("entry_page", ("/",), (build.VIEWED,)),
                ),
                differing=DIFFERING,
                without=Keys("session", (8, 9)),
            ),
            RevenuePart(
                SessionRevenue(
                    replace(BASE, keys=(Keys("session", (8, 9)),), hours=(494_444, 494_446)),
                    *("entry_page", ("/",), (build.VIEWED,)),
                )
            ),
        ),
    ),
    "referrers-with-totals-from-sessions": TotalledWhole(
        Whole(
            build.top(SESSIONS, build.TOP_REFERRERS, 20),
            (Part(build.top(SESSIONS, build.TOP_REFERRERS, 20), differing=DIFFERING),),
        )
    ),
    "series-from-roll-ups": Whole(
        build.series(BASE, STARTS, "pageviews", "visitors", "sessions"),
        (
            CellPart(
                build.series(BASE, STARTS, "pageviews", "visitors", "sessions"),
                replace(CELLS, rollups=("events", "sessions")),
                STARTS[1:],
            ),
            Part(replace(build.series(BASE, STARTS, "pageviews", "visitors"), windows=(HOUR,))),
            UnmixedPart(
                replace(build.series(SESSIONS, STARTS, "sessions"), windows=(HOUR,), filters=(build.PEOPLE,)),
                (1_780_000_000_000,),
                STARTS,
            ),
            MatchedPart(
                build.series(SESSIONS, STARTS, "sessions"),
                replace(BASE, windows=(HOUR,), buckets=STARTS),
                Mixed(SESSIONS),
            ),
        ),
    ),
    "labels-from-roll-ups": Whole(
        replace(BASE, dimensions=("path",), metrics=("visitors",), only=("/",)),
        (CellPart(replace(BASE, dimensions=("path",), metrics=("visitors",), only=("/",)), CELLS),),
    ),
    "label-count-from-roll-ups": LabelsOfWhole(
        Whole(
            replace(BASE, dimensions=("path",), metrics=("events",)),
            (CellPart(replace(BASE, dimensions=("path",), metrics=("events",)), CELLS),),
        )
    ),
    "endpoints-from-roll-ups": Whole(
        build.endpoints(REQUESTS, 1_000),
        (
            CellPart(build.endpoints(REQUESTS, 1_000), replace(CELLS, rollups=("endpoints",))),
            Part(replace(build.endpoints(REQUESTS, 1_000), windows=(HOUR,))),
        ),
    ),
    "logs-from-roll-ups": Whole(
        build.series(LOGS, STARTS, "bytes_total", "max_concurrency", "domains"),
        (
            CellPart(
                build.series(LOGS, STARTS, "bytes_total", "max_concurrency", "domains"),
                replace(CELLS, rollups=("logs",)),
            ),
            Part(replace(build.series(LOGS, STARTS, "bytes_total", "max_concurrency", "domains"), windows=(HOUR,))),
        ),
    ),
    "rolled-up-cells": RolledUp(7, "events", BASE.period),
    "facts-of-cells": FactsOfCells(7, (BASE.period,), sessions=False),
    "facts-of-cells-with-sessions": FactsOfCells(7, (BASE.period, BASE.period), sessions=True),
    "uncounted-cells": Uncounted(7, CELLS, ("/", "/pricing")),
    "overfull-cells": OverfullCells("property_values", "day", (7, 8), 99, 2_000),
    "first-facts": FirstFacts(),
    "cell-sizes": CellSizes((7, 8), BASE.period),
    "made-cells": MadeCells("events"),
    "stale-cells": StaleCells("events", "day", ("events", "pages")),
    "make-cells": MakeTogether(
        (
            MakeCells(
                replace(BASE, dimensions=("path",), metrics=("events", "visitors"), filters=(build.PAGEVIEW,)),
                *("pages", "day", STARTS, (7, 8), 99, 40),
            ),
        )
    ),
    "make-cells-of-values": MakeTogether(
        (
            MakeCells(
                replace(BASE, dimensions=("property", "property_value"), metrics=("events",), filters=(build.PEOPLE,)),
                *("property_values", "day", STARTS, (7, 8), 99),
                most=2_000,
            ),
        )
    ),
    "make-cells-of-several-lists": MakeTogether(
        tuple(
            MakeCells(
                replace(BASE, dimensions=(name,), metrics=("events", "visitors")),
                *(rollup, "day", STARTS, (7, 8), 99, counted),
            )
            for rollup, name, counted in (("pages", "path", 40), ("countries", "country", None))
        )
    ),
    "make-earned": MakeEarned(BASE, "day", STARTS, (7, 8), 99),
    "earned-from-roll-ups": Whole(
        build.revenue_of(BASE, build.TOP_PAGES, ("/",)),
        (
            CellPart(build.revenue_of(BASE, build.TOP_PAGES, ("/",)), replace(CELLS, rollups=("earned:path",))),
            RevenuePart(SessionRevenue(replace(BASE, windows=(HOUR,)), "entry_page", ("/",), (build.VIEWED,))),
        ),
    ),
    "make-cells-of-endpoints": MakeTogether(
        (
            MakeCells(
                replace(REQUESTS, dimensions=("endpoint", "method"), metrics=build.ENDPOINT_FIGURES),
                *("endpoints", "month", STARTS, (7, 8), 99),
            ),
        )
    ),
    "make-cells-of-sessions": MakeTogether(
        (
            MakeCells(
                replace(
                    SESSIONS, metrics=("sessions", "bounces", "duration_ms"), filters=(equals("traffic", "human"),)
                ),
                *("sessions", "day", STARTS, (7, 8), 99),
            ),
        )
    ),
    "make-cells-of-referrers": MakeTogether(
        (
            MakeCells(
                replace(
                    SESSIONS,
                    dimensions=("referrer",),
                    metrics=("sessions", "visitors"),
                    filters=(equals("traffic", "human"), equals("channel", "search")),
                ),
                *("referrers", "day", STARTS, (7, 8), 99, 40),
            ),
        )
    ),
    "crossed-cells": CrossedCells(BASE.period, STARTS, (7, 8)),
}
"""As `query/sources` makes them: passes have no part in them."""


def layout(query: AnyPlan | LookUp | CellQuery) -> str:
    """One clause or condition a line, the values below."""
    statement = compile_query(query)
    sql = re.sub(r" (FROM|WHERE|AND|OR|GROUP BY|HAVING|ORDER BY|LIMIT|UNION ALL) ", r"\n\1 ", statement.sql)
    values = [f"-- {name} = {value!r}" for name, value in statement.params.items()]
    return "\n".join([sql, *values]) + "\n"


def dimension_text(name: str) -> str:
    """Grouped by the dimension and, if it is filterable, filtered on it: a text and a wildcard."""
    row = DIMENSIONS[name]
    term = Term(name, (Pattern(("a%",)), Pattern(("b", ""))))
    asked = replace(BASE, filters=(term,) if row.filterable else ())
    tables = [replace(asked, table=table, dimensions=(name,)) for table in row.expressions]
    return "\n".join(layout(query) for query in tables)


def metric_text(name: str) -> str:
    tables = METRICS[name].expressions
    return "\n".join(layout(build.totals(replace(BASE, table=table), name)) for table in tables)


def key_text(key: str) -> str:
    return layout(replace(BASE, dimensions=("path",), filters=(Term(key, (Pattern(("a%",)), Pattern(("b", "")))),)))


CASES = (
    [(f"dimensions/{name}", dimension_text(name)) for name in DIMENSIONS]
    + [("dimensions/search", key_text(SEARCH)), ("dimensions/prop", key_text(f"{PROPERTY_PREFIX}cart.items"))]
    + [(f"metrics/{name}", metric_text(name)) for name in METRICS]
    + [(f"shapes/{name}", layout(complete(query))) for name, query in SHAPES.items()]
    + [(f"shapes/{name}", layout(plan)) for name, plan in PLANS.items()]
    + [(f"sources/{name}", layout(query)) for name, query in READY.items()]
)


@pytest.mark.parametrize(("name", "found"), CASES, ids=[name for name, _ in CASES])
def test_sql(name: str, found: str) -> None:
    file = FILES / f"{name}.sql"
    assert file.exists(), f"{file} is missing; if this is intended, write it:\n{found}"
    assert found == file.read_text()


def test_no_file_is_left_over() -> None:
    assert {str(file.relative_to(FILES))[:-4] for file in FILES.glob("*/*.sql")} == {name for name, _ in CASES}
