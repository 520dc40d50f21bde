"""The tracking surface answers the same from roll-ups as from requests, whatever servers sent and is rolled up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from tests.support import log_network
from tests.support.history import Pairs
from tests.support.history_product import Answer, Call
from tests.support.history_survey import FEWER, survey
from tests.support.log_history import LogHistory, simpler
from tests.support.log_product import LogProduct, Surface, differences

from footfall.api.tracking.routes import router
from footfall.api.tracking.surface import TRACKING
from footfall.catalog.tables import Table
from footfall.query import fetch
from footfall.query.sources import Source, choose
from footfall.store.protocol import Store

SAME: Answer = (200, "the same")

ASKED: tuple[tuple[str, Pairs], ...] = (
    *(("stats", (("period", name),)) for name in ("all", "all", "year", "month", "week")),
    *(("stats", (("period", "all"), ("limit", "3"))),) * 2,
    *(("summary", (("period", name),)) for name in ("all", "all", "year", "month", "week")),
    *(("trends", (("granularity", name), ("period", "all"))) for name in ("hour", "day", "day", "week", "month")),
    *((f"top-{name}", (("period", "all"),)) for name in ("statuses", "referers", "browsers", "hosts", "not-found")),
    *((name, (("period", "all"), ("granularity", "day"))) for name in ("overview", "endpoints", "endpoints")),
    *((name, (("period", "month"), ("granularity", "month"))) for name in ("overview", "endpoints")),
    *((name, (("period", "all"),)) for name in ("consumers", "top-users", "top-addresses")),
    ("stats", (("period", "all"), ("bots", "0"))),
    ("summary", (("period", "all"), ("method", "GET"))),
)


class BothWays(LogProduct):
    """Answers each query twice, from every source and from facts alone, and says where the two differ."""

    def call(self, calls: Iterable[Call]) -> list[Answer]:
        asked = list(calls)
        found = super().call(asked)
        if any(call.body is not None for call in asked):
            return found
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fetch, "choose", partial(choose, allowed={Source.FACTS}))
            facts = super().call(asked)
        return [SAME if one == other else (200, (one, other)) for one, other in zip(found, facts, strict=True)]


@st.composite
def histories(draw: st.DrawFn) -> LogHistory:
    """Those of the network surface, with questions of this one."""
    made = draw(log_network.histories())
    asked = []
    for query in made.queries:
        path, params = draw(st.sampled_from(ASKED))
        bounds: Pairs = tuple(pair for pair in query.params if pair[0] in {"from", "to"})
        asked.append(replace(query, path=f"/api/tracking/{path}", params=(*params, *bounds)))
    return replace(made, queries=tuple(asked))


def told(history: LogHistory) -> tuple[list[Any], list[list[Any]]]:
    receipts, known = log_network.told(history)
    return receipts, [[None, None] for _ in known]


def test_roll_ups_equal_requests(store: Store, tmp_path: Path) -> None:
    surface = Surface("/api/tracking/visits", told, log_network.receipt, lambda _, __: SAME)
    product = BothWays(store, tmp_path / "journal", router, TRACKING, 100)
    try:
        survey(
            histories(),
            FEWER,
            lambda group: differences(product, surface, lambda _: product.roll_up("UTC", Table.REQUESTS), group),
            simpler=simpler,
        )
    finally:
        product.close()
