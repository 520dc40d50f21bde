from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from footfall.errors import UserError
from footfall.meta import StoredFilters
from footfall.meta.directory import FRESH_FOR
from footfall.meta.saved import MAX_NAMED, NAME_CHARS, TEXT_CHARS


@pytest.fixture
def shop(meta):
    return meta.create_project("shop")


@pytest.fixture
def blog(meta):
    return meta.create_project("blog")


def goal(name: str, text: str = "path:/") -> dict[str, str]:
    return {"name": name, "filter": text}


def refused(code: str, call, *args) -> str:
    with pytest.raises(UserError) as caught:
        call(*args)
    assert caught.value.code == code
    return caught.value.message


def test_what_is_saved_is_listed_changed_and_removed(meta, shop, blog):
    goals = meta.saved.goals
    made = goals.add(shop, goal(" Signup "))
    goals.add(shop, goal("cart"))
    assert [one.name for one in goals.all(shop)] == ["cart", "Signup"]
    assert goals.all(blog) == []
    changed = goals.change(shop, made.id, {"filter": "path:/a"})
    assert (changed.id, changed.name, changed.filter) == (made.id, "Signup", "path:/a")
    goals.remove(shop, made.id)
    assert [one.name for one in goals.all(shop)] == ["cart"]


def test_another_projects_are_unknown(meta, shop, blog):
    made = meta.saved.goals.add(shop, goal("Signup"))
    for call in (lambda: meta.saved.goals.change(blog, made.id, {}), lambda: meta.saved.goals.remove(blog, made.id)):
        assert repr(made.id) in refused("not_found", call)
    assert meta.saved.goals.all(shop) == [made]


def test_names_are_unique_in_a_project_ignoring_case(meta, shop, blog):
    goals = meta.saved.goals
    goals.add(shop, goal("Straße"))
    other = goals.add(shop, goal("Other"))
    goals.add(blog, goal("Straße"))
    assert "'STRASSE' is taken" in refused("conflict", goals.add, shop, goal("STRASSE"))
    assert "'STRASSE' is taken" in refused("conflict", goals.change, shop, other.id, {"name": "STRASSE"})


@pytest.mark.parametrize("name", ["", "  ", "x" * (NAME_CHARS + 1), "a\nb", "a\0"])
def test_names_that_do_not_hold_are_refused(meta, shop, name):
    assert "name" in refused("bad_parameter", meta.saved.goals.add, shop, goal(name))
    assert "text" in refused("bad_parameter", meta.saved.annotations.add, shop, {"at": 0, "text": name * TEXT_CHARS})


@pytest.mark.parametrize("name", ["می\u200cنیم", "東京\u3000支店", "\N{MAN}\u200d\N{GIRL}"])
def test_names_are_of_every_script(meta, shop, name):
    assert meta.saved.goals.add(shop, goal(name)).name == name


def test_there_are_at_most_so_many(meta, shop, blog):
    segments = meta.saved.segments
    for number in range(MAX_NAMED):
        segments.add(shop, goal(f"s{number}"))
    assert str(MAX_NAMED) in refused("conflict", segments.add, shop, goal("more"))
    segments.add(blog, goal("more"))
    segments.add(shop, goal("mine"), 7)


def test_a_private_segment_is_its_owners(meta, shop):
    segments = meta.saved.segments
    mine, ours = segments.add(shop, goal("A", "path:/mine"), 7), segments.add(shop, goal("a", "path:/ours"))
    assert (mine.private, ours.private) == (True, False)
    assert segments.all(shop, 7) == [ours, mine]
    assert segments.all(shop, 8) == segments.all(shop) == [ours]
    refused("not_found", segments.change, shop, mine.id, {"name": "x"}, 8)
    assert segments.change(shop, mine.id, {"name": "b"}, 7).private


def test_private_segments_go_with_their_token(meta, shop):
    _, token = meta.create_token("", ["admin"], None)
    segments = meta.saved.segments
    segments.add(shop, goal("mine"), token.id)
    ours, others = segments.add(shop, goal("ours")), segments.add(shop, goal("other"), token.id + 1)
    meta.revoke(token.id)
    assert segments.all(shop, token.id) == [ours]
    assert segments.all(shop, token.id + 1) == [others, ours]


def test_funnels_and_annotations_keep_what_they_are_given(meta, shop):
    steps = ("path:/\\", 'custom_event_name:"it\'s" !x')
    meta.saved.funnels.add(shop, {"name": "F", "steps": steps, "window": "1h"})
    (funnel,) = meta.saved.funnels.all(shop)
    assert (funnel.steps, funnel.window) == (steps, "1h")
    for at in (5, 9, -1):
        meta.saved.annotations.add(shop, {"at": at, "text": "t"})
    assert [one.at for one in meta.saved.annotations.all(shop)] == [9, 5, -1]


def test_changes_are_told_to_the_audit_log(meta, shop):
    with capture_logs() as logs:
        made = meta.saved.goals.add(shop, goal("Signup"), by="token …abcd")
        meta.saved.goals.remove(shop, made.id)
    told = [(line["event"], line["by"], line["project"], line["id"]) for line in logs if line.get("logger") == "audit"]
    assert told == [("goal created", "token …abcd", "shop", made.id), ("goal deleted", "local", "shop", made.id)]


def test_filters_by_name(meta, clock, shop):
    meta.saved.goals.add(shop, goal("Signup", "path:/signup"))
    meta.saved.segments.add(shop, goal("Straße", "path:/ours"))
    meta.saved.segments.add(shop, goal("STRASSE", "path:/mine"), 7)
    filters = StoredFilters(meta.saved, clock)
    assert filters.of(shop).find("goal", "SIGNUP") == "path:/signup"
    assert filters.of(shop).find("segment", "strasse") == "path:/ours"
    assert filters.of(shop, 7).find("segment", "strasse") == "path:/mine"
    assert filters.of(shop).find("segment", "Signup") is None


def test_filters_by_name_are_looked_up_again_after_a_while_and_when_told(meta, clock, shop):
    filters = StoredFilters(meta.saved, clock)
    assert filters.of(shop).goals == ()
    meta.saved.goals.add(shop, goal("Signup"))
    assert filters.of(shop).goals == ()
    filters.forget()
    assert len(filters.of(shop).goals) == 1
    meta.saved.goals.add(shop, goal("Cart"))
    clock.now += FRESH_FOR
    assert len(filters.of(shop).goals) == 2


def test_a_deleted_projects_are_gone(meta, shop):
    for items in (meta.saved.goals, meta.saved.segments):
        items.add(shop, goal("x"))
    meta.saved.annotations.add(shop, {"at": 0, "text": "t"})
    meta.saved.funnels.add(shop, {"name": "F", "steps": ("a", "b"), "window": "1h"})
    meta.editor.delete("shop")
    for items in (meta.saved.goals, meta.saved.segments, meta.saved.funnels, meta.saved.annotations):
        assert items.all(shop) == []
