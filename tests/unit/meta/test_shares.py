from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from footfall.errors import UserError
from footfall.meta import shares as module
from footfall.meta.shares import LIFETIME, NewShare
from footfall.model.period import Period
from footfall.model.share import ShareLimits


def new(name: str = "For Ana", password: str | None = None, **limits) -> NewShare:
    return NewShare(name, password, ShareLimits(**limits), ("https://a.example",), badge=True)


@pytest.fixture
def shop(meta):
    return meta.create_project("shop")


def test_a_link_is_kept_as_it_was_made(meta, shop):
    secret, made = meta.shares.create(shop, new(filter="path:/a", period=Period(5, 9)))
    assert made.limits == ShareLimits("path:/a", None, Period(5, 9))
    assert (made.embed, made.badge, made.has_password) == (("https://a.example",), True, False)
    assert meta.shares.all(shop) == [made]
    assert meta.shares.find(made.id) == made
    assert secret.startswith("ff_shr_")


def test_a_session_ends_with_its_time_and_with_its_link(meta, clock, shop):
    secret, made = meta.shares.create(shop, new())
    token, session = meta.shares.begin(made.id, secret, None)
    assert meta.shares.session(token) == session
    clock.now += LIFETIME
    assert meta.shares.session(token) is None
    token, _ = meta.shares.begin(made.id, secret, None)
    meta.shares.revoke(shop, made.id)
    assert meta.shares.session(token) is None
    assert meta.shares.find(made.id) is None
    with pytest.raises(UserError) as caught:
        meta.shares.begin(made.id, secret, None)
    assert caught.value.code == "unauthorized"


@pytest.mark.parametrize("text", ["", "x", "ff_shs_x", "ff_pat_" + "a" * 46])
def test_made_up_tokens_are_nothing(meta, text):
    assert meta.shares.session(text) is None


def test_another_projects_link_is_unknown(meta, shop):
    _, made = meta.shares.create(shop, new())
    with pytest.raises(UserError) as caught:
        meta.shares.revoke(meta.create_project("blog"), made.id)
    assert caught.value.code == "not_found"


def test_there_are_at_most_so_many(meta, shop, monkeypatch):
    monkeypatch.setattr(module, "MAX_SHARES", 2)
    monkeypatch.setattr(module, "MAX_SESSIONS", 2)
    secret, made = meta.shares.create(shop, new("a"))
    meta.shares.create(shop, new("b"))
    with pytest.raises(UserError, match="2 links"):
        meta.shares.create(shop, new("c"))
    tokens = [meta.shares.begin(made.id, secret, None)[0] for _ in range(3)]
    assert sum(meta.shares.session(token) is not None for token in tokens) == 2
    assert meta.shares.session(tokens[-1]) is not None


def test_names_are_unique_ignoring_case(meta, shop):
    meta.shares.create(shop, new("ana"))
    with pytest.raises(UserError) as caught:
        meta.shares.create(shop, new("ANA"))
    assert caught.value.code == "conflict"


def test_the_audit_log_knows_no_secret(meta, shop):
    with capture_logs() as logs:
        secret, made = meta.shares.create(shop, new(), by="token …abcd")
        meta.shares.revoke(shop, made.id)
    assert [line["event"] for line in logs] == ["link created", "link revoked"]
    assert secret not in str(logs)


def test_a_deleted_projects_links_are_gone(meta, shop):
    secret, made = meta.shares.create(shop, new())
    token, _ = meta.shares.begin(made.id, secret, None)
    meta.editor.delete("shop")
    assert meta.shares.session(token) is None
    assert meta.shares.find(made.id) is None
