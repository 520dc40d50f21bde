from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from footfall.clock import HOUR
from footfall.errors import UserError
from footfall.meta import Directory, DomainListedError
from footfall.meta.directory import FRESH_FOR


@pytest.fixture
def shop(meta):
    return meta.create_project("shop", ["shop.example"], "The shop", "Europe/Berlin")


def test_update_changes_what_is_given(meta, shop):
    assert meta.editor.update("shop", name="Our shop").timezone == "Europe/Berlin"
    changed = meta.editor.update(shop.id, timezone="Asia/Tokyo")
    assert (changed.name, changed.timezone) == ("Our shop", "Asia/Tokyo")
    assert meta.project("shop") == changed


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"timezone": "Berlin"}, "'Berlin'"),
        ({"timezone": "../etc"}, "IANA"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "control characters"),
    ],
)
def test_update_refuses_what_is_wrong(meta, shop, fields, said):
    with pytest.raises(UserError, match=said) as caught:
        meta.editor.update("shop", **fields)
    assert caught.value.code == "bad_parameter"
    assert meta.project("shop") == shop


def test_rename_frees_the_slug_and_keeps_everything_else(meta, shop):
    renamed = meta.editor.update("shop", slug="store")
    assert (renamed.id, renamed.number, renamed.site_key) == (shop.id, shop.number, shop.site_key)
    assert meta.project("shop") is None
    with pytest.raises(UserError, match="'store' is taken"):
        meta.editor.update(meta.create_project("shop").id, slug="store", name="x")


def test_domains_are_added_and_removed(meta, shop):
    meta.create_project("blog", ["blog.example"])
    with capture_logs() as told:
        changed = meta.editor.change_domains("shop", ["www.B.example", "shop.example"], ["nowhere.example"])
    assert changed.domains == ("b.example", "shop.example")
    assert [line["removed"] for line in told] == [[]]
    with pytest.raises(DomainListedError):
        meta.editor.change_domains("shop", ["c.example", "blog.example"])
    assert meta.editor.change_domains("shop", remove=["b.example", "shop.example"]).domains == ()
    assert meta.editor.change_domains("blog", ["shop.example"]).domains == ("blog.example", "shop.example")


def test_a_replaced_site_key_is_taken_until_the_overlap_is_over(meta, clock, shop):
    rotated = meta.editor.rotate_key("shop", 2)
    assert rotated.site_key != shop.site_key
    directory = Directory(meta, clock)
    assert directory.of_site_key(shop.site_key) == directory.of_site_key(rotated.site_key) == rotated
    clock.now += 2 * HOUR
    assert directory.of_site_key(shop.site_key) is None
    assert directory.of_site_key(rotated.site_key) == rotated


def test_without_an_overlap_the_old_key_ends_at_once(meta, clock, shop):
    assert meta.editor.rotate_key("shop", 0).old_site_keys == ()
    assert Directory(meta, clock).of_site_key(shop.site_key) is None
    with pytest.raises(UserError, match="overlap_hours -1"):
        meta.editor.rotate_key("shop", -1)


def test_a_deleted_project_is_found_by_nothing_and_its_names_are_free(meta, clock, shop):
    directory = Directory(meta, clock)
    assert directory.named("shop")
    assert meta.editor.delete("shop") == shop
    clock.now += FRESH_FOR
    found = [meta.project("shop"), meta.project(shop.id), meta.project_numbered(shop.number), directory.named("shop")]
    found += [directory.of_domain("shop.example"), directory.of_site_key(shop.site_key), directory.of_website(shop.id)]
    assert found == [None] * 7
    assert meta.projects() == []
    again = meta.create_project("shop", ["shop.example"])
    assert again.number > shop.number
    with pytest.raises(UserError, match="does not exist"):
        meta.editor.delete(shop.id)


def test_tokens_of_a_deleted_project_alone_are_revoked(meta, shop):
    meta.create_project("blog")
    tokens = [meta.create_token("", ["read"], projects)[1].id for projects in (["shop"], ["shop", "blog"])]
    tokens.append(meta.create_token("", ["admin"], None)[1].id)
    meta.editor.delete("shop")
    revoked = {info.id: info.revoked_at is not None for info in meta.tokens()}
    assert revoked == dict(zip(tokens, [True, False, False], strict=True))
    assert shop.number not in meta.tokens()[1].projects


def test_a_deleted_project_is_to_be_erased_until_it_is(meta, shop):
    assert (meta.editor.deleted(), meta.editor.to_erase()) == (frozenset(), [])
    meta.editor.delete("shop")
    assert (meta.editor.deleted(), meta.editor.to_erase()) == ({shop.number}, [shop.number])
    meta.editor.erased(shop.number)
    assert (meta.editor.deleted(), meta.editor.to_erase()) == ({shop.number}, [])


def test_every_change_is_told_to_the_audit_log(meta):
    with capture_logs() as logs:
        meta.create_project("shop")
        meta.editor.update("shop", name="x", by="token …abcd")
        meta.editor.update("shop", slug="store")
        meta.editor.change_domains("store", ["a.example"])
        meta.editor.rotate_key("store")
        text, _ = meta.create_token("", ["read"], ["store"])
        meta.revoke(text)
        meta.editor.delete("store")
    assert [log["event"] for log in logs] == [
        "project created",
        "project updated",
        "project updated",
        "project domains changed",
        "site key rotated",
        "token created",
        "token revoked",
        "project deleted",
    ]
    assert {log["logger"] for log in logs} == {"audit"}
    assert [log["by"] for log in logs[:2]] == ["local", "token …abcd"]
    assert text not in str(logs)
