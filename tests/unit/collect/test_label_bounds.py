from __future__ import annotations

import pytest

from footfall.clock import DAY
from footfall.collect import labels
from footfall.collect.browser import rows
from footfall.collect.formats import bulk, events
from footfall.collect.hit import Hit
from footfall.collect.intake import Intake, Sender
from footfall.collect.labels import OTHER, Label, Labels
from footfall.collect.page_url import PageUrl
from footfall.collect.privacy import Place
from footfall.ids import IdSource
from footfall.model.project import Project
from footfall.model.raw import RawEvent

NOON = 20_000 * DAY + DAY // 2


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MAX_A_DAY", {Label.EVENT: 2, Label.PROPERTY: 2})


def test_names_beyond_the_bound_are_folded_and_counted() -> None:
    folded: list[Label] = []
    kept = Labels(folded.append)
    names = [kept.event(1, NOON, name) for name in ("a", "b", "a", "c", "b", "d", OTHER)]
    assert (names, folded) == (["a", "b", "a", OTHER, "b", OTHER, OTHER], [Label.EVENT] * 2)


def test_each_project_and_day_has_a_bound_of_its_own() -> None:
    kept = Labels()
    for name in ("a", "b"):
        kept.event(1, NOON, name)
    assert kept.event(2, NOON, "c") == "c"
    assert kept.event(1, NOON, "c") == OTHER
    assert kept.event(1, NOON + DAY, "c") == "c"


def test_keys_of_properties_have_a_bound_too() -> None:
    folded: list[Label] = []
    kept = Labels(folded.append)
    known = {"plan": "pro", "n": 1}
    assert kept.properties(1, NOON, known) is known
    assert kept.properties(1, NOON, {"k1": 1, "plan": "free", "k2": 2}) == {"plan": "free", OTHER: 1}
    assert kept.properties(1, NOON, None) is None
    assert folded == [Label.PROPERTY] * 2


@pytest.mark.parametrize("surface", ["events", "bulk", "browser"])
def test_every_surface_is_bounded(surface: str) -> None:
    intake = Intake(IdSource(lambda: NOON), Nobody(), Nobody())
    sender = Sender(1, NOON, "192.0.2.1", "agent")

    def stored(name: str) -> RawEvent:
        properties = {name: 1}
        if surface == "events":
            reception = events.Reception.of(sender, intake)
            return events.raw_event(events.EventIn(event_name=name, properties=properties), reception, 1)
        if surface == "bulk":
            return bulk.raw_event(bulk.BulkEvent(type="custom", name=name, properties=properties), sender, intake)
        hit = Hit(PageUrl.parse("https://shop.example/"), kind="custom", name=name, properties=properties)
        (row,) = rows(hit, Project(1, "p1", "shop", ""), sender, intake, "").rows
        return row

    found = [stored(name) for name in ("a", "b", "c", "a")]
    assert [(row.name, row.properties) for row in found] == [
        ("a", b'{"a":1}'),
        ("b", b'{"b":1}'),
        (OTHER, b'{"(other)":1}'),
        ("a", b'{"a":1}'),
    ]


class Nobody:
    """Identity and places that are always the same."""

    def visitor(self, *_: object) -> int:
        return 7

    present = visitor

    def place(self, _: str) -> Place:
        return Place()
