"""Endpoints are route templates, in one spelling over all frameworks."""

from __future__ import annotations

from urllib.parse import unquote, unquote_to_bytes

import pytest
from starlette.middleware import Middleware
from tests.sdk import django_site
from tests.sdk.apps import SITES, Sink, ask, starlette_site

from footfall_client import _templates
from footfall_client.asgi import FootfallMiddleware
from footfall_client.wsgi import FootfallMiddleware as Wsgi

EVERYWHERE = [
    ("GET", "/", "/", 200),
    ("GET", "/users/42", "/users/{id}", 200),
    ("GET", "/v1/items/a%20b", "/v1/items/{sku}", 200),
    ("POST", "/form", "/form", 200),
    ("GET", "/boom", "/boom", 500),
    ("GET", "/stream", "/stream", 200),
    ("GET", "/form", "/form", 405),
]
ROUTED = [(name, *case) for name in SITES for case in EVERYWHERE if (name, case[3]) != ("litestar", 405)]
OWN = [
    ("starlette", "GET", "/tenants/acme/pages/a/b", "/tenants/{tenant}/pages/{page}", 200),
    ("starlette", "GET", "/tenants/tenants/pages/a", "/tenants/{tenant}/pages/{page}", 200),
    ("starlette", "GET", "/tenants/acme/nowhere", "/tenants/{tenant}/{path}", 404),
    ("starlette", "GET", "/legacy/any/thing.gif", "/legacy/{path}", 200),
    ("fastapi", "GET", "/tenants/acme/pages/a/b", "/tenants/{tenant}/pages/{page}", 200),
    ("fastapi", "GET", "/openapi.json", "/openapi.json", 200),
    ("litestar", "GET", "/legacy/any/thing.gif", "/legacy/{path}", 200),
    ("flask", "GET", "/any/a/b/c/d", "/any/{word}/{rest}", 200),
    ("flask", "GET", "/static/nothing.css", "/static/{filename}", 404),
    ("django", "GET", "/old/items/7", "/old/items/{sku}", 200),
    ("django", "GET", "/v1/archive/2024/", "/v1/archive/{year}/page-{page}/", 200),
    ("django", "GET", "/old/archive/2024/page-3/", "/old/archive/{year}/page-{page}/", 200),
    (
        "django-async",
        "GET",
        "/v1/async/0b4e7a0e-5fe8-11ee-8c99-0242ac120002/",
        "/v1/async/{id}/",
        200,
    ),
]


@pytest.mark.parametrize(("site", "method", "path", "endpoint", "status"), ROUTED + OWN)
def test_the_endpoint_is_the_route(site, method, path, endpoint, status):
    sink = Sink()
    answer = SITES[site].ask(sink, path, method=method)
    row = sink.only()
    assert (row["endpoint"], row["status"]) == (endpoint, status)
    assert answer.status_code == status


@pytest.mark.parametrize("site", sorted(set(SITES) - {"litestar"}))
@pytest.mark.parametrize(
    ("options", "endpoint"),
    [({}, "(unmatched)"), ({"unmatched": "none"}, "none"), ({"unmatched": "path"}, "/wp-login.php")],
)
def test_what_no_route_matches_has_one_label(site, options, endpoint):
    sink = Sink()
    SITES[site].ask(sink, "/wp-login.php?x=1", options=options)
    assert (sink.only()["endpoint"], sink.only()["status"]) == (endpoint, 404)


class Copying:
    """A middleware whose application can't tell those outside anything by the scope."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(dict(scope), receive, send)


@pytest.mark.parametrize(
    ("site", "method", "path", "endpoint", "status"),
    [
        *[case for case in ROUTED + OWN if case[0] in {"starlette", "fastapi"}],
        ("starlette", "GET", "/users/none", "(unmatched)", 404),
        ("fastapi", "GET", "/nowhere", "(unmatched)", 404),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/api"])
def test_a_copied_scope_hides_no_route(site, method, path, endpoint, status, prefix):
    sink = Sink()
    app = SITES[site].make(sink)
    app.user_middleware.append(Middleware(Copying))

    async def behind(scope, receive, send):
        await app({**scope, "root_path": prefix}, receive, send)

    assert ask(behind, prefix + path, method=method, is_wsgi=False).status_code == status
    expected = endpoint if endpoint == "(unmatched)" else prefix + endpoint
    assert (sink.only()["endpoint"], sink.only()["status"]) == (expected, status)


def test_litestar_is_seen_whole_from_outside():
    from litestar import Litestar, get  # noqa: PLC0415 - the others are in apps

    @get("/users/{id:int}", sync_to_thread=False)
    def user() -> str:
        return "hello"

    sink = Sink()
    app = FootfallMiddleware(Litestar([user]), sink)
    for path in ("/users/1", "/users/x", "/nowhere"):
        ask(app, path, is_wsgi=False)
    assert [(row["endpoint"], row["status"]) for row in sink.rows] == [
        ("/users/{id}", 200),
        ("(unmatched)", 404),
        ("(unmatched)", 404),
    ]


def test_a_prefix_of_the_server_stays_where_paths_have_it():
    sink = Sink()
    app = starlette_site(sink)

    async def behind(scope, receive, send):
        await app({**scope, "root_path": "/api"}, receive, send)

    for path in ("/api/users/1", "/api/v1/items/2", "/api/tenants/a/pages/b"):
        assert ask(behind, path, is_wsgi=False).status_code == 200
    assert [row["endpoint"] for row in sink.rows] == [
        "/api/users/{id}",
        "/api/v1/items/{sku}",
        "/api/tenants/{tenant}/pages/{page}",
    ]


def test_a_prefix_of_the_wsgi_server_stays():
    for site in ("flask", "django"):
        sink = Sink()
        app = SITES[site].make(sink)
        ask(lambda environ, start, app=app: app({**environ, "SCRIPT_NAME": "/api"}, start), "/users/1", is_wsgi=True)
        assert sink.only()["endpoint"] == "/api/users/{id}", site


def test_starlettes_that_do_not_name_the_route_are_searched():
    """In 0.41, say, the scope of a request has its endpoint only."""
    sink = Sink()
    app = starlette_site(sink)

    class Scope(dict):
        def __setitem__(self, key, value):
            if key != "route":
                super().__setitem__(key, value)

    async def old(scope, receive, send):
        await app(Scope(scope, root_path="/api" if scope["path"].startswith("/api") else ""), receive, send)

    for path in (
        "/users/1",
        "/v1/items/2",
        "/tenants/a/pages/b/c",
        "/legacy/x",
        "/form",
        "/nowhere",
        "/api/v1/items/2",
    ):
        ask(old, path, is_wsgi=False)
    assert [row["endpoint"] for row in sink.rows] == [
        "/users/{id}",
        "/v1/items/{sku}",
        "/tenants/{tenant}/pages/{page}",
        "/legacy/{path}",
        "/form",
        "(unmatched)",
        "/api/v1/items/{sku}",
    ]


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [("/a/b", "/a/b"), ("/a%3Fb", "/a%3Fb"), ("/a%20b?q=1", "/a%20b"), ("/caf%C3%A9", "/caf%C3%A9")],
)
@pytest.mark.parametrize("is_wsgi", [False, True])
def test_applications_without_routes_give_their_paths(path, endpoint, is_wsgi):
    async def asgi(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    def wsgi(environ, start):
        start("204 No Content", [])
        return []

    sink = Sink()
    ask(Wsgi(wsgi, sink) if is_wsgi else FootfallMiddleware(asgi, sink), path, is_wsgi=is_wsgi)
    assert (sink.only()["endpoint"], sink.only()["status"]) == (endpoint, 204)


ENCODED = ["/a%2Fb", "/a%2fb", "/%ff", "/%7Eada/x", "/caf%c3%a9", "/a%zz", "/a~b"]


RECEIVING = ["asgi", "RAW_URI", "REQUEST_URI", "django", "django-async", "flask"]


# Django under WSGI has a spelling of its own for what is not UTF-8.
@pytest.mark.parametrize(
    ("site", "path"), [(site, path) for site in RECEIVING for path in ENCODED if (site, path) != ("django", "/%ff")]
)
@pytest.mark.parametrize("prefix", ["", "/api"])
def test_paths_are_as_received(site, path, prefix):
    async def plain(scope, receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body"})

    def wsgi(environ, start):
        start("404 Not Found", [])
        return []

    sink = Sink()
    asgi = {
        "asgi": lambda: FootfallMiddleware(plain, sink),
        "django-async": lambda: django_site.asgi(sink, unmatched="path"),
    }
    if site in asgi:
        app = asgi[site]()

        async def asked(scope, receive, send):
            more = {"path": prefix + unquote(path), "raw_path": (prefix + path).encode(), "root_path": prefix}
            await app({**scope, **more}, receive, send)

        ask(asked, path, is_wsgi=False)
    else:
        made = SITES[site].make(sink, unmatched="path") if site in SITES else Wsgi(wsgi, sink)
        key = "REQUEST_URI" if site == "REQUEST_URI" else "RAW_URI"
        more = {
            "SCRIPT_NAME": prefix,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            key: f"{prefix}{path}?q=1",
        }
        ask(lambda environ, start: made({**environ, **more}, start), path, is_wsgi=True)
    assert sink.only()["endpoint"] == prefix + path


@pytest.mark.parametrize(
    ("path", "target", "received"),
    [
        ("/a b", "", "/a%20b"),
        ("/a/b", "/a%2Fb?c=%2F", "/a%2Fb"),
        ("/my site/a/b", "/a%2Fb", "/my%20site/a%2Fb"),
        ("/rewritten to", "/a%2Fb", "/rewritten%20to"),
        ("/é", "/Ã©", "/%C3%A9"),  # bytes that the browser did not encode
    ],
)
def test_a_path_that_was_rewritten_is_encoded_anew(path, target, received):
    assert _templates.as_received(path, target) == received


@pytest.mark.parametrize(
    ("route", "template"),
    [
        ("", "/"),
        ("users/<int:id>/", "/users/{id}/"),
        ("<slug:a>-<b>", "/{a}-{b}"),
        (r"^users/(?P<id>[0-9]+)/$", "/users/{id}/"),
        (r"^a/(?P<x>(?:b|c)[)]\))/d\.json$", "/a/{x}/d.json"),
        (r"^a/(\d+)/(b|c)/$", "/a/{}/{}/"),
        (r"^a/\d{4}/[a-z]+\Z", "/a/{}/{}"),
        (r"^a/(?:page-(?P<p>\d+)/)?$", "/a/page-{p}/"),
        (r"^a/(?=b)b/?$", "/a/b/"),
        (r"^.*$", "/{}"),
        (r"api/^v(?P<v>\d)/<int:id>", "/api/v{v}/{id}"),
    ],
)
def test_templates_of_django(route, template):
    assert _templates.django(route) == template
