"""Options of the client: which are refused where they are given, and which leave it without a server."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from tests.sdk.apps import SITES, Sink, ask
from tests.sdk.stub import URL, Stub, warnings_of

from footfall_client import Footfall, asgi, django, wsgi


@pytest.fixture
def stub():
    return Stub()


UNUSABLE = [
    ("", "t"),
    (None, "t"),
    ("stats.test", "t"),
    ("ftp://a", "t"),
    ("http://[", "t"),
    ("http://h:abc", "t"),
    ("http://h:99999", "t"),
    ("http://h\n.test", "t"),
    (URL, ""),
    (URL, "é"),
]


@pytest.mark.parametrize(("url", "token"), UNUSABLE)
def test_a_client_without_a_server_says_so_and_drops(stub, caplog, url, token):
    with Footfall(url, token, transport=stub.transport) as client:
        client.track("a")
        client.visit("GET", "/")
        assert client.flush(1)
    assert not client.enabled
    assert (client.dropped, stub.requests) == (2, [])
    (warning,) = warnings_of(caplog)
    assert warning.endswith("nothing will be sent")


WRONG = [
    *[
        ({name: value}, TypeError)
        for name in ("flush_interval", "batch_size", "queue_size", "timeout", "retry_for", "exit_timeout")
        for value in (None, "1", True)
    ],
    *[
        ({name: value}, ValueError)
        for name in ("flush_interval", "timeout", "retry_for", "exit_timeout")
        for value in (-1, float("nan"), float("inf"), 10**9)
    ],
    ({"flush_interval": 0}, ValueError),
    ({"timeout": 0}, ValueError),
    ({"batch_size": 0}, ValueError),
    ({"batch_size": 1.5}, TypeError),
    ({"queue_size": -1}, ValueError),
    ({"transport": "http://proxy:3128"}, TypeError),
]


@pytest.mark.parametrize(("options", "error"), WRONG, ids=str)
def test_wrong_options_fail_at_the_start(options, error):
    (name,) = options
    with pytest.raises(error, match=name):
        Footfall(URL, "token", **options)


def test_zero_means_no_patience(stub):
    with Footfall(URL, "token", retry_for=0, exit_timeout=0, queue_size=0, transport=stub.transport) as client:
        assert client.enabled


async def of_a_request(_):
    return "ada"


async def many_of_a_request(_):
    yield "ada"


class Asked:
    async def __call__(self, _):
        return "ada"


WRONG_OF_MIDDLEWARES = [
    *[
        {name: function}
        for name in ("user_id", "ignore")
        for function in (of_a_request, many_of_a_request, Asked(), partial(of_a_request))
    ],
    {"user_id": "ada"},
    {"ignore": 5},
    {"ignore": [b"/health"]},
    {"addresses": "no"},
    {"unmatched": None},
    {"trusted_proxies": None},
]


@pytest.mark.parametrize("middleware", [asgi.FootfallMiddleware, wsgi.FootfallMiddleware])
@pytest.mark.parametrize("options", WRONG_OF_MIDDLEWARES)
def test_wrong_options_of_middlewares_fail_at_the_start(middleware, options):
    with pytest.raises(TypeError):
        middleware(None, Sink(), **options)


@pytest.mark.parametrize("middleware", [asgi.FootfallMiddleware, wsgi.FootfallMiddleware])
@pytest.mark.parametrize(("ignore", "wrong"), [("health", "health"), (["/a", "health/"], "health/"), ([""], "")])
def test_paths_to_ignore_begin_with_a_slash(middleware, ignore, wrong):
    with pytest.raises(ValueError, match=f"ignore must list paths that begin with a slash, not '{wrong}'"):
        middleware(None, Sink(), ignore=ignore)


def test_a_middleware_needs_a_client():
    with pytest.raises(TypeError, match="client"):
        asgi.FootfallMiddleware(None, URL)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("option", ["user_id", "ignore"])
def test_an_answer_that_would_be_awaited_is_none(site, option):
    sink = Sink()
    options = {option: lambda request: of_a_request(request)}  # noqa: PLW0108 - hides that it is async
    assert SITES[site].ask(sink, "/users/1", options=options).status_code == 200
    (row,) = sink.rows
    assert "user_id" not in row
    assert [(where, type(error)) for where, error in sink.faults] == [(option, TypeError)]


@pytest.fixture
def django_client():
    """The client that Django's setting makes is kept; here it is made anew."""
    django._client.cache_clear()
    yield django.get_client
    django._client.cache_clear()


@pytest.mark.parametrize("setting", [None, {}])
@pytest.mark.parametrize("handler", [WSGIHandler, ASGIHandler])
def test_a_django_site_without_a_server_is_served(django_client, caplog, handler, setting):
    with override_settings(FOOTFALL=setting):
        app = handler()
        for _ in range(2):
            assert ask(app, "/users/1", is_wsgi=handler is WSGIHandler).status_code == 200
        client = django_client()
    assert (client.enabled, client.dropped) == (False, 2)
    assert warnings_of(caplog) == ["footfall: no server address is given; nothing will be sent"]


def transport():
    return Stub().transport()


def test_a_django_setting_has_the_options_of_the_client(django_client):
    options = {"FLUSH_INTERVAL": 7, "EXIT_TIMEOUT": 0.5, "RETRY_FOR": 60, "TRANSPORT": f"{__name__}.transport"}
    with override_settings(FOOTFALL={"URL": URL, "TOKEN": "token", "PROJECT": "shop", **options}):
        client = django_client()
        assert client is django_client()
    worker = client._worker
    assert (worker.limits.interval, worker.limits.at_exit) == (7, 0.5)
    assert (worker._target.project, worker._target.retry_for, worker._target.transport) == ("shop", 60, transport)


REFUSED = [
    ({"IGNOR": ["/health"]}, "'IGNOR'; its keys are CLIENT, URL, TOKEN, PROJECT"),
    ({"addresses": False}, "'addresses'"),
    ({1: 2}, "1"),
    ({"CLIENT": Sink(), "TOKEN": "token", "RETRY_FOR": 60}, "CLIENT, which TOKEN, RETRY_FOR"),
]


@pytest.mark.parametrize("handler", [WSGIHandler, ASGIHandler])
@pytest.mark.parametrize(("setting", "message"), REFUSED, ids=str)
def test_a_django_setting_with_a_key_of_no_use_fails_at_the_start(handler, setting, message):
    with override_settings(FOOTFALL=setting), pytest.raises(ImproperlyConfigured, match=message):
        handler()


def test_a_wrong_option_of_the_client_in_a_django_setting_fails_at_the_start(django_client):
    with (
        override_settings(FOOTFALL={"URL": URL, "TOKEN": "t", "TIMEOUT": "5"}),
        pytest.raises(TypeError, match="timeout"),
    ):
        WSGIHandler()


def test_a_django_setting_of_another_type_fails_at_the_start():
    with override_settings(FOOTFALL=URL), pytest.raises(TypeError, match="FOOTFALL"):
        WSGIHandler()
