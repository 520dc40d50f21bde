from __future__ import annotations

import sqlite3

import pytest

from footfall.clock import DAY, MINUTE
from footfall.errors import UserError
from footfall.meta import tokens

_COUNTS = "SELECT (SELECT count(*) FROM sign_ins), (SELECT count(*) FROM sign_in_codes)"


@pytest.fixture
def token(meta):
    meta.create_project("shop")
    text, _ = meta.create_token("", ["read"], ["shop"])
    return text


def refusal(call, *args) -> str:
    with pytest.raises(UserError) as caught:
        call(*args)
    return caught.value.code


def test_a_sign_in_has_the_rights_of_its_token(meta, token):
    cookie, made = meta.sign_ins.with_token(token)
    assert meta.sign_ins.find(cookie) == made
    assert made.token == meta.token(token)


def test_it_ends_after_thirty_days(meta, token, clock):
    cookie, made = meta.sign_ins.with_token(token)
    assert made.expires_at == clock.now + 30 * DAY
    clock.now = made.expires_at - 1
    assert meta.sign_ins.find(cookie)
    clock.now += 1
    assert meta.sign_ins.find(cookie) is None


def test_it_ends_with_its_token(meta, clock):
    meta.create_project("shop")
    text, _ = meta.create_token("", ["read"], ["shop"], clock.now + DAY)
    cookie, made = meta.sign_ins.with_token(text)
    assert made.expires_at == clock.now + DAY
    meta.revoke(text)
    assert meta.sign_ins.find(cookie) is None
    assert refusal(meta.sign_ins.with_token, text) == "unauthorized"


def test_it_ends_where_it_is_ended(meta, token):
    (one, _), (other, _) = meta.sign_ins.with_token(token), meta.sign_ins.with_token(token)
    for _ in range(2):
        meta.sign_ins.end(one)
    assert meta.sign_ins.find(one) is None
    assert meta.sign_ins.find(other)


@pytest.mark.parametrize(
    "text",
    ["", "ff_ses_", "x" * 53, tokens.new_token(tokens.COOKIE_PREFIX), tokens.new_token()],
    ids=["empty", "prefix", "letters", "never given", "token"],
)
def test_what_is_no_cookie_is_none(meta, token, text):
    assert meta.sign_ins.find(text) is None


def test_a_token_is_no_cookie_and_a_cookie_no_token(meta, token):
    cookie, _ = meta.sign_ins.with_token(token)
    assert meta.sign_ins.find(token) is None
    assert meta.token(cookie) is None
    assert refusal(meta.sign_ins.with_token, cookie) == "unauthorized"


def test_a_code_works_once_and_for_ten_minutes(meta, clock):
    used, late = meta.sign_ins.new_code(), meta.sign_ins.new_code()
    _, made = meta.sign_ins.with_code(used)
    assert (made.token.projects, made.token.label) == (None, "sign-in links")
    assert refusal(meta.sign_ins.with_code, used) == "unauthorized"
    clock.now += 10 * MINUTE
    assert refusal(meta.sign_ins.with_code, late) == "unauthorized"


def test_codes_belong_to_one_token_which_ends_them_all(meta):
    cookies = [meta.sign_ins.with_code(meta.sign_ins.new_code())[0] for _ in range(2)]
    pending = meta.sign_ins.new_code()
    (token,) = meta.tokens()
    meta.revoke(str(token.id))
    assert [meta.sign_ins.find(cookie) for cookie in cookies] == [None, None]
    assert refusal(meta.sign_ins.with_code, pending) == "unauthorized"
    assert meta.sign_ins.with_code(meta.sign_ins.new_code())[1].token.id != token.id


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_no_cookie_and_no_code_is_stored(meta, settings, token):
    cookie, _ = meta.sign_ins.with_token(token)
    code = meta.sign_ins.new_code()
    with sqlite3.connect(settings.data / "meta.db") as connection:
        dumped = "\n".join(connection.iterdump())
    connection.close()
    for secret in (cookie, code, token):
        assert secret not in dumped
        assert tokens.digest(secret).hex().upper() in dumped.upper()


def test_what_expired_is_removed(meta, token, clock):
    meta.sign_ins.with_token(token)
    meta.sign_ins.new_code()
    clock.now += 31 * DAY
    meta.sign_ins.with_token(token)
    meta.sign_ins.new_code()
    with meta.database.read() as session:
        counts = session.connection().exec_driver_sql(_COUNTS).one()
    assert counts == (1, 1)
