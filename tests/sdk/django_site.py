"""The site of `apps` in Django: its settings, its URLs, and the two ways to serve it."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path, re_path
from django.views.decorators.http import require_POST

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.sdk.django_site",
        MIDDLEWARE=["footfall_client.django.FootfallMiddleware"],
        SECRET_KEY="tests",  # noqa: S106 - signs nothing
        USE_TZ=True,
        LOGGING_CONFIG=None,
    )
    django.setup()


def text(request: Any, **_: Any) -> HttpResponse:
    return HttpResponse("hello")


async def slow_text(request: Any, **_: Any) -> HttpResponse:
    return HttpResponse("hello")


def boom(request: Any) -> HttpResponse:
    raise RuntimeError("boom")


def stream(request: Any) -> StreamingHttpResponse:
    part = b"x" * 1000
    if not hasattr(request, "scope"):
        return StreamingHttpResponse(part for _ in range(3))

    async def parts() -> Any:
        for _ in range(3):
            yield part

    return StreamingHttpResponse(parts())


v1 = [
    path("items/<sku>", text),
    path("async/<uuid:id>/", slow_text),
    re_path(r"^archive/(?P<year>[0-9]{4})/(?:page-(?P<page>\d+)/)?$", text),
]
urlpatterns = [
    path("", text),
    path("users/<int:id>", text),
    path("form", require_POST(text)),
    path("boom", boom),
    path("stream", stream),
    path("v1/", include(v1)),
    re_path(r"^old/", include(v1)),
]


def _options(sink: Any, options: dict[str, Any]) -> dict[str, Any]:
    return {"CLIENT": sink, **{name.upper(): value for name, value in options.items()}}


def wsgi(sink: Any, **options: Any) -> Any:
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415 - needs the settings
    from django.test import override_settings  # noqa: PLC0415

    with override_settings(FOOTFALL=_options(sink, options)):
        return WSGIHandler()


def asgi(sink: Any, **options: Any) -> Any:
    from django.core.handlers.asgi import ASGIHandler  # noqa: PLC0415 - needs the settings
    from django.test import override_settings  # noqa: PLC0415

    with override_settings(FOOTFALL=_options(sink, options)):
        return ASGIHandler()
