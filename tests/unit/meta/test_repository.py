from __future__ import annotations

import re
import stat

import pytest

from footfall.clock import DAY, MINUTE
from footfall.errors import UserError
from footfall.meta import DomainListedError, open_meta, tokens
from footfall.model.project import Scope


def test_project_is_found_by_every_name(meta):
    made = meta.create_project("shop", ["www.Example.com", "*.example.org"], "The shop")
    assert made.domains == ("*.example.org", "example.com")
    assert re.fullmatch(r"prj_[a-z2-7]{16}", made.id)
    assert re.fullmatch(r"ff_site_[a-z2-7]{24}", made.site_key)
    assert meta.project("shop") == meta.project(made.id) == meta.project_numbered(made.number) == made
    assert meta.projects() == [made]


def test_what_does_not_exist_is_none(meta):
    assert meta.project("shop") is None
    assert meta.project_numbered(1) is None


@pytest.mark.parametrize("slug", ["0", "a-b", "a" * 63, "9-", "shop"])
def test_slug_rule_accepts(meta, slug):
    assert meta.create_project(slug).slug == slug


@pytest.mark.parametrize("slug", ["", "-a", "A", "a_b", "a" * 64, "a b", "é", "a\n", "prj_x", "../x"])
def test_slug_rule_refuses_and_names_the_slug(meta, slug):
    with pytest.raises(UserError, match=re.escape(repr(slug))) as caught:
        meta.create_project(slug)
    assert caught.value.code == "bad_parameter"


def test_taken_slug_is_a_conflict(meta):
    meta.create_project("shop")
    with pytest.raises(UserError, match="'shop' is taken") as caught:
        meta.create_project("shop")
    assert caught.value.code == "conflict"


@pytest.mark.parametrize("again", ["www.Shop.example", "*.b.shop.example"])
def test_a_host_is_listed_by_one_project(meta, again):
    meta.create_project("first", ["shop.example", "*.b.shop.example"])
    with pytest.raises(DomainListedError, match="is listed by another project") as caught:
        meta.create_project("second", ["free.example", again])
    assert (caught.value.code, caught.value.slug) == ("conflict", "first")
    assert "first" not in caught.value.message
    assert [project.slug for project in meta.projects()] == ["first"]


def test_a_host_and_a_wildcard_above_it_are_two_listings(meta):
    meta.create_project("all", ["*.shop.example"])
    assert meta.create_project("one", ["a.shop.example", "*.a.shop.example"]).domains


@pytest.mark.parametrize(
    "domain", ["", "https://example.com", "example.com/x", "a b", "*.*.com", "a..b", "x:80", "-a.com"]
)
def test_domain_that_is_no_host_name_is_refused(meta, domain):
    with pytest.raises(UserError, match=re.escape(repr(domain))):
        meta.create_project("shop", [domain])
    assert meta.projects() == []


def test_token_holds_until_it_expires(meta, clock):
    shop = meta.create_project("shop")
    text, made = meta.create_token("CI", ["read", "ingest"], ["shop"], clock.now + DAY)
    info = meta.token(text)
    assert info == made
    assert info.principal.scopes == {Scope.READ, Scope.INGEST}
    assert info.principal.projects == {shop.number}
    assert info.holds(clock.now + DAY - 1)
    assert not info.holds(clock.now + DAY)


def test_token_of_the_installation_has_no_list_of_projects(meta):
    text, _ = meta.create_token("", ["admin"], None)
    assert meta.token(text).principal.projects is None


@pytest.mark.parametrize(
    ("scopes", "projects", "message"),
    [
        ([], ["shop"], "scope is missing"),
        (["write"], ["shop"], "'write'"),
        (["read"], [], "project is missing"),
        (["read"], ["shop", "blog"], "'blog'"),
    ],
)
def test_token_with_bad_rights_is_refused_and_not_made(meta, scopes, projects, message):
    meta.create_project("shop")
    with pytest.raises(UserError, match=message):
        meta.create_token("", scopes, projects)
    assert meta.tokens() == []


def test_well_formed_but_unknown_token_is_none(meta):
    meta.create_token("", ["admin"], None)
    assert meta.token(tokens.new_token()) is None


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_only_hash_and_last_four_are_at_rest(meta, settings):
    text, info = meta.create_token("CI", ["admin"], None)
    assert info.last_four == text[-4:]
    files = list(settings.data.iterdir())
    kept = b"".join(path.read_bytes() for path in files)
    assert tokens.digest(text) in kept
    assert text.encode() not in kept
    assert text[7:20].encode() not in kept


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_data_directory_and_files_are_the_owners_only(meta, settings):
    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in settings.data.iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["{id}", "{last_four}", "{text}"])
def test_revoke_by_id_last_four_or_text(meta, clock, name):
    text, info = meta.create_token("", ["admin"], None)
    other, _ = meta.create_token("", ["admin"], None)
    assert meta.revoke(name.format(id=info.id, last_four=info.last_four, text=text)).revoked_at == clock.now
    assert not meta.token(text).holds(clock.now)
    assert meta.token(other).holds(clock.now)


def test_revoking_again_keeps_the_first_time(meta, clock):
    _, info = meta.create_token("", ["admin"], None)
    first = meta.revoke(str(info.id)).revoked_at
    clock.now += DAY
    assert meta.revoke(str(info.id)).revoked_at == first


def test_revoke_unknown_or_ambiguous(meta, monkeypatch):
    with pytest.raises(UserError, match="'7'") as caught:
        meta.revoke("7")
    assert caught.value.code == "not_found"
    bodies = iter(["A" * 38 + "xx", "B" * 40])
    monkeypatch.setattr(tokens, "new_token", lambda: f"ff_pat_{next(bodies)}00SAME")
    meta.create_token("", ["admin"], None)
    meta.create_token("", ["admin"], None)
    with pytest.raises(UserError, match=r"1 \(…SAME\), 2 \(…SAME\)") as caught:
        meta.revoke("SAME")
    assert caught.value.code == "ambiguous"


def test_an_id_that_is_also_an_ending_means_several_tokens(meta, monkeypatch):
    _, first = meta.create_token("shop's", ["admin"], None)
    monkeypatch.setattr(tokens, "new_token", lambda: f"ff_pat_{'A' * 42}{first.id:04}")
    _, second = meta.create_token("blog's", ["admin"], None)
    with pytest.raises(UserError, match=rf"{first.id} \(….{{4}}, shop's\), {second.id} \(…0001, blog's\)"):
        meta.revoke("0001")
    assert meta.revoke(str(second.id)).label == "blog's"
    assert meta.revoke(first.last_four).label == "shop's"


def test_tokens_of_a_project_include_those_of_the_installation(meta):
    meta.create_project("shop")
    meta.create_project("blog")
    meta.create_token("both", ["read"], ["shop", "blog"])
    meta.create_token("blog", ["read"], ["blog"])
    meta.create_token("all", ["admin"], None)
    assert [info.label for info in meta.tokens("shop")] == ["both", "all"]
    assert [info.label for info in meta.tokens()] == ["both", "blog", "all"]
    with pytest.raises(UserError, match="'nope'"):
        meta.tokens("nope")


def test_touch_writes_once_a_minute(meta, clock):
    text, info = meta.create_token("", ["admin"], None)
    start = clock.now
    for now, kept in [(start, start), (start + MINUTE - 1, start), (start + MINUTE, start + MINUTE)]:
        meta.touch(info.id, now)
        assert meta.token(text).last_used_at == kept


def test_secrets_are_made_once_for_all_processes(meta, settings, clock):
    other = open_meta(settings, clock)
    assert meta.secret("cursor") == other.secret("cursor")
    assert meta.secret("cursor") != meta.secret("other")
    assert len(meta.secret("cursor")) == 32
    other.close()
