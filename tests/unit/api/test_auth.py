from __future__ import annotations

import asyncio
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from tests.support.asgi import querying

from footfall.api import auth as subject
from footfall.api.auth import ANYONE, Authenticator, Guesses, check_auth_off, named_project
from footfall.api.callers import Caller, require
from footfall.api.state import State
from footfall.clock import MINUTE, SECOND
from footfall.errors import FatalError, UserError
from footfall.meta import open_meta, tokens
from footfall.model.project import Scope
from footfall.settings import Settings

START = 1_780_000_000_000
CLIENT = "192.0.2.1"


class NoStore:
    """Who may read is told before anything is read."""


class FakeClock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path / "data")


@pytest.fixture
def meta(settings, clock):
    opened = open_meta(settings, clock)
    for slug in ("shop", "blog"):
        opened.create_project(slug)
    yield opened
    opened.close()


@pytest.fixture
def auth(meta, settings, clock):
    made = Authenticator(meta, settings, clock)
    yield made
    made.close()


@pytest.fixture
def open_auth(meta, clock):
    made = Authenticator(meta, Settings(auth="off"), clock)
    yield made
    made.close()


def bearer(text: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"x"), (b"authorization", b"Bearer " + text.encode())]


def refusal(call, *args) -> str:
    with pytest.raises(UserError) as caught:
        call(*args)
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "form"),
    [
        (b"authorization", "Bearer {}"),
        (b"authorization", "bearer  {} "),
        (b"authorization", "BEARER {}"),
        (b"authorization", "{}"),
        (b"x-api-key", "{}"),
        (b"x-api-key", " {}"),
    ],
)
def test_every_way_to_send_a_token(auth, meta, name, form):
    text, info = meta.create_token("", ["read"], ["shop"])
    headers = [(b"accept", b"*/*"), (name, form.format(text).encode())]
    assert auth.authenticate(headers, b"", CLIENT, Scope.READ) == info.principal


def test_token_beside_another_scheme_is_found(auth, meta):
    text, info = meta.create_token("", ["read"], ["shop"])
    headers = [(b"authorization", b"Basic dTpw"), (b"x-api-key", text.encode())]
    assert auth.authenticate(headers, b"", CLIENT, Scope.READ) == info.principal


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"authorization", b"")],
        [(b"authorization", b"Bearer ")],
        [(b"x-api-key", b"")],
        bearer("ff_pat_"),
        bearer("ff_pat_" + "A" * 46),
        bearer("ff_site_abc"),
        bearer(tokens.new_token()),
        [(b"authorization", b"Basic dTpw")],
        [(b"authorization", b"\xff\xfe")],
        [(b"cookie", b"token=x")],
    ],
)
def test_no_valid_token_is_unauthorized(auth, headers):
    assert refusal(auth.authenticate, headers, b"", CLIENT, Scope.READ) == "unauthorized"


@pytest.mark.parametrize("query", [b"token=", b"a=1&api_key={}", b"%74oken={}", b"token={}&token=x"])
def test_token_in_the_query_is_refused_and_the_header_named(auth, meta, query):
    text, _ = meta.create_token("", ["read"], ["shop"])
    query = query.replace(b"{}", text.encode())
    with pytest.raises(UserError, match=r"Authorization: Bearer .*X-API-Key") as caught:
        auth.authenticate(bearer(text), query, CLIENT, Scope.READ)
    assert caught.value.code == "unauthorized"
    assert text not in caught.value.message


@pytest.mark.parametrize("query", [b"", b"from=now&tokens=1", b"q=token%3Dx", b"path=%2Ftoken"])
def test_other_queries_pass(auth, meta, query):
    text, _ = meta.create_token("", ["read"], ["shop"])
    assert auth.authenticate(bearer(text), query, CLIENT, Scope.READ)


@pytest.mark.parametrize(
    ("has", "needs", "passes"),
    [
        (["read"], Scope.READ, True),
        (["read"], Scope.INGEST, False),
        (["read"], Scope.ADMIN, False),
        (["ingest"], Scope.INGEST, True),
        (["ingest"], Scope.READ, False),
        (["ingest"], Scope.ADMIN, False),
        (["read", "ingest"], Scope.INGEST, True),
        (["admin"], Scope.READ, True),
        (["admin"], Scope.INGEST, True),
        (["admin"], Scope.ADMIN, True),
    ],
)
def test_scopes(auth, meta, has, needs, passes):
    text, info = meta.create_token("", has, ["shop"])
    if passes:
        assert auth.authenticate(bearer(text), b"", CLIENT, needs) == info.principal
    else:
        assert refusal(auth.authenticate, bearer(text), b"", CLIENT, needs) == "forbidden"


def test_new_token_works_at_once(auth, meta):
    assert refusal(auth.authenticate, bearer(tokens.new_token()), b"", CLIENT, Scope.READ) == "unauthorized"
    text, _ = meta.create_token("", ["read"], ["shop"])
    assert auth.authenticate(bearer(text), b"", CLIENT, Scope.READ)


def test_expiry_holds_to_the_millisecond(auth, meta, clock):
    text, _ = meta.create_token("", ["read"], ["shop"], START + SECOND)
    assert auth.authenticate(bearer(text), b"", CLIENT, Scope.READ)
    clock.now += SECOND - 1
    assert auth.authenticate(bearer(text), b"", CLIENT, Scope.READ)
    clock.now += 1
    assert refusal(auth.authenticate, bearer(text), b"", CLIENT, Scope.READ) == "unauthorized"


@pytest.mark.parametrize("later", [5 * SECOND, -MINUTE])
def test_revocation_by_another_process_holds_within_5_seconds(auth, meta, settings, clock, later):
    text, _ = meta.create_token("", ["read"], ["shop"])
    auth.authenticate(bearer(text), b"", CLIENT, Scope.READ)
    other = open_meta(settings, clock)
    other.revoke(text)
    other.close()
    clock.now += later
    assert refusal(auth.authenticate, bearer(text), b"", CLIENT, Scope.READ) == "unauthorized"


def test_token_in_use_is_not_looked_up_again(auth, meta, clock):
    text, info = meta.create_token("", ["read"], ["shop"])
    auth.authenticate(bearer(text), b"", CLIENT, Scope.READ)
    meta.revoke(text)
    clock.now += 4 * SECOND - 1
    assert auth.authenticate(bearer(text), b"", CLIENT, Scope.READ) == info.principal


def test_bad_tokens_are_limited_and_valid_ones_never(auth, meta, clock):
    text, info = meta.create_token("", ["read"], ["shop"])
    fresh, fresh_info = meta.create_token("", ["read"], ["blog"])
    auth.authenticate(bearer(text), b"", CLIENT, Scope.READ)
    codes = [refusal(auth.authenticate, bearer("ff_pat_x"), b"", CLIENT, Scope.READ) for _ in range(22)]
    assert codes == ["unauthorized"] * 20 + ["rate_limited"] * 2
    assert auth.authenticate(bearer(text), b"", CLIENT, Scope.READ) == info.principal
    assert auth.authenticate(bearer(fresh), b"", CLIENT, Scope.READ) == fresh_info.principal
    assert refusal(auth.authenticate, bearer("ff_pat_x"), b"", "192.0.2.2", Scope.READ) == "unauthorized"
    assert refusal(auth.authenticate, [], b"", CLIENT, Scope.READ) == "unauthorized"
    clock.now += MINUTE
    assert refusal(auth.authenticate, bearer("ff_pat_x"), b"", CLIENT, Scope.READ) == "unauthorized"


def test_a_forged_header_changes_no_bucket(auth):
    """Only trusted proxies name the client: from anywhere else, 22 made-up addresses are one."""
    codes = []
    for number in range(22):
        client = auth.address("192.0.2.9", [(b"x-forwarded-for", f"198.51.100.{number}".encode())])
        codes.append(refusal(auth.authenticate, bearer("ff_pat_x"), b"", client, Scope.READ))
    assert codes == ["unauthorized"] * 20 + ["rate_limited"] * 2


def test_an_ipv6_network_is_one_client():
    guesses = Guesses(1)
    guesses.count("2001:db8::1", START)
    assert refusal(guesses.count, "2001:db8::ffff", START) == "rate_limited"
    guesses.count("2001:db8:0:1::1", START)


def test_memory_of_guesses_is_bounded(monkeypatch):
    monkeypatch.setattr(subject, "_MAX_CLIENTS", 3)
    guesses = Guesses(5)
    for n in range(10):
        guesses.count(f"192.0.2.{n}", START)
    assert len(guesses._buckets) == 3


def test_last_use_is_noted_once_a_minute(meta, settings, clock):
    text, _ = meta.create_token("", ["read"], ["shop"])
    auth = Authenticator(meta, settings, clock)
    for step in (0, 30 * SECOND, 29 * SECOND):
        clock.now += step
        auth.authenticate(bearer(text), b"", CLIENT, Scope.READ)
    auth.close()
    assert meta.token(text).last_used_at == START


def principal_of(meta, projects):
    return meta.create_token("", ["read", "admin"] if projects is None else ["read"], projects)[1].principal


@pytest.mark.parametrize(
    ("projects", "named", "outcome"),
    [
        (["shop"], None, "shop"),
        (["shop"], "", "shop"),
        (["shop"], "shop", "shop"),
        (["shop"], "blog", "not_found"),
        (["shop"], "nope", "not_found"),
        (["shop", "blog"], None, "project_required"),
        (["shop", "blog"], "blog", "blog"),
        (["shop", "blog"], "nope", "not_found"),
        (None, None, "project_required"),
        (None, "blog", "blog"),
        (None, "nope", "not_found"),
    ],
)
def test_which_project_a_token_means(auth, meta, projects, named, outcome):
    principal = principal_of(meta, projects)
    if outcome in {"shop", "blog"}:
        assert auth.project(principal, named).slug == outcome
    else:
        assert refusal(auth.project, principal, named) == outcome


def test_project_in_path_by_slug_or_id(auth, meta):
    shop = meta.project("shop")
    principal = principal_of(meta, ["shop"])
    assert auth.project_in_path(principal, "shop") == auth.project_in_path(principal, shop.id) == shop


def test_anothers_project_looks_like_an_unknown_one(auth, meta):
    principal = principal_of(meta, ["shop"])
    texts = []
    for name in ("blog", "nope"):
        with pytest.raises(UserError) as caught:
            auth.project_in_path(principal, name)
        texts.append((caught.value.code, caught.value.message.replace(name, "X")))
    assert texts[0] == texts[1]


def test_new_project_is_found_at_once(auth, meta):
    principal = principal_of(meta, None)
    assert refusal(auth.project, principal, "new") == "not_found"
    meta.create_project("new")
    assert auth.project(principal, "new").slug == "new"


@pytest.mark.parametrize(
    ("headers", "query", "named"),
    [
        ([], b"", None),
        ([(b"x-project", b" shop ")], b"", "shop"),
        ([], b"a=1&project=shop", "shop"),
        ([(b"x-project", b"shop")], b"project=blog", "shop"),
        ([(b"x-project", b"")], b"project=blog", "blog"),
        ([], b"subproject=shop", None),
        ([], b"project=", None),
    ],
)
def test_where_a_project_is_named(headers, query, named):
    assert named_project(headers, query) == named


def test_off_opens_reading_only(open_auth):
    assert open_auth.authenticate([], b"", CLIENT, Scope.READ) is ANYONE
    for scope in (Scope.INGEST, Scope.ADMIN):
        assert refusal(open_auth.authenticate, [], b"", CLIENT, scope) == "unauthorized"


def test_off_still_reads_a_token_that_is_sent(open_auth, meta):
    text, info = meta.create_token("", ["ingest"], ["shop"])
    assert open_auth.authenticate(bearer(text), b"", CLIENT, Scope.INGEST) == info.principal
    assert refusal(open_auth.authenticate, bearer("ff_pat_x"), b"", CLIENT, Scope.READ) == "unauthorized"


def test_off_needs_a_name_where_there_are_several_projects(open_auth):
    assert refusal(open_auth.project, ANYONE, None) == "project_required"
    assert open_auth.project(ANYONE, "blog").slug == "blog"


def test_off_takes_the_only_project(tmp_path, clock):
    settings = Settings(data=tmp_path / "one", auth="off")
    meta = open_meta(settings, clock)
    meta.create_project("shop")
    auth = Authenticator(meta, settings, clock)
    assert auth.project(ANYONE, None).slug == "shop"
    auth.close()
    meta.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_off_is_fine_on_loopback(host):
    check_auth_off(Settings(auth="off", host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.com", ""])  # noqa: S104  refused
def test_off_is_refused_elsewhere(host):
    with pytest.raises(FatalError, match="FOOTFALL_AUTH=off"):
        check_auth_off(Settings(auth="off", host=host))
    check_auth_off(Settings(auth="on", host=host))


def test_dependency_gives_the_caller_or_raises(auth, meta, clock):
    text, info = meta.create_token("", ["read"], ["shop"])
    app = FastAPI()
    State(querying=querying(NoStore(), clock, auth)).install(app)

    @app.exception_handler(UserError)
    async def problem(request, error):
        return JSONResponse({"code": error.code}, 400)

    @app.get("/read")
    async def read(caller: Annotated[Caller, Depends(require(Scope.READ))]) -> int:
        return caller.principal.token_id

    @app.get("/admin")
    async def admin(caller: Annotated[Caller, Depends(require(Scope.ADMIN))]) -> int:
        return caller.principal.token_id

    async def calls() -> list[object]:
        transport = httpx.ASGITransport(app, client=(CLIENT, 1))
        sent = {"Authorization": f"Bearer {text}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            asked = [("/read", sent), ("/admin", sent), ("/read", {}), ("/read?token=x", sent)]
            return [(await client.get(path, headers=headers)).json() for path, headers in asked]

    refused = {"code": "unauthorized"}
    assert asyncio.run(calls()) == [info.id, {"code": "forbidden"}, refused, refused]


def test_a_caller_is_known_once_its_credentials_were_looked_up(auth, meta, clock):
    text, _ = meta.create_token("t", ["read"], ["shop"], None)
    other, _ = meta.create_token("u", ["read"], ["shop"], None)
    key = [(b"x-api-key", text.encode())]
    assert [auth.known(headers) for headers in (bearer(text), key, [])] == [None] * 3
    found = auth.authenticate(bearer(text), b"", CLIENT, Scope.READ)
    assert [auth.known(headers) for headers in (bearer(text), key)] == [found] * 2
    assert [
        auth.known(headers) for headers in (bearer(other), bearer(text + "x"), [(b"x-api-key", other.encode())])
    ] == [None] * 3
    clock.now += 6 * SECOND
    assert auth.known(bearer(text)) is None


def test_tokens_of_equal_rights_are_different_callers(auth, meta):
    found = set()
    for name in ("t", "u"):
        text, _ = meta.create_token(name, ["read"], ["shop"], None)
        found.add(auth.authenticate(bearer(text), b"", CLIENT, Scope.READ))
    assert len(found) == 2


def test_bad_credentials_are_never_known(auth):
    with pytest.raises(UserError):
        auth.authenticate(bearer("ff_pat_x"), b"", CLIENT, Scope.READ)
    assert auth.known(bearer("ff_pat_x")) is None


def test_without_authentication_anyone_is_known(open_auth):
    assert open_auth.known([]) == ANYONE
    assert open_auth.known(bearer("ff_pat_x")) is None
